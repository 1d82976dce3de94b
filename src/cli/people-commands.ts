import { type Config, readConfig } from "../ops/config.ts";
import { ban, bans, unban } from "../server/ban.ts";
import { releaseKeptName } from "../server/release.ts";
import { CommandRefused, type Place } from "../server/written-accounts.ts";
import { exitCodes, UsageError } from "./exit.ts";

/** Where the people are that a command is about. */
export interface PlaceOptions {
  readonly data?: string;
  readonly store?: string;
}

/** `parlance release`: the exit status. */
export const release = (name: string, place: PlaceOptions): Promise<number> =>
  tell(place, async (at) => [
    `✅ The name ${await releaseKeptName(name, at)} is kept for nobody any more. Running servers know within 5 s.`,
  ]);

/** `parlance ban`: the exit status. */
export const banOne = (who: string, place: PlaceOptions): Promise<number> =>
  tell(place, async (at) => {
    const written = await ban(who, at);
    return [`✅ ${nameOf(written)} is banned. Running servers know within 5 s, and close their lines.`];
  });

/** `parlance unban`: the exit status. */
export const unbanOne = (who: string, place: PlaceOptions): Promise<number> =>
  tell(place, async (at) => [`✅ ${nameOf(await unban(who, at))} may come in again. Running servers know within 5 s.`]);

/** `parlance bans`: the exit status. */
export const listBans = (place: PlaceOptions): Promise<number> =>
  tell(place, async (at) => {
    const all = await bans(at);
    if (all.length === 0) return ["Nobody is banned."];
    return all.map(({ since, ...banned }) => `${new Date(since ?? 0).toISOString()}  ${nameOf(banned)}`);
  });

const nameOf = ({ who, name }: { readonly who: string; readonly name: string }): string =>
  name === "" ? who : `${name} (${who})`;

/** Prints what was done, a line each, or why it was not; the exit status. */
async function tell(place: PlaceOptions, carryOut: (at: Place) => Promise<readonly string[]>): Promise<number> {
  try {
    for (const line of await carryOut(configOf(place))) process.stdout.write(`${line}\n`);
    return exitCodes.done;
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    process.stderr.write(`❌ ${error.message}\n`);
    return exitCodes.failed;
  }
}

function configOf({ data, store }: PlaceOptions): Config {
  const { PARLANCE_DATA, PARLANCE_STORE } = process.env;
  const given = { data: data === undefined ? [] : [data], store: store === undefined ? [] : [store] };
  // A folder that is named outright is meant, whatever else is set.
  const config = readConfig(given, { PARLANCE_DATA, ...(data === undefined && { PARLANCE_STORE }) });
  if (!config.ok) throw new UsageError(config.message);
  return config.value;
}
