import { readConfig } from "../ops/config.ts";
import { ReleaseRefused, releaseKeptName } from "../server/release.ts";
import { exitCodes, UsageError } from "./exit.ts";

/** `parlance release`: the exit status. */
export async function release(
  name: string,
  { data, store }: { readonly data?: string; readonly store?: string },
): Promise<number> {
  const { PARLANCE_DATA, PARLANCE_STORE } = process.env;
  const given = { data: data === undefined ? [] : [data], store: store === undefined ? [] : [store] };
  // A folder that is named outright is meant, whatever else is set.
  const config = readConfig(given, { PARLANCE_DATA, ...(data === undefined && { PARLANCE_STORE }) });
  if (!config.ok) throw new UsageError(config.message);
  try {
    const released = await releaseKeptName(name, config.value);
    process.stdout.write(`✅ The name ${released} is kept for nobody any more. Running servers know within 5 s.\n`);
    return exitCodes.done;
  } catch (error) {
    if (!(error instanceof ReleaseRefused)) throw error;
    process.stderr.write(`❌ ${error.message}\n`);
    return exitCodes.failed;
  }
}
