import { resolve } from "node:path";
import { releaseName } from "../core/accounts.ts";
import { StoreError } from "../core/ports.ts";
import type { Config } from "../ops/config.ts";
import type { DisplayName } from "../protocol/ids.ts";
import { parseDisplayName } from "../protocol/names.ts";
import { DatabaseRefused } from "../store/database-refused.ts";
import { releaseInFile } from "../store/release.ts";
import { existingDatabaseIn } from "./data-folder.ts";
import { StartupError } from "./startup-error.ts";

/** Why no name was released; the message says what to do. */
export class ReleaseRefused extends Error {
  override readonly name = "ReleaseRefused";
}

/**
 * Frees a name that is kept for somebody, without its passphrase, in a data folder or a shared database, whether servers
 * are running on it or not: they know within 5 s. The name as its owner wrote it. Rejects with {@link ReleaseRefused}. [I5]
 */
export async function releaseKeptName(
  wanted: string,
  { data, store }: Pick<Config, "data" | "store">,
): Promise<string> {
  const name = parseDisplayName(wanted);
  if (!name.ok) throw new ReleaseRefused("This cannot be anybody's name.");
  const released = await (store === undefined
    ? releaseInFolder(data, name.value)
    : releaseInShared(store, name.value)
  ).catch((error: unknown) => {
    const isExpected = [DatabaseRefused, StartupError, StoreError].some((kind) => error instanceof kind);
    if (!isExpected) throw error;
    throw new ReleaseRefused((error as Error).message, { cause: error });
  });
  if (released === undefined) throw new ReleaseRefused(`The name ${name.value} is kept for nobody.`);
  return released;
}

const releaseInFolder = async (folder: string, name: DisplayName): Promise<DisplayName | undefined> =>
  releaseInFile(existingDatabaseIn(resolve(folder)), name);

async function releaseInShared(address: string, name: DisplayName): Promise<DisplayName | undefined> {
  const { openPostgresStore } = await import("../store/postgres.ts");
  const store = await openPostgresStore(address);
  try {
    return await releaseName(store.accounts, name);
  } finally {
    await store.close();
  }
}
