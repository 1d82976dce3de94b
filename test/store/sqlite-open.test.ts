import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomFillSync } from "node:crypto";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { DatabaseRefused } from "../../src/store/database-refused.ts";
import { FolderInUse, lockFolder } from "../../src/store/folder-lock.ts";
import { applicationId, migrations } from "../../src/store/schema.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { SqliteLog } from "../../src/store/sqlite-log.ts";
import { openDatabase, tokenKey } from "../../src/store/sqlite-open.ts";
import { draft, messageId, roomName } from "../support/drafts.ts";
import { temporaryFolder } from "../support/server.ts";

const nobody = 65_534;
const newFile = (t: TestContext) => join(temporaryFolder(t), "parlance.db");
const pragma = (db: DatabaseSync, name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];

/** A database with 2,000 messages, closed. */
function filled(t: TestContext): string {
  const file = newFile(t);
  using db = openDatabase(file);
  new SqliteLog(db).append(Array.from({ length: 2_000 }, (_, n) => draft(n, { text: "สวัสดี ".repeat(10) })));
  return file;
}

/** Opens a file that must be refused; what the operator is told. */
function refusalOf(file: string): string {
  let message = "";
  assert.throws(
    () => openDatabase(file),
    (error) => {
      assert.ok(error instanceof DatabaseRefused, String(error));
      message = error.message;
      return true;
    },
  );
  assert.ok(message.includes(file), `names the file: ${message}`);
  return message;
}

/** Opens a file as a user who is not root, for whom permissions hold; what it is told, or `opened`. */
function openedByNobody(file: string): string {
  const script = `
    if (process.getuid() === 0) { process.setgroups([]); process.setgid(${nobody}); process.setuid(${nobody}); }
    try { openDatabase(${JSON.stringify(file)}).close(); console.log("opened"); } catch (error) { console.log(error.message); }`;
  const from = pathToFileURL(join(import.meta.dirname, "../../src/store/sqlite-open.ts")).href;
  const source = `import { openDatabase } from ${JSON.stringify(from)};${script}`;
  return execFileSync(process.execPath, ["--input-type=module", "-e", source], { encoding: "utf8" }).trim();
}

test("makes the database when there is no file, and when the file is empty", (t) => {
  for (const start of ["missing", "empty"]) {
    const file = newFile(t);
    if (start === "empty") writeFileSync(file, "");
    using db = openDatabase(file);
    assert.equal(pragma(db, "application_id"), applicationId);
    assert.equal(pragma(db, "user_version"), migrations.length);
    assert.equal(tokenKey(db).byteLength, 32);
  }
});

test("[L2] keeps its log ahead of the data, and waits for the disk at every commit", (t) => {
  using db = openDatabase(newFile(t));
  assert.equal(pragma(db, "journal_mode"), "wal");
  assert.equal(pragma(db, "synchronous"), 2, "FULL");
  assert.equal(pragma(db, "fullfsync"), 1, "on macOS only this reaches the disk itself");
  assert.equal(pragma(db, "foreign_keys"), 1);
});

test("brings a database that stopped half-way through being made to its full form", (t) => {
  const file = newFile(t);
  const started = new DatabaseSync(file);
  started.exec(`PRAGMA application_id = ${applicationId}`);
  started.close();
  using db = openDatabase(file);
  assert.equal(pragma(db, "user_version"), migrations.length);
});

test("opens again what it closed, with the same key and the same events", (t) => {
  const file = filled(t);
  using db = openDatabase(file);
  assert.equal(new SqliteLog(db).findRoom(draft(1).room)?.head, 2_000);
});

test("[E3] of what was deleted no byte is left in the file, nor of what it said before it was edited", (t) => {
  const file = newFile(t);
  {
    using db = openDatabase(file);
    const log = new SqliteLog(db);
    const secret = (n: number) => `TAJEMNICA ${n}`;
    // Short ones, and some that a page cannot hold.
    const text = (n: number) => `${secret(n)} ${"x".repeat(n % 50 === 0 ? 5_000 : 60)} ${secret(n)}`;
    log.append(Array.from({ length: 500 }, (_, n) => draft(n, { text: n % 10 === 0 ? text(n) : `said ${n}` })));
    for (let n = 0; n < 500; n += 10) {
      const target = messageId(n);
      log.append([
        draft(`e${n}`, { kind: "edit", target, text: `${text(n)} edited` }),
        draft(`f${n}`, { kind: "edit", target, text: secret(n) }),
        draft(`d${n}`, { kind: "delete", target, text: "" }),
      ]);
    }
  }
  assert.equal(readFileSync(file).indexOf("TAJEMNICA"), -1);
});

test("refuses a database of another program, and leaves it as it is", (t) => {
  const file = newFile(t);
  const other = new DatabaseSync(file);
  other.exec("CREATE TABLE recipe (name TEXT)");
  other.close();
  const before = readFileSync(file);
  assert.match(refusalOf(file), /another program.*--data/);
  assert.deepEqual(readFileSync(file), before);
});

test("refuses an empty database that another program has put its mark on", (t) => {
  const file = newFile(t);
  const other = new DatabaseSync(file);
  other.exec("PRAGMA application_id = 7");
  other.close();
  assert.match(refusalOf(file), /another program.*--data/);
});

test("refuses a database of a newer version, and leaves it as it is", (t) => {
  const file = filled(t);
  const newer = new DatabaseSync(file);
  newer.exec(`PRAGMA user_version = ${migrations.length + 1}; PRAGMA journal_mode = DELETE`);
  newer.close();
  const before = readFileSync(file);
  assert.match(refusalOf(file), /newer Parlance/);
  assert.deepEqual(readFileSync(file), before);
});

test("refuses a file that is no database, a folder in its place, and a place that is not there", (t) => {
  const file = newFile(t);
  writeFileSync(file, randomFillSync(Buffer.alloc(20_000)));
  assert.match(refusalOf(file), /damaged or is not a database/);
  writeFileSync(file, "chat history\n".repeat(100));
  assert.match(refusalOf(file), /damaged or is not a database/);
  const folder = join(temporaryFolder(t), "parlance.db");
  mkdirSync(folder);
  assert.match(refusalOf(folder), /cannot be opened/);
  assert.match(refusalOf(join(folder, "nowhere", "parlance.db")), /cannot be opened/);
});

test("refuses a database that was cut short", (t) => {
  const file = filled(t);
  const { size } = statSync(file);
  for (const kept of [size - 4_096, size / 2, 5_000, 4_096, 512, 100]) {
    truncateSync(file, Math.floor(kept));
    assert.match(refusalOf(file), /damaged or is not a database/, `${kept} of ${size} bytes`);
  }
});

test("refuses a database whose pages were overwritten, wherever that is", (t) => {
  for (const share of [0.1, 0.3, 0.5, 0.7, 0.9]) {
    const file = filled(t);
    const page = Math.floor((statSync(file).size / 4_096) * share);
    const handle = openSync(file, "r+");
    writeSync(handle, randomFillSync(Buffer.alloc(4_096)), 0, 4_096, page * 4_096);
    closeSync(handle);
    assert.match(refusalOf(file), /damaged or is not a database/, `page ${page}`);
  }
});

test("opens a large file without reading it whole; one that was cut short is refused, and what is damaged is named when it is met", async (t) => {
  const file = filled(t);
  const db = new DatabaseSync(file);
  db.exec(
    "CREATE TABLE large (bytes); INSERT INTO large VALUES (zeroblob(134217728)); PRAGMA wal_checkpoint(TRUNCATE)",
  );
  const { rootpage } = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'event'").get() as {
    rootpage: number;
  };
  db.close();
  const whole = statSync(file).size;
  const handle = openSync(file, "r+");
  writeSync(handle, randomFillSync(Buffer.alloc(4_096)), 0, 4_096, (rootpage - 1) * 4_096);
  closeSync(handle);
  const store = await openSqliteStore(file);
  const damaged = { name: "StoreError", message: /damaged or is not a database.*backup/ };
  await assert.rejects(store.read(roomName("general"), { before: 100, limit: 10, maxBytes: 65_536 }), {
    ...damaged,
    fatal: false,
  });
  await assert.rejects(store.append([draft(2_001)]), { ...damaged, fatal: true });
  await store.close();
  truncateSync(file, whole - 4_096);
  assert.match(refusalOf(file), /damaged or is not a database/);
});

test("says what to do when the file may be read but not written", { skip: !process.getuid && "no users here" }, (t) => {
  const file = filled(t);
  chmodSync(join(file, ".."), 0o777);
  chmodSync(file, 0o444);
  const message = openedByNobody(file);
  assert.match(message, /cannot be (written|opened)\. Give this user the right/);
  assert.ok(message.includes(file));
});

test("says what to do when the folder may not be written", { skip: !process.getuid && "no users here" }, (t) => {
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o555);
  const message = openedByNobody(join(folder, "parlance.db"));
  chmodSync(folder, 0o755);
  assert.match(message, /cannot be opened\. Give this user the right/);
});

test("the store refuses with the same words as the database in its worker", async (t) => {
  const file = newFile(t);
  writeFileSync(file, "not a database, but long enough to be taken for one".repeat(100));
  await assert.rejects(openSqliteStore(file), { name: "DatabaseRefused", message: refusalOf(file) });
});

test("[L5] a folder that is locked cannot be locked again until it is let go", (t) => {
  const file = join(temporaryFolder(t), "lock");
  const lock = lockFolder(file);
  assert.throws(() => lockFolder(file), FolderInUse);
  lock[Symbol.dispose]();
  lockFolder(file)[Symbol.dispose]();
  assert.ok(existsSync(file), "the lock is the system's, not the file");
});

test("[L5] another process cannot take a folder that is locked, and can once its holder is gone", (t) => {
  const file = join(temporaryFolder(t), "lock");
  const from = pathToFileURL(join(import.meta.dirname, "../../src/store/folder-lock.ts")).href;
  const source = `import { lockFolder } from ${JSON.stringify(from)};
    try { lockFolder(${JSON.stringify(file)}); console.log("locked"); process.kill(process.pid, "SIGKILL"); }
    catch (error) { console.log(error.name); }`;
  const other = () => {
    try {
      return execFileSync(process.execPath, ["--input-type=module", "-e", source], { encoding: "utf8" }).trim();
    } catch (killed) {
      return String((killed as { stdout: string }).stdout).trim();
    }
  };
  const lock = lockFolder(file);
  assert.equal(other(), "FolderInUse");
  lock[Symbol.dispose]();
  assert.equal(other(), "locked");
  lockFolder(file)[Symbol.dispose]();
});
