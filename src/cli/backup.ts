import { resolve } from "node:path";
import { readConfig } from "../ops/config.ts";
import { BackupRefused, backUpDataFolder, type Content, restoreDataFolder } from "../server/backup.ts";
import { StartupError } from "../server/startup-error.ts";
import { count } from "./count.ts";
import { exitCodes, UsageError } from "./exit.ts";
import { onEndSignals } from "./signals.ts";
import { isSystemError } from "./system-errors.ts";

export interface BackupFlags {
  readonly data?: string;
}

/** `parlance backup`: the exit status. */
export function backUp(file: string, flags: BackupFlags): Promise<number> {
  return explaining(async (signal) => {
    const started = performance.now();
    const content = await backUpDataFolder(parseData(flags), file, signal);
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    const megabytes = (content.bytes / 1e6).toFixed(1);
    return [`✅ Backed up ${describe(content)} to ${file}: ${megabytes} MB in ${seconds} s.`];
  });
}

/** `parlance restore`: the exit status. */
export function restore(file: string, flags: BackupFlags & { readonly force?: true }): Promise<number> {
  return explaining(async (signal) => {
    const folder = parseData(flags);
    const { replaced, ...content } = await restoreDataFolder(file, folder, { replace: flags.force === true, signal });
    return [
      `✅ Restored ${describe(content)} to ${resolve(folder)}. Who comes back reads the rooms anew.`,
      ...(replaced === undefined ? [] : [`What was there before is now ${replaced}`]),
    ];
  });
}

/** The folder as a server would have it; whatever else is set does not matter here. */
function parseData({ data }: BackupFlags): string {
  const { PARLANCE_DATA, PARLANCE_STORE } = process.env;
  if (data === undefined && PARLANCE_STORE) {
    throw new UsageError(
      "PARLANCE_STORE names a Postgres database, and this is for a folder: back it up with pg_dump, and bring it back " +
        "with pg_restore. Or name a folder with --data.",
    );
  }
  const config = readConfig({ data: data === undefined ? [] : [data] }, { PARLANCE_DATA });
  if (!config.ok) throw new UsageError(config.message);
  return config.value.data;
}

const describe = ({ messages, rooms }: Content): string => `${count(messages, "message")} in ${count(rooms, "room")}`;

/** Prints what was done, or in one line why it could not be. A signal ends it with nothing left behind. */
async function explaining(work: (signal: AbortSignal) => Promise<readonly string[]>): Promise<number> {
  const ending = new AbortController();
  onEndSignals({ onFirst: () => ending.abort(), onSecond: (exitCode) => process.exit(exitCode) });
  try {
    for (const line of await work(ending.signal)) process.stdout.write(`${line}\n`);
    return exitCodes.done;
  } catch (error) {
    if (ending.signal.aborted) return exitCodes.interrupted;
    if (!(error instanceof BackupRefused || error instanceof StartupError || isSystemError(error))) throw error;
    process.stderr.write(`❌ ${error.message}\n`);
    return exitCodes.failed;
  }
}
