import { readConfig } from "../ops/config.ts";
import { migrate as moveFolder } from "../server/migrate.ts";
import { StartupError } from "../server/startup-error.ts";
import { count } from "./count.ts";
import { exitCodes, UsageError } from "./exit.ts";
import { onEndSignals } from "./signals.ts";

export interface MigrateFlags {
  readonly from?: string;
  readonly to?: string;
}

/** Elsewhere the same two are set by other flags. */
const withOwnFlags = (text: string): string => text.replace("--store", "--to").replace("--data", "--from");

/** `parlance migrate`: the exit status. */
export async function migrate({ from, to }: MigrateFlags): Promise<number> {
  const { PARLANCE_DATA, PARLANCE_STORE } = process.env;
  const given = { data: from === undefined ? [] : [from], store: to === undefined ? [] : [to] };
  const config = readConfig(given, { PARLANCE_DATA, PARLANCE_STORE });
  if (!config.ok) throw new UsageError(withOwnFlags(config.message));
  const { data, store } = config.value;
  if (store === undefined)
    throw new UsageError("--to is missing: the address of an empty database, or PARLANCE_STORE.");
  const ending = new AbortController();
  onEndSignals({ onFirst: () => ending.abort(), onSecond: (exitCode) => process.exit(exitCode) });
  try {
    const { rooms, events } = await moveFolder({
      from: data,
      to: store,
      signal: ending.signal,
      onCaughtUp(copied) {
        process.stdout.write(
          `${count(copied, "event")} copied so far. A server is running on ${data}: stop it when it suits you. What is ` +
            "said until then is copied as it comes, and the move ends by itself.\n",
        );
      },
    });
    process.stdout.write(
      `✅ Moved ${count(events, "event")} of ${count(rooms, "room")}, and compared every row. Start servers with --store ` +
        `now, and none on ${data} again.\n`,
    );
    return exitCodes.done;
  } catch (error) {
    if (ending.signal.aborted) {
      process.stderr.write("Not at its end yet: the same command goes on from here.\n");
      return exitCodes.interrupted;
    }
    if (!(error instanceof StartupError)) throw error;
    process.stderr.write(`❌ ${withOwnFlags(error.message)}\n`);
    return exitCodes.failed;
  }
}
