import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Worker } from "node:worker_threads";
import type { Store, StoreError } from "../../src/core/ports.ts";
import { openDataFolder } from "../../src/server/data-folder.ts";
import { FolderInUse, lockFolder } from "../../src/store/folder-lock.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { isPassing, resultCode } from "../../src/store/sqlite-errors.ts";
import { SqliteLog } from "../../src/store/sqlite-log.ts";
import { openDatabase } from "../../src/store/sqlite-open.ts";
import { SqliteSearchRows } from "../../src/store/sqlite-search-rows.ts";
import { draft, roomName, userId } from "../support/drafts.ts";
import { temporaryFolder } from "../support/server.ts";
import { stored } from "./outcomes.ts";

const general = roomName("general");
const everything = { after: 0, limit: 100_000, maxBytes: 100_000_000 };
const big = (n: number) => draft(n, { text: "ж".repeat(4_096) });

async function openStore(t: TestContext, file = join(temporaryFolder(t), "parlance.db")): Promise<Store> {
  const store = await openSqliteStore(file);
  t.after(() => store.close());
  return store;
}

/** Opens a store, and the worker thread that it runs in. */
async function openWithWorker(t: TestContext): Promise<{ store: Store; worker: Worker }> {
  const made = Promise.withResolvers<Worker>();
  process.once("worker", made.resolve);
  return { store: await openStore(t), worker: await made.promise };
}

/** Appends one big message after the other until one is refused. */
async function fill(store: Store): Promise<{ acknowledged: number; error: StoreError }> {
  for (let n = 1; ; n++) {
    try {
      await store.append([big(n)]);
    } catch (error) {
      return { acknowledged: n - 1, error: error as StoreError };
    }
  }
}

test("[L3] a full database refuses a batch as a whole, reads on, and takes it once there is room", (t) => {
  using db = openDatabase(join(temporaryFolder(t), "parlance.db"));
  const log = new SqliteLog(db);
  log.append([big(1)]);
  const pages = Number(Object.values(db.prepare("PRAGMA page_count").get() ?? {})[0]);
  db.exec(`PRAGMA max_page_count = ${pages + 4}`);
  const batch = Array.from({ length: 20 }, (_, n) => big(n + 2));
  assert.throws(() => log.append(batch), isPassing);
  assert.equal(log.findRoom(general)?.head, 1, "nothing of the batch is there");
  assert.equal(log.read(general, everything).events.length, 1);
  db.exec("PRAGMA max_page_count = 1000000");
  assert.deepEqual(
    log.append(batch).map((outcome) => stored(outcome).seq),
    batch.map((_, index) => index + 2),
  );
});

test("[L3] a database held by another program is refused for now, not for good", (t) => {
  const file = join(temporaryFolder(t), "parlance.db");
  using db = openDatabase(file);
  db.exec("PRAGMA busy_timeout = 0");
  const log = new SqliteLog(db);
  using other = new DatabaseSync(file);
  other.exec("BEGIN IMMEDIATE");
  assert.throws(() => log.append([draft(1)]), isPassing);
  other.exec("COMMIT");
  assert.equal(stored(log.append([draft(1)])[0]).seq, 1);
});

test("[L3] what is no error of the disk or of SQLite is never taken for a passing one", () => {
  for (const error of [undefined, null, "full", 13, new Error("full"), { errcode: "13" }, { errcode: 10 }]) {
    assert.equal(isPassing(error), false);
  }
  assert.equal(isPassing({ errcode: 13 }), true);
  assert.equal(resultCode({ errcode: 10 | (4 << 8) }), 10, "an extended code is read by its first byte");
});

/** A small disk of its own: a tmpfs, which only root may mount. */
function smallDisk(t: TestContext): string | undefined {
  if (process.platform !== "linux") return undefined;
  const folder = mkdtempSync(join(tmpdir(), "parlance-test-"));
  const isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "parlance-test", folder]).status === 0;
  t.after(() => {
    if (isMounted) execFileSync("umount", [folder]);
    rmdirSync(folder);
  });
  return isMounted ? folder : undefined;
}

test("[L3] on a disk that is really full, nothing acknowledged is lost, reading goes on, and writing resumes", async (t) => {
  const disk = smallDisk(t);
  if (!disk) return t.skip("NOT RUN: a small disk can only be mounted by root on Linux");
  const ballast = join(disk, "ballast");
  writeFileSync(ballast, Buffer.alloc(400 * 1024));
  const store = await openSqliteStore(join(disk, "parlance.db"));
  try {
    const { acknowledged, error } = await fill(store);
    assert.equal(error.name, "StoreError");
    assert.equal(error.fatal, false, error.message);
    assert.ok(acknowledged > 0);
    const heads = (await store.read(general, everything)).events.map(({ seq }) => seq);
    assert.deepEqual(
      heads,
      Array.from({ length: acknowledged }, (_, index) => index + 1),
    );
    rmSync(ballast);
    const [again, known] = await store.append([big(acknowledged + 1), big(1)]);
    assert.deepEqual([stored(again).seq, stored(again).dup], [acknowledged + 1, false]);
    assert.deepEqual([stored(known).seq, stored(known).dup], [1, true]);
  } finally {
    await store.close();
  }
});

test("[L5] on a full disk a folder can be locked, and its database says that there is no room", async (t) => {
  const disk = smallDisk(t);
  if (!disk) return t.skip("NOT RUN: a small disk can only be mounted by root on Linux");
  const file = join(disk, "parlance.db");
  await (await openSqliteStore(file)).close();
  assert.throws(() => writeFileSync(join(disk, "ballast"), Buffer.alloc(2 * 1024 * 1024)), { code: "ENOSPC" });
  using _ = lockFolder(join(disk, "lock"));
  assert.throws(() => lockFolder(join(disk, "lock")), FolderInUse);
  await assert.rejects(openSqliteStore(file), /^\w+: There is no room on the disk for .*parlance\.db\. Free some/);
});

test("[L3] a full disk that leaves no room for the note of who serves a folder is no reason not to serve it", async (t) => {
  const disk = smallDisk(t);
  if (!disk) return t.skip("NOT RUN: a small disk can only be mounted by root on Linux");
  await using folder = await openDataFolder(disk);
  await folder.store.openRoom(general);
  assert.throws(() => writeFileSync(join(disk, "ballast"), Buffer.alloc(2 * 1024 * 1024)), { code: "ENOSPC" });
  folder.signIn(["http://localhost:8765"]);
  assert.equal((await folder.store.findRoom(general))?.head, 0);
  await assert.rejects(openDataFolder(disk), /^StartupError: .* is in use by another server\. Stop it/);
});

test("[L2] what is written to a database that was removed or moved away is not acknowledged, and the store fails", async (t) => {
  const folder = join(temporaryFolder(t), "data");
  mkdirSync(folder);
  const store = await openStore(t, join(folder, "parlance.db"));
  await store.append([draft(1)]);
  renameSync(folder, `${folder}.moved`);
  const expected = { name: "StoreError", fatal: true, message: /parlance\.db was removed or moved away/ };
  await assert.rejects(store.append([draft(2)]), expected);
  assert.match((await store.failed).message, expected.message);
  const moved = await openStore(t, join(`${folder}.moved`, "parlance.db"));
  assert.equal(
    (await moved.read(general, everything)).events[0]?.seq,
    1,
    "what was acknowledged is where it was moved",
  );
});

test("[L3] an I/O error on commit is fatal: the store takes nothing more and says that it failed", async (t) => {
  const folder = temporaryFolder(t);
  const from = pathToFileURL(join(import.meta.dirname, "../../src/store/sqlite.ts")).href;
  // Past the size that a process may give a file, the system refuses to write: EFBIG, to SQLite an I/O error.
  const source = `
    import { openSqliteStore } from ${JSON.stringify(from)};
    process.on("SIGXFSZ", () => {});
    const store = await openSqliteStore(${JSON.stringify(join(folder, "parlance.db"))});
    const user = { id: "u_00000000000000000000", name: "Ann" };
    const append = (n) => store.append([{ room: "general", id: String(n).padStart(16, "0"), kind: "message", user, text: "x".repeat(4096), ts: 0 }]);
    let acknowledged = 0, error;
    while (!error) await append(acknowledged + 1).then(() => acknowledged++, (reason) => { error = reason; });
    const failed = await store.failed;
    const after = await append(1).catch((reason) => reason);
    console.log(JSON.stringify({ acknowledged, fatal: error.fatal, failed: failed.message, after: after.fatal }));`;
  const script = join(folder, "script.mjs");
  writeFileSync(script, source);
  const child = spawnSync("prlimit", ["--fsize=400000", process.execPath, script], { encoding: "utf8" });
  if (child.error) return t.skip("NOT RUN: prlimit is not here");
  assert.equal(child.stderr, "");
  const told = JSON.parse(child.stdout) as { acknowledged: number; fatal: boolean; failed: string; after: boolean };
  assert.deepEqual([told.fatal, told.after], [true, true]);
  assert.match(told.failed, /I\/O/);
  const store = await openStore(t, join(folder, "parlance.db"));
  const { events } = await store.read(general, everything);
  assert.ok(events.length >= told.acknowledged, `${told.acknowledged} acknowledged, ${events.length} there`);
});

test("[L3] a commit that fails for a reason nobody foresaw is fatal, for what waits behind it too", async (t) => {
  const file = join(temporaryFolder(t), "parlance.db");
  const store = await openStore(t, file);
  await store.append([draft(1)]);
  using other = new DatabaseSync(file);
  other.exec("UPDATE room SET head = 0");
  const asked = [store.append([draft(2)]), store.read(general, everything), store.append([draft(3)])];
  const outcomes = await Promise.allSettled(asked);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["rejected", "rejected", "rejected"],
  );
  for (const outcome of outcomes) assert.equal((outcome as PromiseRejectedResult).reason.fatal, true);
  assert.equal((await store.failed).fatal, true);
  await assert.rejects(store.openRoom(general), { fatal: true });
  other.exec("UPDATE room SET head = 9");
  const { events } = await (await openStore(t, file)).read(general, everything);
  assert.deepEqual(
    events.map(({ seq }) => seq),
    [1],
    "nothing was written after the failure",
  );
});

test("[L3] a read that fails is not the end: nothing written is in doubt", async (t) => {
  const file = join(temporaryFolder(t), "parlance.db");
  const store = await openStore(t, file);
  await store.append([draft(1)]);
  using other = new DatabaseSync(file);
  other.exec("ALTER TABLE event RENAME TO elsewhere");
  await assert.rejects(store.read(general, everything), { name: "StoreError", fatal: false });
  other.exec("ALTER TABLE elsewhere RENAME TO event");
  // `node:sqlite` tells the failure of a statement once more when the statement is used next.
  await store.read(general, everything).catch(() => {});
  assert.equal((await store.read(general, everything)).events.length, 1);
});

test("[L3] a room that cannot be made is as fatal as a message that cannot be stored", async (t) => {
  const file = join(temporaryFolder(t), "parlance.db");
  const store = await openStore(t, file);
  using other = new DatabaseSync(file);
  other.exec("CREATE TRIGGER refuse BEFORE INSERT ON room BEGIN SELECT RAISE(ABORT, 'no more'); END");
  await assert.rejects(store.openRoom(general), { name: "StoreError", fatal: true });
  assert.equal((await store.failed).fatal, true);
});

test("[L3] a read marker whose commit failed is as fatal: the log's next commit would stand on it", async (t) => {
  const file = join(temporaryFolder(t), "parlance.db");
  const store = await openStore(t, file);
  await store.append([draft(1)]);
  using other = new DatabaseSync(file);
  other.exec("CREATE TRIGGER refuse BEFORE INSERT ON read_marker BEGIN SELECT RAISE(ABORT, 'no more'); END");
  const marked = store.directory.markRead([{ user: userId("ann"), room: general, seq: 1 }]);
  await assert.rejects(marked, { name: "StoreError", fatal: true });
  assert.equal((await store.failed).fatal, true);
});

test("[L2] after the index of search could not be written, a commit of the log still waits for the disk", async (t) => {
  const file = join(temporaryFolder(t), "parlance.db");
  using db = openDatabase(file);
  db.exec("PRAGMA busy_timeout = 0");
  const rows = new SqliteSearchRows(db, new SqliteLog(db), () => undefined);
  using other = new DatabaseSync(file);
  other.exec("BEGIN IMMEDIATE");
  await assert.rejects(rows.write(0, [[1, new Uint8Array(1)]]), isPassing);
  assert.deepEqual({ ...db.prepare("PRAGMA synchronous").get() }, { synchronous: 2 });
});

test("[L3] the death of the worker fails all that waits for it, and is told", async (t) => {
  const { store, worker } = await openWithWorker(t);
  const asked = [store.append([draft(1)]), store.read(general, everything), store.tokenKey()];
  void worker.terminate();
  const outcomes = await Promise.allSettled(asked);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") assert.equal(outcome.reason.fatal, true);
  }
  assert.equal(outcomes.at(-1)?.status, "rejected");
  assert.equal((await store.failed).name, "StoreError");
  await assert.rejects(store.append([draft(2)]), { fatal: true });
});

test("[L3] the death of the worker during close() fails what was asked before, and close() still ends", async (t) => {
  const { store, worker } = await openWithWorker(t);
  const asked = store.append(Array.from({ length: 5_000 }, (_, n) => draft(n)));
  const closed = store.close();
  void worker.terminate();
  await assert.rejects(asked, { fatal: true });
  await closed;
  assert.equal((await store.failed).fatal, true);
});
