import { accessSync, constants, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Store } from "../core/ports.ts";
import { DatabaseRefused } from "../store/database-refused.ts";
import { FolderInUse, lockFolder } from "../store/folder-lock.ts";
import { makeFolder } from "../store/make-folder.ts";
import { openSqliteStore } from "../store/sqlite.ts";
import { whyNotOpened } from "../store/sqlite-errors.ts";
import { StartupError } from "./startup-error.ts";

/** A data folder that this process alone is using. */
export interface DataFolder extends AsyncDisposable {
  readonly store: Store;
  /** Leaves a note of who serves this folder, and where: for the next one who finds it locked. [L5] */
  signIn(urls: readonly string[]): void;
}

/**
 * Opens a data folder, making it if it is missing: takes its lock, then opens its database. Rejects
 * with a {@link StartupError} that says what is in the way and what to do.
 */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const folder = resolve(path);
  const lock = lockDataFolder(folder);
  const note = noteIn(folder);
  try {
    const store = await openSqliteStore(databaseIn(folder));
    return {
      store,
      signIn(urls) {
        try {
          writeFileSync(note, `${JSON.stringify({ pid: process.pid, urls })}\n`);
        } catch {
          // As on a full disk. It only makes a message say more: no reason not to serve what can still be read. [L3]
        }
      },
      async [Symbol.asyncDispose]() {
        await store.close();
        rmSync(note, { force: true });
        lock[Symbol.dispose]();
      },
    };
  } catch (error) {
    lock[Symbol.dispose]();
    throw error instanceof DatabaseRefused ? new StartupError(error.message, { cause: error }) : error;
  }
}

/** Where a data folder has its database. */
export const databaseIn = (folder: string): string => join(folder, "parlance.db");

/** The database that a data folder has already. Throws a {@link StartupError} where it has none, or one out of reach. */
export function existingDatabaseIn(folder: string): string {
  const file = databaseIn(folder);
  try {
    if (statSync(file, { throwIfNoEntry: false })) return file;
  } catch (error) {
    // Nobody else may look into a folder that a server made: whether it is there cannot be told.
    const { code } = error as NodeJS.ErrnoException;
    throw new StartupError(
      `${file} cannot be reached (${code}). Run this as the server's user, or name another folder with --data.`,
      { cause: error },
    );
  }
  throw new StartupError(`There is no ${file}. Name the server's folder with --data.`);
}

/** Where a data folder has its lock. */
export const lockIn = (folder: string): string => join(folder, "lock");
const noteIn = (folder: string): string => join(folder, "server.json");

/**
 * Takes a data folder for this process alone, making it if it is missing. [L5] Throws a {@link StartupError} that says
 * who has it, or what else is in the way.
 */
export function lockDataFolder(folder: string): Disposable {
  makeWritable(folder);
  return takeLock(folder);
}

function makeWritable(folder: string): void {
  try {
    // What people wrote, and the key that tokens are made with: nobody else on this machine reads it.
    makeFolder(folder, 0o700);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === "EEXIST" || code === "ENOTDIR"
        ? "is not a folder. Choose a folder with --data."
        : "cannot be made or written. Give this user the right to write it, or choose another folder with --data.";
    throw new StartupError(`${folder} ${why}`, { cause: error });
  }
}

function takeLock(folder: string): Disposable {
  try {
    return lockFolder(lockIn(folder));
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw new StartupError(whyNotOpened(error, lockIn(folder)), { cause: error });
    throw new StartupError(
      `${folder} is in use by another server${describeHolder(noteIn(folder))}. Stop it, or choose another folder with --data.`,
      { cause: error },
    );
  }
}

function describeHolder(note: string): string {
  try {
    const { pid, urls } = JSON.parse(readFileSync(note, "utf8")) as { pid?: unknown; urls?: unknown };
    const [url] = Array.isArray(urls) ? urls : [];
    return ` (process ${String(pid)}${url === undefined ? "" : `, at ${String(url)}`})`;
  } catch {
    // It may be starting, and not have signed in yet.
    return "";
  }
}
