import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { randomFillSync } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { StoredEvent } from "../../src/core/ports.ts";
import { BackupRefused, backUpDatabase, restoreDatabase } from "../../src/store/backup.ts";
import { applicationId } from "../../src/store/schema.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { SqliteLog } from "../../src/store/sqlite-log.ts";
import { openDatabase, tokenKey } from "../../src/store/sqlite-open.ts";
import { draft, messageId, roomName } from "../support/drafts.ts";
import { temporaryFolder } from "../support/server.ts";
import { stored } from "./outcomes.ts";

const rooms = ["general", "кухня", "ห้องครัว"].map(roomName);
const everything = { after: 0, limit: 100_000, maxBytes: 1_000_000_000 };
const never = new AbortController().signal;
const now = () => Date.UTC(2025, 10, 19, 23, 46, 36);
const restoring = { replace: false, signal: never, randomBytes: randomFillSync, now };

/** A folder with a database in which so many messages were said, by turns in three rooms; closed. */
function filled(t: TestContext, messages: number, text = "สวัสดี 👋 привіт"): string {
  const file = join(temporaryFolder(t), "parlance.db");
  using db = openDatabase(file);
  const log = new SqliteLog(db);
  log.append(Array.from({ length: messages }, (_, n) => draft(n, { room: rooms[n % 3] ?? roomName("general"), text })));
  return file;
}

/** Adds a message to a database in a process that is then killed: it stays in the write-ahead log. */
function addAndDie(file: string, id: string): void {
  const [open, log, drafts] = ["src/store/sqlite-open.ts", "src/store/sqlite-log.ts", "test/support/drafts.ts"].map(
    (path) => JSON.stringify(pathToFileURL(join(import.meta.dirname, "../..", path)).href),
  );
  const source = `
    import { openDatabase } from ${open}; import { SqliteLog } from ${log}; import { draft } from ${drafts};
    new SqliteLog(openDatabase(${JSON.stringify(file)})).append([draft(${JSON.stringify(id)})]);
    process.kill(process.pid, "SIGKILL");`;
  spawnSync(process.execPath, ["--input-type=module", "-e", source], { timeout: 10_000 });
  assert.ok(existsSync(`${file}-wal`));
}

interface Holding {
  readonly epochs: readonly (string | undefined)[];
  readonly events: readonly (readonly StoredEvent[])[];
  readonly key: string;
}

/** What a database holds, which must be sound; of a copy that is thrown away, so that it stays as it is. */
function holding(t: TestContext, file: string): Holding {
  const copy = join(temporaryFolder(t), "copy.db");
  for (const part of ["", "-wal"]) if (existsSync(file + part)) copyFileSync(file + part, copy + part);
  using db = openDatabase(copy);
  assert.deepEqual({ ...db.prepare("PRAGMA integrity_check").get() }, { integrity_check: "ok" });
  const log = new SqliteLog(db);
  return {
    epochs: rooms.map((room) => log.findRoom(room)?.epoch),
    events: rooms.map((room) => {
      const { events } = log.read(room, everything);
      assert.deepEqual(
        events.map(({ seq }) => seq),
        events.map((_, index) => index + 1),
        "[L1] seq is dense",
      );
      assert.equal(log.findRoom(room)?.head ?? 0, events.length);
      return events;
    }),
    key: Buffer.from(tokenKey(db)).toString("hex"),
  };
}

const beside = (file: string) => readdirSync(join(file, "..")).toSorted();

async function refusal(work: Promise<unknown>): Promise<string> {
  let message = "";
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof BackupRefused, String(error));
    message = error.message;
    return true;
  });
  return message;
}

test("[L1] [L2] a backup beside a busy writer has all that was acknowledged before it, and of the rest a beginning", async (t) => {
  // Large enough to be copied in several steps, with commits in between.
  const database = filled(t, 2_000, "ж".repeat(4_096));
  const store = await openSqliteStore(database);
  t.after(() => store.close());
  const acknowledged = rooms.map(() => [] as number[]);
  let isOver = false;
  const writing = (async () => {
    for (let n = 2_000; !isOver; n += 5) {
      const drafts = Array.from({ length: 5 }, (_, k) => draft(n + k, { room: rooms[(n + k) % 3] ?? roomName("") }));
      const outcomes = (await store.append(drafts)).map(stored);
      for (const { room, seq } of outcomes) acknowledged[rooms.indexOf(room)]?.push(seq);
    }
  })();
  for (let round = 0; round < 3; round++) {
    const before = acknowledged.map((seqs) => seqs.at(-1) ?? 0);
    const file = join(temporaryFolder(t), `копия ${round} 💾.db`);
    const content = await backUpDatabase(database, file, never);
    const after = acknowledged.map((seqs) => seqs.at(-1) ?? 0);
    assert.deepEqual(beside(file), [`копия ${round} 💾.db`], "nothing else is left there");
    const { events } = holding(t, file);
    for (const [index, { length }] of events.entries()) assert.ok(length >= (before[index] ?? 0));
    assert.ok(
      after.some((seq, index) => seq > (before[index] ?? 0)),
      "there were commits meanwhile",
    );
    const messages = events.reduce((sum, { length }) => sum + length, 0);
    assert.deepEqual(content, { rooms: 3, messages, bytes: statSync(file).size });
  }
  isOver = true;
  await writing;
});

test("a backup is one file that only its owner can read, and that can be read where nothing can be written", async (t) => {
  const database = filled(t, 30);
  const file = join(temporaryFolder(t), "backup.db");
  await backUpDatabase(database, file, never);
  assert.deepEqual(holding(t, file), holding(t, database));
  if (process.platform !== "win32") assert.equal(statSync(file).mode & 0o777, 0o600);
  using db = new DatabaseSync(file, { readOnly: true });
  assert.equal(db.prepare("PRAGMA journal_mode").get()?.["journal_mode"], "delete");
});

test("[L2] what a killed server left in its write-ahead log is in the backup", async (t) => {
  const database = filled(t, 3);
  addAndDie(database, "last");
  const file = join(temporaryFolder(t), "backup.db");
  assert.equal((await backUpDatabase(database, file, never)).messages, 4);
});

test("what cannot be backed up or restored is refused with the reason, and leaves no file", async (t) => {
  const good = filled(t, 300);
  const folder = temporaryFolder(t);
  const make = (name: string, change: (file: string) => void) => {
    const file = join(folder, name);
    copyFileSync(good, file);
    change(file);
    return file;
  };
  const changeIn = (sql: string) => (file: string) => {
    using db = new DatabaseSync(file);
    db.exec(sql);
  };
  const cases: readonly (readonly [string, RegExp])[] = [
    [join(folder, "нет.db"), /^There is no .*нет\.db\.$/],
    [make("text.db", (file) => writeFileSync(file, "ไม่ใช่ฐานข้อมูล".repeat(100))), /is damaged, or no database\.$/],
    [make("empty.db", (file) => writeFileSync(file, "")), /is no database of Parlance\.$/],
    [make("other.db", changeIn("PRAGMA application_id = 7")), /is no database of Parlance\.$/],
    [make("newer.db", changeIn("PRAGMA user_version = 999")), /newer Parlance.*999/],
    [make("half.db", (file) => writeFileSync(file, readFileSync(good).subarray(0, 40_960))), /is damaged/],
    [
      make("holes.db", (file) => {
        const bytes = readFileSync(file);
        writeFileSync(file, bytes.fill(0x5a, bytes.length / 2, bytes.length / 2 + 8_192));
      }),
      /is damaged/,
    ],
    [
      // One character of an id: only a comparison of the table with its index tells. Earlier ones are no longer in use.
      make("character.db", (file) => {
        const bytes = readFileSync(file);
        bytes.write("x", bytes.lastIndexOf(messageId(42)));
        writeFileSync(file, bytes);
      }),
      /is damaged: .*index/,
    ],
  ];
  for (const [from, reason] of cases) {
    const target = join(temporaryFolder(t), "parlance.db");
    assert.match(await refusal(backUpDatabase(from, target, never)), reason);
    assert.match(await refusal(restoreDatabase(from, target, restoring)), reason);
    assert.deepEqual(beside(target), [], from);
  }
  const taken = make("taken.db", () => {});
  const bytes = readFileSync(taken);
  assert.match(await refusal(backUpDatabase(good, taken, never)), /exists already\. Give another name/);
  assert.deepEqual(readFileSync(taken), bytes);
  assert.match(await refusal(backUpDatabase(good, join(folder, "no", "b.db"), never)), /^There is no folder .*no\./);
});

test("an end that is asked for leaves neither a half of a backup nor anything beside it", async (t) => {
  const database = filled(t, 1_500, "ж".repeat(4_096));
  const target = join(temporaryFolder(t), "backup.db");
  await assert.rejects(backUpDatabase(database, target, AbortSignal.abort()), { name: "AbortError" });
  assert.deepEqual(beside(target), []);
  const mine = filled(t, 3);
  const before = readFileSync(mine);
  await assert.rejects(restoreDatabase(database, mine, { ...restoring, replace: true, signal: AbortSignal.abort() }));
  assert.deepEqual(beside(mine), ["parlance.db"]);
  assert.deepEqual(readFileSync(mine), before);
});

test("a full disk is told, and leaves nothing on it", async (t) => {
  const disk = join(temporaryFolder(t), "disk");
  mkdirSync(disk);
  const isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "parlance-test", disk]).status === 0;
  if (!isMounted) return t.skip("NOT RUN: a small disk can only be mounted by root on Linux");
  try {
    const target = join(disk, "backup.db");
    assert.match(
      await refusal(backUpDatabase(filled(t, 600, "ж".repeat(4_096)), target, never)),
      /no room on the disk/,
    );
    assert.deepEqual(beside(target), []);
  } finally {
    execFileSync("umount", [disk]);
  }
});

test("[L4] a restored database has a new epoch in every room, and everything else as it was", async (t) => {
  const database = filled(t, 30);
  const file = join(temporaryFolder(t), "backup.db");
  await backUpDatabase(database, file, never);
  const target = join(temporaryFolder(t), "parlance.db");
  const restored = await restoreDatabase(file, target, restoring);
  assert.deepEqual(restored, { rooms: 3, messages: 30, bytes: statSync(target).size, replaced: undefined });
  assert.deepEqual(beside(target), ["parlance.db"]);
  const [was, is] = [holding(t, database), holding(t, target)];
  assert.deepEqual({ ...is, epochs: [] }, { ...was, epochs: [] });
  assert.equal(new Set([...was.epochs, ...is.epochs]).size, 6);
  for (const epoch of is.epochs) assert.match(epoch ?? "", /^[a-z0-9]{16}$/);
  assert.deepEqual(holding(t, file), was, "the backup is as it was");
});

test("a database that is there is kept whole, and nothing of it gets into the one that takes its place", async (t) => {
  const backup = filled(t, 30);
  const database = filled(t, 300);
  addAndDie(database, "only in the log of the old one");
  const was = holding(t, database);
  assert.match(await refusal(restoreDatabase(backup, database, restoring)), /exists already\. With --force/);
  assert.deepEqual(holding(t, database), was);

  const { replaced = "" } = await restoreDatabase(backup, database, { ...restoring, replace: true });
  assert.equal(replaced, `${database}.before-restore-2025-11-19T234636`);
  assert.deepEqual(beside(database), ["parlance.db", "parlance.db.before-restore-2025-11-19T234636"]);
  assert.deepEqual(holding(t, database).events, holding(t, backup).events);
  assert.deepEqual(holding(t, replaced), was);

  // And back again, within the same second.
  const again = await restoreDatabase(replaced, database, { ...restoring, replace: true });
  assert.equal(again.replaced, `${replaced}-2`);
  assert.deepEqual(holding(t, database).events, was.events);
  const itself = await restoreDatabase(database, database, { ...restoring, replace: true });
  assert.equal(itself.messages, 301);
});

test("a database too damaged to be opened is kept as it is, with its log; so is a log without a database", async (t) => {
  const backup = filled(t, 30);
  for (const what of ["damaged", "log alone"]) {
    const database = filled(t, 3);
    addAndDie(database, "lost");
    if (what === "log alone") rmSync(database);
    else {
      // The log alone would mend the first page.
      writeFileSync(database, "ж".repeat(10_000));
      writeFileSync(`${database}-wal`, "ж".repeat(10_000));
    }
    const wal = readFileSync(`${database}-wal`);
    assert.match(await refusal(restoreDatabase(backup, database, restoring)), /exists already/);
    const { replaced = "" } = await restoreDatabase(backup, database, { ...restoring, replace: true });
    assert.deepEqual(readFileSync(`${replaced}-wal`), wal);
    assert.equal(existsSync(replaced), what === "damaged");
    assert.deepEqual(
      beside(database).filter((name) => !name.includes("before-restore")),
      ["parlance.db"],
    );
    assert.deepEqual(holding(t, database).events, holding(t, backup).events);
  }
});

test("a database that another program is using is not replaced", async (t) => {
  const database = filled(t, 3);
  const folder = join(database, "..");
  using other = new DatabaseSync(database);
  other.exec("BEGIN; SELECT count(*) FROM room");
  const backup = filled(t, 30);
  const replacing = restoreDatabase(backup, database, { ...restoring, replace: true });
  assert.match(await refusal(replacing), /^Another program is using .*End it first\.$/);
  assert.ok(!readdirSync(folder).some((name) => /before|part/.test(name)));
  other.exec("COMMIT");
  assert.equal(Number(other.prepare("PRAGMA application_id").get()?.["application_id"]), applicationId);
});
