import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Worker } from "node:worker_threads";
import { connect } from "@nats-io/transport-node";
import { nats as natsProgram } from "../../scripts/servers.mjs";
import { openNatsBus } from "../../src/bus/nats.ts";
import type { Hint, NodeId } from "../../src/core/hints.ts";
import { aliveMs, silentMs } from "../../src/core/nodes.ts";
import type { Appends, Bus } from "../../src/core/ports.ts";
import type { Epoch } from "../../src/protocol/ids.ts";
import { systemClock } from "../../src/server/clock.ts";
import { displayName, roomName, storedEvent, userId } from "../support/drafts.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { TestNats, useNats } from "../support/nats.ts";
import { describeWith, freePort } from "../support/programs.ts";
import { keptLog, temporaryFolder } from "../support/server.ts";
import { busContract } from "./bus-contract.ts";

const room = roomName("ห้องเรียน");
const epoch = "0123456789abcdef" as Epoch;
const news = (...texts: string[]): Appends => ({
  room,
  epoch,
  events: texts.map((text, index) => storedEvent(index + 1, { room, text })),
});

describeWith([natsProgram], "NATS", () => {
  const nats = useNats();
  let scopes = 0;

  async function openBus(t: TestContext, scope: string, address = nats().address) {
    const log = keptLog();
    const bus = await openNatsBus({ address, scope, clock: systemClock, log });
    t.after(() => bus.close());
    return { bus, log };
  }

  busContract("NATS", async (t) => {
    const scope = `contract${++scopes}`;
    const [here, there] = [await openBus(t, scope), await openBus(t, scope)];
    await Promise.all([heard(here.bus, true), heard(there.bus, true)]);
    return [here.bus, there.bus];
  });

  test("[R1] of what is too large to carry, it tells how far the log has come", async (t) => {
    const [here, there] = [await openBus(t, "large"), await openBus(t, "large")];
    const arrived = next(there.bus);
    here.bus.publish(news(...Array.from({ length: 100 }, () => "ก".repeat(4_096))));
    assert.deepEqual(await arrived, { room, epoch, events: [], head: 100 });
  });

  test("[R1] the other nodes are told before this one is done with its own readers", async (t) => {
    const { bus } = await openBus(t, "order");
    const isHeard = new Int32Array(new SharedArrayBuffer(4));
    const other = new Worker(new URL("../support/other-node.ts", import.meta.url), {
      workerData: { address: nats().address, scope: "order", isHeard },
    });
    t.after(() => other.terminate());
    await once(other, "message");
    const told = new Promise((resolve) => {
      // A turn's writes come in a microtask, and nothing else is done here until they are.
      bus.subscribe(() => queueMicrotask(() => resolve(Atomics.wait(isHeard, 0, 0, 10_000))));
    });
    bus.publish(news("สวัสดี"));
    assert.notEqual(await told, "timed-out");
  });

  test("[N5] what NATS takes in no piece so large is not told, and said once to whoever runs it; what is smaller is told", async (t) => {
    const config = join(temporaryFolder(t), "nats.conf");
    writeFileSync(config, "max_payload: 4KB");
    const narrow = await TestNats.start(["--config", config]);
    t.after(() => narrow.kill());
    const [here, there] = [await openBus(t, "narrow", narrow.address), await openBus(t, "narrow", narrow.address)];
    const arrived = new Promise((resolve) => there.bus.hear(resolve));
    const node = "0123456789abcdef" as NodeId;
    const members = Array.from({ length: 200 }, (_, n) => ({ id: userId(n), name: displayName(`їжак ${n}`) }));
    const roll: Hint = { type: "roll", node, version: 7, lines: 200, part: 0, parts: 1, rooms: [{ room, members }] };
    for (const _ of members) here.bus.tell(roll);
    here.bus.tell({ type: "look" });
    assert.deepEqual(await arrived, { type: "look" });
    assert.equal(here.log.lines.length, 1);
    assert.match(here.log.lines.join(), /NATS takes nothing so large.*"max_payload":4096/);
  });

  test("nodes with another store hear nothing of it, and nobody minds what is no news", async (t) => {
    const [here, there, strangers] = [await openBus(t, "ours"), await openBus(t, "ours"), await openBus(t, "theirs")];
    strangers.bus.subscribe(() => assert.fail("heard by strangers"));
    const arrived = next(there.bus);
    const intruder = await connect({ servers: nats().address });
    const known = '{"room":"a","epoch":"b","events":';
    const bads = ["", "{", "null", "[]", '{"room":1}', `${known}[{}]}`, "\u0000\ufffd"];
    for (const counted of ['"x"', "[7]", "[true]", "null"]) bads.push(`${known}[],"countedFor":${counted}}`);
    for (const bad of bads) intruder.publish("parlance.ours.a", bad);
    there.bus.hear(() => assert.fail("no hint of this version"));
    for (const bad of ["", "[]", '{"type":"news"}', '{"type":"of a newer version","node":"x"}', "\u0000"]) {
      intruder.publish("parlance.ours.nodes.hints", bad);
    }
    await intruder.flush();
    await intruder.close();
    here.bus.publish(news("สวัสดี", "Привіт 👋"));
    assert.deepEqual(await arrived, news("สวัสดี", "Привіт 👋"));
  });

  test("tells when NATS is away and when it is back, and carries what is published then", async (t) => {
    const [here, there] = [await openBus(t, "away"), await openBus(t, "away")];
    await nats().kill();
    await Promise.all([heard(here.bus, false), heard(there.bus, false)]);
    const own = next(here.bus);
    here.bus.publish(news("only here"));
    assert.deepEqual(await own, news("only here"), "this node still hears itself");
    await nats().start();
    await Promise.all([heard(here.bus, true), heard(there.bus, true)]);
    const arrived = next(there.bus);
    here.bus.publish(news("back again"));
    assert.deepEqual(await arrived, news("back again"));
    assert.deepEqual(
      here.log.lines.map((line) => line.split(" {")[0]),
      ["NATS is away: other nodes are heard through the store", "NATS is back"],
    );
  });

  test("shows the user and password, or the token, of its address; with others it is not let in, and goes on trying", async (t) => {
    const guarded = [
      { nats: await TestNats.start(["--user", "ann", "--pass", "ключ"]), right: "ann:%D0%BA%D0%BB%D1%8E%D1%87" },
      { nats: await TestNats.start(["--auth", "open-sesame"]), right: "open-sesame" },
    ];
    for (const { nats, right } of guarded) {
      t.after(() => nats.kill());
      const at = (who: string) => nats.address.replace("//", `//${who}@`);
      await heard((await openBus(t, "guarded", at(right))).bus, true);
      const { bus, log } = await openBus(t, "guarded", at("ann:wrong"));
      await heard(bus, false);
      assert.match(log.lines.join(), /NATS is away.*Authorization/i);
    }
  });

  test("a user who may not subscribe hears nobody, whatever else NATS answers, and says so", async (t) => {
    const config = join(temporaryFolder(t), "nats.conf");
    const users = '[{ user: "ann", password: "x", permissions: { publish: ">", subscribe: { deny: "parlance.>" } } }]';
    writeFileSync(config, `authorization { users: ${users} }`);
    const nats = await TestNats.start(["--config", config]);
    t.after(() => nats.kill());
    const { bus, log } = await openBus(t, "muted", nats.address.replace("//", "//ann:x@"));
    const told: boolean[] = [];
    bus.watch((isHeard) => void told.push(isHeard));
    assert.deepEqual(told, [false]);
    assert.match(log.lines.join(), /NATS is away.*Permissions Violation/i);
    assert.doesNotMatch(log.lines.join(), /NATS is back/);
  });

  test("comes up without NATS, goes on trying, and never says its password", async (t) => {
    const address = `nats://ann:s3cret@127.0.0.1:${await freePort()}`;
    const { bus, log } = await openBus(t, "alone", address);
    await heard(bus, false);
    assert.match(log.lines.join(), /NATS is away.*127\.0\.0\.1/);
    assert.doesNotMatch(log.lines.join(), /s3cret/);
  });
});

test("[N5] a NATS that falls silent is away before those who were heard over it could be taken for gone", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { bus, fallSilent } = await openWhatFallsSilent(t);
  let isHeard: boolean | undefined;
  bus.watch((now) => {
    isHeard = now;
  });
  assert.equal(isHeard, true);
  fallSilent();
  let ms = 0;
  for (; isHeard; ms += 1_000) {
    t.mock.timers.tick(1_000);
    for (let turns = 0; turns < 10; turns++) await new Promise((resolve) => setImmediate(resolve));
  }
  // What was heard last may be as old as a sign of life.
  assert.ok(ms <= silentMs - aliveMs, `${ms} ms`);
});

test("[K4] who stops waits for a NATS that fell silent no longer than 2 s", { timeout: 10_000 }, async (t) => {
  const { bus, clock, fallSilent } = await openWhatFallsSilent(t);
  fallSilent();
  bus.publish(news("สวัสดี"));
  const closed = bus.close();
  clock.advance(2_000);
  await closed;
});

/** A bus on a NATS that answers until it falls silent, and keeps its lines. */
async function openWhatFallsSilent(t: TestContext) {
  let isSilent = false;
  const nats = createServer((socket) => {
    t.after(() => socket.destroy());
    socket.write(`INFO ${JSON.stringify({ server_id: "x", version: "2.9.0", max_payload: 1_048_576, proto: 1 })}\r\n`);
    socket.on("data", (bytes) => {
      if (!isSilent) socket.write("PONG\r\n".repeat(bytes.toString().split("PING\r\n").length - 1));
    });
  });
  nats.listen(0, "127.0.0.1");
  await once(nats, "listening");
  t.after(() => nats.close());
  const address = `nats://127.0.0.1:${(nats.address() as AddressInfo).port}`;
  const clock = new FakeClock();
  const bus = await openNatsBus({ address, scope: "silent", clock, log: keptLog() });
  t.after(() => bus.close());
  const fallSilent = () => {
    isSilent = true;
  };
  return { bus, clock, fallSilent };
}

/** The next that a bus brings. */
function next(bus: Bus): Promise<Appends> {
  return new Promise((resolve) => {
    const stop = bus.subscribe((appends) => {
      stop();
      resolve(appends);
    });
  });
}

/** Resolves once others are heard, or not any more. */
function heard(bus: Bus, wanted: boolean): Promise<void> {
  return new Promise((resolve) => {
    bus.watch((isHeard) => isHeard === wanted && resolve());
  });
}
