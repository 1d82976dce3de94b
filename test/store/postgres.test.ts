import assert from "node:assert/strict";
import { randomFillSync } from "node:crypto";
import { test } from "node:test";
import pg from "pg";
import { postgres as postgresProgram } from "../../scripts/servers.mjs";
import { newNodeId } from "../../src/core/hints.ts";
import { nameKeys } from "../../src/core/name-keys.ts";
import { StoreError } from "../../src/core/ports.ts";
import { DatabaseRefused } from "../../src/store/database-refused.ts";
import { openPostgresStore } from "../../src/store/postgres.ts";
import { TcpProxy } from "../faults/tcp-proxy.ts";
import { draft, roomName, userId } from "../support/drafts.ts";
import { openStore, query, usePostgres } from "../support/postgres.ts";
import { describeWith, freePort } from "../support/programs.ts";
import { range } from "../support/seqs.ts";
import { nameRegisterContract } from "./name-register-contract.ts";
import { stored } from "./outcomes.ts";
import { storeContract } from "./store-contract.ts";

const general = roomName("general");
const everything = { after: 0, limit: 100_000, maxBytes: 100_000_000 };

describeWith([postgresProgram], "Postgres", () => {
  const postgres = usePostgres();

  let shared: string | undefined;
  storeContract("Postgres", async (t) => {
    // One for all, emptied: to make another takes as long as most of these tests.
    shared ??= await postgres().newDatabase();
    const address = shared;
    await query(address, "DROP SCHEMA IF EXISTS parlance CASCADE");
    const store = await openStore(t, address);
    return {
      store,
      async reopen() {
        await store.close();
        return openStore(t, address);
      },
    };
  });

  nameRegisterContract("in Postgres", async (t) => {
    const address = await postgres().newDatabase();
    const [{ names: register }, { names: other }] = [await openStore(t, address), await openStore(t, address)];
    return {
      register,
      other,
      async silence(node) {
        await query(address, "UPDATE parlance.node SET until = now() - interval '1 s' WHERE id = coalesce($1, id)", [
          node ?? null,
        ]);
      },
    };
  });

  test("[N6] a node that is back in the moment in which another takes what it had claimed is told that it is gone", async (t) => {
    const address = await postgres().newDatabase();
    const [{ names: here }, { names: there }] = [await openStore(t, address), await openStore(t, address)];
    const [silent, other] = [newNodeId(randomFillSync), newNodeId(randomFillSync)];
    for (const node of [silent, other]) await here.renew(node);
    const [key] = nameKeys("Ann");
    assert.ok(key);
    await here.claim(silent, [{ key, user: userId("ann") }]);
    await query(address, "UPDATE parlance.node SET until = now() - interval '1 s' WHERE id = $1", [silent]);
    const [holder, watch] = [new pg.Client(address), new pg.Client(address)];
    for (const client of [holder, watch]) {
      await client.connect();
      t.after(() => client.end());
    }
    await holder.query("BEGIN; SELECT FROM parlance.name_claim FOR UPDATE");
    const waiting = async (count: number) => {
      const asked = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
      while ((await watch.query(asked)).rowCount !== count);
    };
    const taking = there.renew(other);
    await waiting(1);
    const back = here.renew(silent);
    await waiting(2);
    await holder.query("COMMIT");
    assert.equal(await taking, true);
    assert.equal(await back, false);
    assert.equal((await there.claim(other, [{ key, user: userId("bob") }])).size, 1, "and it is anybody's");
  });

  test("[N6] what was asked over a line that was given up is not done once that carries again", async (t) => {
    const address = await postgres().newDatabase();
    const proxy = await TcpProxy.start(t, address);
    const through = address.replace(new URL(address).port, new URL(proxy.url).port);
    const store = await openPostgresStore(through, { statementMs: 100 });
    t.after(() => store.close());
    const [key] = nameKeys("Ann");
    assert.ok(key);
    const node = newNodeId(randomFillSync);
    const claims = [{ key, user: userId("ann") }];
    await store.names.renew(node);
    await store.names.claim(node, claims);
    const goOn = proxy.stall();
    await assert.rejects(store.names.release(node, claims), StoreError);
    while (store.isReachable) await new Promise((resolve) => setImmediate(resolve));
    assert.equal((await store.names.claim(node, claims)).size, 1, "she is back");
    goOn();
    const watch = new pg.Client(address);
    await watch.connect();
    t.after(() => watch.end());
    const asked = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    while ((await watch.query(asked)).rowCount !== 1);
    assert.equal((await store.names.taken(userId("bob"), [key])).size, 1);
  });

  test("nodes that start at once on an empty database make one set of tables and one key", async (t) => {
    const address = await postgres().newDatabase();
    const nodes = await Promise.all(range(1, 5).map(() => openStore(t, address)));
    const keys = await Promise.all(nodes.map((node) => node.tokenKey()));
    assert.equal(new Set(keys.map((key) => Buffer.from(key).toString("hex"))).size, 1);
  });

  test("[N1] [L1] [S1] nodes that write the same rooms at once number them without a hole, and store an id once", async (t) => {
    const address = await postgres().newDatabase();
    const nodes = await Promise.all(range(1, 3).map(() => openStore(t, address)));
    const rooms = ["general", "кухня", "ห้องเรียน"].map(roomName);
    // Each node names the rooms in another order, and every tenth id is everybody's.
    const written = nodes.map(async (node, which) => {
      for (const batch of range(0, 19)) {
        await node.append(
          range(0, 29).map((n) => {
            const number = batch * 30 + n;
            const id = number % 10 === 0 ? `shared_${number}` : `${which}_${number}`;
            return draft(id, { room: rooms[(n + which * 7) % 3] ?? general, text: `text ${number}` });
          }),
        );
      }
    });
    await Promise.all(written);
    const ids: string[] = [];
    const reader = await openStore(t, address);
    for (const room of rooms) {
      const { events } = await reader.read(room, everything);
      assert.deepEqual(
        events.map(({ seq }) => seq),
        range(1, events.length),
      );
      assert.equal(new Set(events.map(({ id }) => id)).size, events.length);
      ids.push(...events.map(({ id }) => id));
    }
    assert.equal(new Set(ids).size, 3 * 540 + 60);
  });

  test("[N3] [L3] refuses while Postgres is away, keeps what it acknowledged, and recovers by itself", async (t) => {
    const store = await openStore(t, await postgres().newDatabase());
    const { epoch } = await store.openRoom(general);
    const acknowledged: string[] = [];
    const refused: unknown[] = [];
    const killed = (async () => {
      for (const n of range(1, 1_000_000)) {
        try {
          const [outcome] = await store.append([draft(n)]);
          acknowledged.push(stored(outcome).id);
        } catch (error) {
          refused.push(error);
          return;
        }
      }
    })();
    await postgres().kill();
    await killed;
    await assert.rejects(store.read(general, everything), StoreError);
    for (const error of refused) assert.ok(error instanceof StoreError && !error.fatal);
    assert.equal(store.isReachable, false);
    await postgres().start();
    assert.equal(stored((await store.append([draft("after")]))[0]).epoch, epoch);
    assert.equal(store.isReachable, true);
    const { events } = await store.read(general, everything);
    const there = new Set<string>(events.map(({ id }) => id));
    assert.deepEqual(
      acknowledged.filter((id) => !there.has(id)),
      [],
    );
    assert.deepEqual(
      events.map(({ seq }) => seq),
      range(1, events.length),
    );
  });

  test("[N3] [L3] a room that another holds for too long is refused, and nothing hangs", async (t) => {
    const address = await postgres().newDatabase();
    const store = await openPostgresStore(address, { statementMs: 200 });
    t.after(() => store.close());
    await store.append([draft(1)]);
    const other = new pg.Client(address);
    await other.connect();
    await other.query("BEGIN; SELECT * FROM parlance.room FOR UPDATE");
    const [append, read] = await Promise.allSettled([store.append([draft(2)]), store.read(general, everything)]);
    assert.ok(append.status === "rejected" && append.reason instanceof StoreError && !append.reason.fatal);
    assert.equal(read.status, "fulfilled");
    await other.end();
    assert.equal(stored((await store.append([draft(2)]))[0]).seq, 2);
  });

  test("[N3] a node that falls silent in the midst of a transaction does not keep others out of its rooms", async (t) => {
    const address = await postgres().newDatabase();
    const proxy = await TcpProxy.start(t, address);
    const bad = new URL(address);
    bad.port = new URL(proxy.url).port;
    const other = await openPostgresStore(address, { statementMs: 600 });
    t.after(() => other.close());
    await other.append([draft(1)]);
    proxy.weather = { latencyMs: 0, bytesPerSecond: 20_000, sliceBytes: 100 };
    const silent = await openPostgresStore(bad.href, { statementMs: 600 });
    t.after(() => silent.close());
    // So slow that it has locked the room before what it writes there has come.
    const half = silent.append([draft(2)]);
    half.catch(() => {});
    const watch = new pg.Client(address);
    await watch.connect();
    const isHeld = "SELECT FROM pg_stat_activity WHERE state = 'idle in transaction' AND query LIKE '%FOR UPDATE'";
    while ((await watch.query(isHeld)).rowCount === 0);
    proxy.stall();
    assert.equal(stored((await other.append([draft(3)]))[0]).seq, 2);
    proxy.reset();
    await assert.rejects(half, StoreError);
    await watch.end();
  });

  test("[N4] [L4] what pg_dump wrote comes back whole, with a new epoch for every room", async (t) => {
    const address = await postgres().newDatabase();
    const store = await openStore(t, address);
    const outcomes = await store.append([draft(1, { text: "a\u0000b" }), draft(2, { room: roomName("кухня") })]);
    const copy = await openStore(t, await postgres().restoreDump(address));
    assert.deepEqual(await copy.rooms(), ["general", "кухня"]);
    assert.deepEqual(await copy.read(general, everything), await store.read(general, everything));
    assert.deepEqual(Buffer.from(await copy.tokenKey()), Buffer.from(await store.tokenKey()));
    const heads = await copy.heads([general, roomName("кухня")]);
    const epochs = new Set([
      ...outcomes.map((one) => stored(one).epoch),
      ...[...heads.values()].map((one) => one.epoch),
    ]);
    assert.equal(epochs.size, 4);
    for (const { epoch, head } of heads.values()) assert.match(`${epoch} ${head}`, /^[a-z0-9]{16} 1$/);
  });

  test("a user with no right but to create a schema suffices, and one without it is told so", async (t) => {
    const address = await postgres().newDatabase();
    const name = new URL(address).pathname.slice(1);
    await query(address, `CREATE ROLE ordinary LOGIN; REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC`);
    const asOrdinary = address.replace("parlance@", "ordinary@");
    await assert.rejects(openPostgresStore(asOrdinary), /The user of --store may not make its tables/);
    await query(address, `GRANT CREATE ON DATABASE ${name} TO ordinary`);
    const store = await openStore(t, asOrdinary);
    const { epoch } = stored((await store.append([draft(1)]))[0]);
    assert.deepEqual(await (await openStore(t, asOrdinary)).findRoom(general), { epoch, head: 1 });
  });

  test("says in one line what is in the way, and never the password", async () => {
    const secret = "กุญแจ-s3cret";
    const away = `postgres://ann:${encodeURIComponent(secret)}@127.0.0.1:${await freePort()}/chat`;
    await assert.rejects(openPostgresStore(away), (error: Error) => {
      assert.ok(error instanceof DatabaseRefused);
      assert.match(error.message, /^No Postgres answers at 127\.0\.0\.1:\d+\/chat \(ECONNREFUSED\)\./);
      assert.doesNotMatch(JSON.stringify(error, Object.getOwnPropertyNames(error)), /s3cret/);
      return true;
    });
    const address = await postgres().newDatabase();
    await assert.rejects(openPostgresStore(`${address}_missing`), /has no such database/);
    const store = await openPostgresStore(address);
    await store.close();
    await query(address, "UPDATE parlance.property SET value = '99' WHERE name = 'version'");
    await assert.rejects(openPostgresStore(address), /made by a newer Parlance \(its version is 99/);
  });
});
