import { DatabaseSync } from "node:sqlite";
import { resultCode, resultCodes } from "./sqlite-errors.ts";

/** A data folder that another server is using. */
export class FolderInUse extends Error {
  override readonly name = "FolderInUse";
}

/**
 * Takes a data folder for this process alone: a second one gets {@link FolderInUse}. [L5] The lock is
 * the system's own, on a file, by way of SQLite, which knows how on every platform: it goes with the
 * process, however that ends, so that no stale lock is ever left behind.
 */
export function lockFolder(file: string): Disposable {
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    // Nothing is ever written into it, so that it can be taken on a full disk too: what is there can still be read. [L3]
    db.exec("PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE");
  } catch (error) {
    db.close();
    throw resultCode(error) === resultCodes.busy ? new FolderInUse(`${file} is locked`, { cause: error }) : error;
  }
  return { [Symbol.dispose]: () => db.close() };
}
