import { randomBytes } from "node:crypto";
import { closeSync, existsSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { DatabaseRefused } from "./database-refused.ts";
import { applicationId, migrations } from "./schema.ts";
import { damaged, whyNotOpened } from "./sqlite-errors.ts";

/** What a database says under the name of a pragma. */
export const pragma = (db: DatabaseSync, name: string): unknown =>
  Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];

/**
 * A file up to this size is read whole before it is used, which takes a tenth of a second; a larger one would keep
 * everybody waiting for as long as it has grown. What is damaged in it is found by who reads or writes there, and by
 * each backup.
 */
const wholeCheckBytes = 128 * 1024 * 1024;

/**
 * Opens a database file, making it if it is missing and bringing an older one up to date. WAL and
 * `synchronous=FULL`: what a commit returned for is on the disk. [L2]
 */
export function openDatabase(file: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    makeForOwnerAlone(file);
    db = new DatabaseSync(file, { timeout: 5_000 });
    checkWhose(db, file);
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA foreign_keys = ON");
    // What is deleted is written over, and not only left out: otherwise it stands in this file, and in every copy. [E3]
    db.exec("PRAGMA secure_delete = ON");
    // Memory instead of disk for a large room's reads; the system's page cache holds the rest.
    db.exec("PRAGMA cache_size = -65536");
    migrate(db, file);
    db.prepare("INSERT INTO secret (name, value) VALUES ('token', ?) ON CONFLICT DO NOTHING").run(randomBytes(32));
    return db;
  } catch (error) {
    db?.close();
    throw error instanceof DatabaseRefused ? error : new DatabaseRefused(whyNotOpened(error, file), { cause: error });
  }
}

/**
 * Opens a database that is there, whether a server is using it or not. Throws {@link DatabaseRefused} where there is
 * none, or one of another version: what a running server relies on is not changed under it.
 */
export function openAsItIs(file: string, options: { readonly readOnly?: true } = {}): DatabaseSync {
  if (!existsSync(file)) throw new DatabaseRefused(`There is no ${file}.`);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { ...options, timeout: 5_000 });
    if (pragma(db, "application_id") !== applicationId || pragma(db, "user_version") !== migrations.length) {
      throw new DatabaseRefused(`${file} is not of this version of Parlance. Start its server with this one first.`);
    }
    return db;
  } catch (error) {
    db?.close();
    throw error instanceof DatabaseRefused ? error : unusable(error, file);
  }
}

/** What a command says that could not use a database: it repeats SQLite. */
export const unusable = (error: unknown, file: string): DatabaseRefused =>
  new DatabaseRefused(`${file} cannot be used: ${(error as Error).message}.`, { cause: error });

/** SQLite would let everybody on this machine read it; the files that it keeps beside have the rights of this one. */
function makeForOwnerAlone(file: string): void {
  try {
    // Only a new one: to close one that is in use would end the locks of this process on it.
    closeSync(openSync(file, "wx", 0o600));
  } catch {
    // It is there, or SQLite says itself what is in the way.
  }
}

/** The key by which tokens are signed. Throws {@link DatabaseRefused} where there is none. */
export function tokenKey(db: DatabaseSync): Uint8Array {
  const value = db.prepare("SELECT value FROM secret WHERE name = 'token'").get()?.["value"];
  if (!(value instanceof Uint8Array)) throw new DatabaseRefused("The database holds no key for tokens.");
  return value;
}

function checkWhose(db: DatabaseSync, file: string): void {
  const isEmpty = db.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()?.["tables"] === 0;
  const mark = pragma(db, "application_id");
  if (isEmpty && mark === 0) db.exec(`PRAGMA application_id = ${applicationId}`);
  else if (mark !== applicationId) {
    throw new DatabaseRefused(`${file} is a database of another program. Choose another folder with --data.`);
  }
  const version = Number(pragma(db, "user_version"));
  if (version > migrations.length) {
    throw new DatabaseRefused(
      `${file} was made by a newer Parlance (its version is ${version}, this program knows ${migrations.length}). ` +
        "Start that newer version, or choose another folder with --data.",
    );
  }
  // One that was cut short SQLite has refused by now.
  if (Number(pragma(db, "page_count")) * Number(pragma(db, "page_size")) > wholeCheckBytes) return;
  if (pragma(db, "quick_check(1)") !== "ok") throw new DatabaseRefused(damaged(file));
}

function migrate(db: DatabaseSync, file: string): void {
  for (const [index, step] of migrations.entries()) {
    if (index < Number(pragma(db, "user_version"))) continue;
    try {
      db.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA user_version = ${index + 1}; COMMIT`);
    } catch (error) {
      throw new DatabaseRefused(`${file} could not be brought up to date: ${whyNotOpened(error, file)}`, {
        cause: error,
      });
    }
  }
}
