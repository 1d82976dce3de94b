import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { newEpoch, type RandomBytes } from "../protocol/ids.ts";
import { applicationId, migrations } from "./schema.ts";
import { isDamage, messageOf, resultCode, resultCodes } from "./sqlite-errors.ts";
import { pragma } from "./sqlite-open.ts";

/** Why nothing was backed up or restored; the message says what to do. */
export class BackupRefused extends Error {
  override readonly name = "BackupRefused";
}

/** What a database holds, and its size in bytes. */
export interface Content {
  readonly rooms: number;
  readonly messages: number;
  readonly bytes: number;
}

/** How many pages (of 4 KiB) are copied before others get their turn, and an end that was asked for is noticed. */
const pagesAtOnce = 1_000;

/**
 * Copies a database into a new file as it is at one moment, while another process goes on writing: the copy has every
 * commit up to that moment and nothing after it. The file gets its name once it has been checked and is on the disk, and
 * only its owner may read it. Rejects with {@link BackupRefused}, with the system's error, or as `signal` says; then
 * there is no file.
 */
export async function backUpDatabase(database: string, file: string, signal: AbortSignal): Promise<Content> {
  if (existsSync(file)) throw new BackupRefused(`${file} exists already. Give another name, or move it away.`);
  if (!existsSync(dirname(file))) throw new BackupRefused(`There is no folder ${dirname(file)}. Make it first.`);
  using copy = await copyAside({ from: database, to: file, signal });
  putInPlace(copy.path, file);
  return copy.content;
}

export interface RestoreOptions {
  /** Whether a database that is there already may be replaced; it is kept under another name. */
  readonly replace: boolean;
  readonly signal: AbortSignal;
  readonly randomBytes: RandomBytes;
  /** Milliseconds since 1970, for the name of what is replaced. */
  readonly now: () => number;
}

/**
 * Puts a backup in a database's place, with a new epoch for every room, so that no client takes a position of the log
 * that was for one of the log that is. [L4] The caller holds the folder's lock. What was there before is `replaced`, the
 * name under which it goes on; until the very end it stays as it is. Rejects as {@link backUpDatabase} does.
 */
export async function restoreDatabase(
  file: string,
  database: string,
  { replace, signal, randomBytes, now }: RestoreOptions,
): Promise<Content & { readonly replaced: string | undefined }> {
  const isThere = parts.some((part) => existsSync(database + part));
  if (isThere && !replace) {
    throw new BackupRefused(`${database} exists already. With --force it is replaced, and kept under another name.`);
  }
  using copy = await copyAside({ from: file, to: database, signal }, (db) => renewEpochs(db, randomBytes));
  const replaced = isThere ? keepAside(database, now()) : undefined;
  putInPlace(copy.path, database);
  return { ...copy.content, replaced };
}

/** Throws {@link BackupRefused} for a file that cannot be restored, as far as its beginning tells. */
export function checkBackup(file: string): void {
  openMoment(file).close();
}

/** Opens a database of ours as it is now, and as it stays for this reader whatever others write to it meanwhile. */
function openMoment(file: string): DatabaseSync {
  if (!existsSync(file)) throw new BackupRefused(`There is no ${file}.`);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    // Without a transaction of its own, a copy begins anew at each commit of another process: beside a busy server, for ever.
    db.exec("BEGIN");
    const version = Number(pragma(db, "user_version"));
    if (pragma(db, "application_id") !== applicationId || version === 0) {
      throw new BackupRefused(`${file} is no database of Parlance.`);
    }
    if (version > migrations.length) {
      throw new BackupRefused(
        `${file} was made by a newer Parlance (its version is ${version}, this program knows ${migrations.length}). Use that one.`,
      );
    }
    return db;
  } catch (error) {
    db?.close();
    if (error instanceof BackupRefused) throw error;
    throw new BackupRefused(`${file} ${whyUnreadable(error)}.`, { cause: error });
  }
}

function whyUnreadable(error: unknown): string {
  if (isDamage(error)) return "is damaged, or no database";
  // The reader of a database in WAL mode leaves a mark beside it, for the writer to see.
  if (resultCode(error) === resultCodes.cannotOpen) {
    return "cannot be opened. Give this user the right to read it, and to write its folder";
  }
  return `cannot be read: ${messageOf(error)}`;
}

interface Copying {
  readonly from: string;
  /** What the copy will be: it is made beside this, so that it only has to be renamed. */
  readonly to: string;
  readonly signal: AbortSignal;
}

interface Copy extends Disposable {
  readonly path: string;
  readonly content: Content;
}

/**
 * Copies a database, changes the copy, and looks at all that is in it; then it is on the disk, as one file that only its
 * owner may read. It lies in a folder that nobody else can enter, and goes with that when it is disposed of.
 */
async function copyAside({ from, to, signal }: Copying, change: (db: DatabaseSync) => void = () => {}): Promise<Copy> {
  const source = openMoment(from);
  let folder: string | undefined;
  const remove = () => folder && rmSync(folder, { recursive: true, force: true });
  try {
    folder = mkdtempSync(`${to}.part-`);
    const path = join(folder, "copy.db");
    await backup(source, path, { rate: pagesAtOnce, progress: () => signal.throwIfAborted() });
    // As long as it is open, the server's log cannot begin anew, and grows.
    source.close();
    const found = settle(path, from, change);
    signal.throwIfAborted();
    return { path, content: { ...found, bytes: statSync(path).size }, [Symbol.dispose]: remove };
  } catch (error) {
    remove();
    if (isDamage(error)) throw new BackupRefused(`${from} is damaged: ${messageOf(error)}.`, { cause: error });
    if (resultCode(error) === resultCodes.full) {
      throw new BackupRefused(`There is no room on the disk for ${to}.`, { cause: error });
    }
    // As past a quota, or with a disk that was pulled out.
    if (resultCode(error) !== undefined) {
      throw new BackupRefused(`${from} could not be copied to ${to}: ${messageOf(error)}.`, { cause: error });
    }
    throw error;
  } finally {
    if (source.isOpen) source.close();
  }
}

/** Changes a fresh copy, makes it one file that stands for itself, checks it, and waits until it is on the disk. */
function settle(path: string, from: string, change: (db: DatabaseSync) => void): Omit<Content, "bytes"> {
  chmodSync(path, 0o600);
  let found: Omit<Content, "bytes">;
  {
    using db = new DatabaseSync(path);
    // So that it can be read where nothing can be written, too; the server that opens it turns WAL on again.
    db.exec("PRAGMA journal_mode = DELETE");
    change(db);
    const problem = pragma(db, "integrity_check(1)");
    if (problem !== "ok") throw new BackupRefused(`${from} is damaged: ${String(problem)}.`);
    const count = (what: string) => Number(db.prepare(`SELECT count(*) AS n FROM ${what}`).get()?.["n"]);
    found = { rooms: count("room"), messages: count("event WHERE kind = 'message'") };
  }
  synchronize(path, "r+");
  return found;
}

function renewEpochs(db: DatabaseSync, randomBytes: RandomBytes): void {
  db.exec("BEGIN IMMEDIATE");
  const renew = db.prepare("UPDATE room SET epoch = ? WHERE id = ?");
  for (const { id } of db.prepare("SELECT id FROM room").all()) renew.run(newEpoch(randomBytes), Number(id));
  db.exec("COMMIT");
}

/** What belongs to a database: the file itself, then the logs without which it may be half of one. */
const parts = ["", "-wal", "-journal"] as const;

/**
 * Gives a database a second name, or only another where that cannot be, with its logs: one that stayed would be played
 * into whatever comes under the old name. https://www.sqlite.org/howtocorrupt.html#_mispairing_database_files_and_hot_journals
 */
function keepAside(database: string, now: number): string {
  // SQLite might throw away the log of a damaged database, of which somebody may still save something.
  if (canBeRead(database)) foldIn(database);
  const stamp = new Date(now).toISOString().slice(0, 19).replaceAll(":", "");
  const wanted = `${database}.before-restore-${stamp}`;
  const isTaken = (name: string) => parts.some((part) => existsSync(name + part));
  let name = wanted;
  for (let number = 2; isTaken(name); number++) name = `${wanted}-${number}`;
  const present = parts.filter((part) => existsSync(database + part));
  if (present.length > 1 || !hasSecondName(database, name)) {
    for (const part of present) renameSync(database + part, name + part);
  }
  // An index to a log that is no longer there.
  rmSync(`${database}-shm`, { force: true });
  return name;
}

/** Writes a database's log into it, so that it is one file, which cannot be torn apart. */
function foldIn(database: string): void {
  try {
    using db = new DatabaseSync(database, { timeout: 5_000 });
    db.exec("PRAGMA journal_mode = DELETE");
  } catch (error) {
    if (resultCode(error) !== resultCodes.busy) throw error;
    throw new BackupRefused(`Another program is using ${database}. End it first.`, { cause: error });
  }
}

function canBeRead(database: string): boolean {
  try {
    openMoment(database).close();
    return true;
  } catch (error) {
    if (error instanceof BackupRefused) return false;
    throw error;
  }
}

/** With a second name the file keeps the first until another takes its place: no moment without a database. */
function hasSecondName(file: string, name: string): boolean {
  try {
    linkSync(file, name);
    return true;
  } catch {
    // Not every file system knows hard links.
    return false;
  }
}

/** Renames a file that is on the disk, and waits until the name is, too. */
function putInPlace(path: string, to: string): void {
  renameSync(path, to);
  // Windows opens no folder as a file, and keeps the order by itself.
  if (process.platform !== "win32") synchronize(dirname(to), "r");
}

function synchronize(path: string, flags: "r" | "r+"): void {
  const file = openSync(path, flags);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
