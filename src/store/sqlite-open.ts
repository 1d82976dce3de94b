import { randomBytes } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { DatabaseRefused } from "./database-refused.ts";
import { applicationId, migrations } from "./schema.ts";

const pragma = (db: DatabaseSync, name: string): unknown => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];

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
    throw error instanceof DatabaseRefused ? error : new DatabaseRefused(explain(error, file), { cause: error });
  }
}

/** SQLite would let everybody on this machine read it; the files that it keeps beside have the rights of this one. */
function makeForOwnerAlone(file: string): void {
  try {
    // Only a new one: to close one that is in use would end the locks of this process on it.
    closeSync(openSync(file, "wx", 0o600));
  } catch {
    // It is there, or SQLite says itself what is in the way.
  }
}

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
  const [problem] = Object.values(db.prepare("PRAGMA quick_check(1)").get() ?? {});
  if (problem !== "ok") throw new DatabaseRefused(corrupted(file));
}

function migrate(db: DatabaseSync, file: string): void {
  for (const [index, step] of migrations.entries()) {
    if (index < Number(pragma(db, "user_version"))) continue;
    try {
      db.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA user_version = ${index + 1}; COMMIT`);
    } catch (error) {
      throw new DatabaseRefused(`${file} could not be brought up to date: ${explain(error, file)}`, { cause: error });
    }
  }
}

const corrupted = (file: string): string =>
  `${file} is damaged or is not a database. Put a backup in its place, or move it away to start anew.`;

// https://www.sqlite.org/rescode.html
const perm = 3;
const busy = 5;
const readOnly = 8;
const ioError = 10;
const corrupt = 11;
const full = 13;
const cannotOpen = 14;
const notADatabase = 26;

/** SQLite's primary result code of an error; `undefined` for an error of another kind. */
export function resultCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === "number" ? code & 0xff : undefined;
}

/** Whether writing may work again without a restart: the disk is full, or another program holds the file. [L3] */
export const isPassing = (error: unknown): boolean => [full, busy].includes(resultCode(error) ?? -1);

/** Whether it is the file's own content that is at fault. */
export const isDamage = (error: unknown): boolean => [corrupt, notADatabase].includes(resultCode(error) ?? -1);

/** Why something could not be done with a database that had been opened. */
export const whyRefused = (error: unknown, file: string): string =>
  isDamage(error) ? corrupted(file) : error instanceof Error ? error.message : String(error);

function explain(error: unknown, file: string): string {
  if (isDamage(error)) return corrupted(file);
  switch (resultCode(error)) {
    case readOnly:
      return `${file} cannot be written. Give this user the right to write it, or choose another folder with --data.`;
    case perm:
    case cannotOpen:
      return `${file} cannot be opened. Give this user the right to read and write it and its folder, or choose another folder with --data.`;
    case full:
      return `There is no room on the disk for ${file}. Free some, or choose another folder with --data.`;
    case ioError:
      return `The disk failed while reading ${file}. Check it, or choose another folder with --data.`;
    case busy:
      return `Another program is using ${file}. End it, or choose another folder with --data.`;
    default:
      return `${file} cannot be used: ${error instanceof Error ? error.message : String(error)}`;
  }
}
