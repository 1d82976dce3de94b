import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { before, type TestContext, test } from "node:test";
import pg from "pg";
import { postgres as postgresProgram } from "../../scripts/servers.mjs";
import type { Subnet } from "../../src/core/account-store.ts";
import { nameKeys } from "../../src/core/name-keys.ts";
import type { Draft, Store } from "../../src/core/ports.ts";
import type { SessionId } from "../../src/protocol/ids.ts";
import { migrate } from "../../src/server/migrate.ts";
import { copyNew } from "../../src/store/move/move.ts";
import { MoveSource } from "../../src/store/move/source.ts";
import { movedTables } from "../../src/store/move/tables.ts";
import { MoveTarget } from "../../src/store/move/target.ts";
import { openPostgresStore } from "../../src/store/postgres.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { RawClient } from "../support/client.ts";
import { displayName, draft, messageId, roomName, userId } from "../support/drafts.ts";
import { query, usePostgres } from "../support/postgres.ts";
import { describeWith } from "../support/programs.ts";
import { range } from "../support/seqs.ts";
import { startTestServer, temporaryFolder } from "../support/server.ts";

const everything = { after: 0, limit: 10_000, maxBytes: 100_000_000 };
const never = new AbortController().signal;
const noServer = () => assert.fail("no server runs there");
const kitchen = roomName("кухня");
const bob = { id: userId("bob"), name: displayName("Боб 🦊") };

const change = (n: number | string, kind: Draft["kind"], target: number, text = ""): Draft =>
  draft(n, { kind, text, target: messageId(target) });

/** The address of a database on a line that is cut once so many bytes were sent to it. */
async function onFrailLine(t: TestContext, address: string, bytes: number): Promise<string> {
  const url = new URL(address);
  const port = Number(url.port);
  const proxy = createServer((near) => {
    const far = connect(port, url.hostname);
    let sent = 0;
    near.on("data", (piece) => {
      sent += piece.length;
      if (sent > bytes) near.end();
      else far.write(piece);
    });
    near.on("error", () => {}).on("close", () => far.destroy());
    far.on("error", () => {}).pipe(near, { end: false });
  }).listen(0, "127.0.0.1");
  t.after(() => proxy.close());
  await once(proxy, "listening");
  url.port = String((proxy.address() as AddressInfo).port);
  return url.href;
}

/** Every room's log, with all that has become of its messages. */
async function contentOf(store: Store) {
  const rooms = await store.rooms();
  const heads = await store.heads(rooms);
  const logs = await Promise.all(rooms.map(async (room) => (await store.read(room, everything)).events));
  return { rooms, heads, logs, key: Buffer.from(await store.tokenKey()).toString("hex") };
}

async function openFolder(t: TestContext): Promise<{ readonly folder: string; readonly file: string; store: Store }> {
  const folder = temporaryFolder(t);
  const file = join(folder, "parlance.db");
  const store = await openSqliteStore(file);
  t.after(() => store.close());
  return { folder, file, store };
}

describeWith([postgresProgram], "moving from a folder into Postgres", () => {
  const postgres = usePostgres();
  let address = "";

  before(async () => {
    address = await postgres().newDatabase();
  });

  test("[L1] [L4] [S1] [E2] everything is there as it was, whenever it was stopped and begun again, and whatever was said meanwhile", async (t) => {
    const { folder, file, store } = await openFolder(t);
    const emptyRoom = await store.openRoom(roomName("ว่าง"));
    await store.append(
      range(1, 2_500).map((n) => draft(n, { text: n === 7 ? "a\u0000b\u0010c" : `повідомлення ${n} 🦔` })),
    );
    await store.append([
      draft("r", { room: kitchen, text: "שלום", user: bob }),
      change("e", "edit", 3, "edited"),
      change("a", "react", 2_500, "👍🏽"),
      change("b", "react", 2_500, "🎉"),
      change("u", "unreact", 2_500, "🎉"),
      draft("t", { kind: "topic", text: "чай" }),
    ]);
    await store.accounts.keepName({
      user: bob.id,
      name: bob.name,
      keys: nameKeys(bob.name),
      proof: "scrypt$…",
    });
    const session = {
      id: `s_${"0".repeat(20)}` as SessionId,
      user: bob.id,
      agent: "Firefox, Linux",
      created: 1,
      seen: 2,
    };
    await store.accounts.addSession(session);
    await store.accounts.writeBan({ who: "203.0.113.0/24" as Subnet, name: "", since: 3 });
    {
      // The first try ends in the midst of the first room.
      using source = new MoveSource(file);
      await using target = await MoveTarget.open(address, await store.tokenKey());
      const ending = new AbortController();
      const storePiece = target.store.bind(target);
      target.store = async (piece) => {
        await storePiece(piece);
        if (piece.events.length > 0) ending.abort();
      };
      await assert.rejects(copyNew(source, target, ending.signal), { name: "AbortError" });
      assert.equal(
        (await target.heads()).get(Number(source.rooms().find(({ name }) => name === "general")?.["id"])),
        1_000,
      );
    }
    await assert.rejects(openPostgresStore(address), /is being filled by parlance migrate/);
    // What was copied already is deleted, edited, and reacted to before the second.
    await store.append([
      change("d", "delete", 5),
      change("e2", "edit", 3, "edited twice"),
      change("e3", "edit", 900, "so schnell"),
      change("d2", "delete", 900),
      change("b2", "react", 10, "👀"),
      draft(2_501),
    ]);
    const before = await contentOf(store);
    const accounts = await store.accounts.changes(0);
    await store.close();
    const moved = await migrate({ from: folder, to: address, signal: never, onCaughtUp: noServer });
    assert.deepEqual(moved, { rooms: 3, events: 2_501 + 1 + 5 + 5 });
    const there = await openPostgresStore(address);
    t.after(() => there.close());
    assert.deepEqual(await contentOf(there), before);
    assert.deepEqual(await there.accounts.changes(0), accounts);
    assert.equal(await there.accounts.proofOf(bob.id), "scrypt$…");
    assert.deepEqual(await there.accounts.sessionsOf(bob.id), [session]);
    assert.deepEqual(await there.openRoom(roomName("ว่าง")), emptyRoom);
    const [again, next, other] = await there.append([
      draft(2_501),
      draft("new"),
      draft("first", { room: roomName("new-room") }),
    ]);
    const headBefore = before.heads.get(roomName("general"))?.head ?? 0;
    assert.deepEqual(
      [again, next, other].map((one) => (one?.ok ? [one.value.event.seq, one.value.dup] : one)),
      [
        [headBefore, true],
        [headBefore + 1, false],
        [1, false],
      ],
    );
  });

  test("[R2] [R3] [K4] beside a running server it copies until that is stopped; its clients go on at the new one, as who they were", async (t) => {
    const to = await postgres().newDatabase();
    const old = await startTestServer(t);
    const ann = await RawClient.join(t, old.url, { name: "Ann" });
    const first = await ann.say("перше");
    const caughtUp = Promise.withResolvers<number>();
    const moving = migrate({ from: old.data, to, signal: never, onCaughtUp: caughtUp.resolve });
    assert.equal(await caughtUp.promise, 1);
    await ann.say("while it is moved");
    await old.stop();
    assert.equal((await moving).events, 2);
    const { url } = await startTestServer(t, { store: to });
    const back = await RawClient.connect(t, url);
    const { epoch } = ann.joined;
    back.send({ type: "join", token: ann.welcome.token, since: { epoch, seq: first.seq, id: first.id } });
    assert.deepEqual((await back.next("welcome")).user, ann.welcome.user);
    assert.equal((await back.next("joined")).recovered, true);
    assert.equal((await back.next("message")).text, "while it is moved");
  });

  test("a line that breaks in the midst ends it with what to do, and the same command goes on from there", async (t) => {
    const { folder, store } = await openFolder(t);
    await store.append(range(1, 3_000).map((n) => draft(n)));
    await store.close();
    const to = await postgres().newDatabase();
    const frail = await onFrailLine(t, to, 300_000);
    await assert.rejects(migrate({ from: folder, to: frail, signal: never, onCaughtUp: noServer }), {
      name: "StartupError",
      message: /\. The same command goes on from here\.$/,
    });
    assert.equal((await migrate({ from: folder, to, signal: never, onCaughtUp: noServer })).events, 3_000);
  });

  test("what breaks in its very last step is gone on with, too", async (t) => {
    const { folder, store } = await openFolder(t);
    await store.append([draft(1)]);
    await store.close();
    const to = await postgres().newDatabase();
    await (await openPostgresStore(to)).close();
    const move = () => migrate({ from: folder, to, signal: never, onCaughtUp: noServer });
    const other = new pg.Client(to);
    await other.connect();
    t.after(() => other.end());
    // As an ANALYZE of somebody else's would, for longer than it is waited for.
    await other.query("BEGIN; LOCK TABLE parlance.reaction IN SHARE UPDATE EXCLUSIVE MODE");
    const cut = assert.rejects(move(), /\. The same command goes on from here\.$/);
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'parlance migrate' AND wait_event_type = 'Lock' AND datname = current_database()`;
    // In a transaction Postgres tells what it told before, unless that is cleared.
    while ((await other.query(end)).rows.length === 0) await other.query("SELECT pg_stat_clear_snapshot()");
    await cut;
    await other.query("ROLLBACK");
    assert.equal((await move()).events, 1);
  });

  test("a second one beside the first is refused: it would undo what servers store once the first is done", async (t) => {
    const { folder, store } = await openFolder(t);
    await store.append([draft(1)]);
    const to = await postgres().newDatabase();
    const move = () => migrate({ from: folder, to, signal: never, onCaughtUp: noServer });
    {
      await using _first = await MoveTarget.open(to, await store.tokenKey());
      await store.close();
      await assert.rejects(move(), /Another parlance migrate is filling this database/);
    }
    assert.equal((await move()).events, 1);
  });

  test("refuses a database that is in use or filled from elsewhere, and a folder of another version or with nothing", async (t) => {
    const { folder, file, store } = await openFolder(t);
    await store.append([draft(1)]);
    await store.close();
    const move = (from: string, to: string) => migrate({ from, to, signal: never, onCaughtUp: noServer });
    const used = await postgres().newDatabase();
    const user = await openPostgresStore(used);
    await user.append([draft(1)]);
    await user.close();
    await assert.rejects(move(folder, used), /A server keeps its rooms in this database already/);
    const begun = await postgres().newDatabase();
    await (await MoveTarget.open(begun, new Uint8Array(32)))[Symbol.asyncDispose]();
    await assert.rejects(move(folder, begun), /is being filled from another server/);
    await assert.rejects(move(temporaryFolder(t), begun), /There is no .*parlance\.db/);
    await assert.rejects(move(folder, `${used}_missing`), /has no such database/);
    const changed = await postgres().newDatabase();
    {
      using source = new MoveSource(file);
      await using target = await MoveTarget.open(changed, source.tokenKey);
      await copyNew(source, target, never);
    }
    await query(changed, "UPDATE parlance.event SET text = 'another'");
    await assert.rejects(move(folder, changed), /1 rows of event are not the same in both/);
    {
      using db = new DatabaseSync(file);
      db.exec("PRAGMA user_version = 1");
    }
    await assert.rejects(move(folder, begun), /is not of this version of Parlance/);
    writeFileSync(file, "not a database".repeat(100));
    await assert.rejects(move(folder, begun), /parlance\.db cannot be used: file is not a database\.$/);
  });
});

test("every table of a folder's database is moved, with all its columns, or made anew", async (t) => {
  const { file, store } = await openFolder(t);
  await store.close();
  using db = new DatabaseSync(file);
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as { name: string }[];
  const madeAnew = ["search_block", "search_part", "search_reach"];
  const known = [...movedTables.map(({ name }) => name), ...madeAnew, "secret"];
  assert.deepEqual(tables.map(({ name }) => name).sort(), known.sort());
  for (const { name, columns } of movedTables) {
    const there = db.prepare(`SELECT name FROM pragma_table_info('${name}')`).all() as { name: string }[];
    assert.deepEqual(there.map((column) => column.name).sort(), [...columns].sort());
  }
});
