import assert from "node:assert/strict";
import { test } from "node:test";
import fastify from "fastify";
import { createMemoryBus } from "../../src/bus/memory.ts";
import { compareMs, troubledMs, watchHeads } from "../../src/core/head-watch.ts";
import { type Appends, type Bus, StoreError } from "../../src/core/ports.ts";
import { addPollGateway } from "../../src/gateways/poll.ts";
import type { Epoch } from "../../src/protocol/ids.ts";
import { draft, roomName } from "../support/drafts.ts";
import type { Guest } from "../support/guest.ts";
import { MemoryStore, newMemory } from "../support/memory-store.ts";
import { World } from "../support/world.ts";

const general = roomName("general");
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);
const seqsOf = (guest: Guest) => guest.all("message").map(({ seq }) => seq);

/** A node of several: another one writes to its store, and the bus is in the test's hands. */
function newNode() {
  const memory = newMemory();
  const state = { isStoreThere: true };
  const asked: string[] = [];
  const store = new MemoryStore(memory, async (what) => {
    asked.push(what);
    if (!state.isStoreThere) throw new StoreError("Postgres: ECONNREFUSED", { fatal: false });
  });
  const listeners = new Set<(isHeard: boolean) => void>();
  const bus: Bus = {
    ...createMemoryBus(),
    watch(listener) {
      listeners.add(listener);
      listener(true);
      return () => void listeners.delete(listener);
    },
  };
  const world = new World({ store, bus });
  const watch = watchHeads({ hub: world.hub, store, bus, clock: world.clock, log: world.log });
  return {
    world,
    watch,
    state,
    memory,
    /** The other node, which tells nobody. */
    other: new MemoryStore(memory),
    setHeard(isHeard: boolean) {
      for (const listener of listeners) listener(isHeard);
    },
    /** What the store was asked since the last call. */
    asked: () => asked.splice(0),
  };
}

test("[N2] [R1] what the bus lost is found out with one question for all rooms, however many members wait", async () => {
  const { world, other, asked } = newNode();
  const readers = await Promise.all(range(1, 5).map(() => world.join({ room: general })));
  const elsewhere = await world.join({ room: roomName("кухня") });
  await other.append([...range(1, 3).map((n) => draft(n)), draft(1, { room: roomName("кухня") })]);
  asked();
  world.clock.advance(compareMs);
  await world.quiet();
  for (const reader of readers) assert.deepEqual(seqsOf(reader), [1, 2, 3]);
  assert.deepEqual(seqsOf(elsewhere), [1]);
  assert.deepEqual(asked(), ["findRoom", "read", "read"], "the heads of both, and a page of each");
});

test("[N2] [R1] a bus that is away is stood in for by looking once a second, and once more at once when it is back", async () => {
  const { world, other, setHeard, asked } = newNode();
  const reader = await world.join();
  setHeard(false);
  await world.quiet();
  for (const n of range(1, 3)) {
    await other.append([draft(n)]);
    world.clock.advance(troubledMs);
    await world.quiet();
    assert.deepEqual(seqsOf(reader), range(1, n));
  }
  await other.append([draft(4)]);
  setHeard(true);
  await world.quiet();
  assert.deepEqual(seqsOf(reader), [1, 2, 3, 4]);
  asked();
  world.clock.advance(compareMs - troubledMs);
  await world.quiet();
  assert.deepEqual(asked(), [], "and then it is trusted again");
});

test("[N3] [L3] a store that is away is asked once a second, told of once, and goes on by itself", async () => {
  const { world, other, state } = newNode();
  const reader = await world.join();
  state.isStoreThere = false;
  world.clock.advance(compareMs);
  await world.quiet();
  for (const _ of range(1, 3)) {
    world.clock.advance(troubledMs);
    await world.quiet();
  }
  await other.append([draft(1)]);
  state.isStoreThere = true;
  world.clock.advance(troubledMs);
  await world.quiet();
  assert.deepEqual(seqsOf(reader), [1]);
  assert.deepEqual(
    world.log.lines.map((line) => line.split(" {")[0]),
    ["the store is away", "the store is back"],
  );
});

test("[N4] [L4] who reads a log that is another one now is sent away with 4104, and reads the new one from its beginning", async () => {
  const { world, memory, other } = newNode();
  const token = (await world.join({ name: "Ann" })).last("welcome").token;
  const ann = await world.join({ token });
  const elsewhere = await world.join({ name: "Ivan", room: roomName("кухня") });
  ann.send({ type: "message", text: "lost with the disk" });
  await world.quiet();
  const old = ann.last("joined").epoch;
  const waits = world.hub.reader.waitBeyond(general, 1, 55_000, new AbortController().signal);
  memory.rooms.set(general, { epoch: "0123456789abcdef" as Epoch, events: [] });
  const [outcome] = await other.append([draft(1, { text: "said after it" })]);
  assert.ok(outcome?.ok);
  // The other node's news is the first that is heard of it.
  const news: Appends = { room: general, epoch: outcome.value.epoch, events: [outcome.value.event] };
  world.bus.publish(news);
  await world.quiet();
  assert.equal(ann.closed, "position_lost");
  assert.equal(elsewhere.closed, undefined);
  assert.ok(!ann.all("message").some(({ text }) => text === "said after it"));
  await waits;
  const again = await world.join({ token, since: { epoch: old, seq: 1 } });
  assert.deepEqual([again.last("joined").recovered, again.last("joined").reason], [false, "epoch"]);
  assert.deepEqual(
    again.last("history").messages.map((message) => (typeof message === "string" ? message : message.text)),
    ["said after it"],
  );
  again.send({ type: "message", text: "สวัสดี" });
  await world.quiet();
  // Nor does the end of those who were sent away end the room that is.
  world.clock.advance(compareMs);
  await world.quiet();
  again.send({ type: "message", text: "ещё" });
  await world.quiet();
  assert.deepEqual(seqsOf(again), [2, 3]);
  assert.equal(again.last("joined").count, 1);
});

test("[L4] over HTTP, a log that is another one now is read as it is, however far the old one had come", async () => {
  const { world, memory, other } = newNode();
  const ann = await world.join();
  for (const n of range(1, 5)) ann.send({ type: "message", text: `lost ${n}` });
  await world.quiet();
  memory.rooms.set(general, { epoch: "0123456789abcdef" as Epoch, events: [] });
  await other.append([draft(1), draft(2)]);
  const read = await world.hub.reader.read(general, { before: undefined }, 10, undefined);
  assert.ok(read.ok);
  assert.deepEqual([read.value.epoch, read.value.head, read.value.events.length], ["0123456789abcdef", 2, 2]);
});

test("nothing is asked any more after its end", async () => {
  const { world, watch, asked } = newNode();
  await world.join();
  asked();
  watch[Symbol.dispose]();
  world.clock.advance(2 * compareMs);
  await world.quiet();
  assert.deepEqual(asked(), []);
});

test("[L4] [N4] a poll that waits while its room's log becomes another one is answered by the last page of that", async (t) => {
  const { world, memory, other } = newNode();
  const app = fastify();
  t.after(() => app.close());
  addPollGateway(app, world.hub, "en");
  await other.append([draft(1), draft(2)]);
  const poll = async (query: string) =>
    (await app.inject(`/rooms/general/messages?${query}`)).json() as {
      readonly messages: readonly { readonly seq: number }[];
      readonly next: string;
      readonly reset: boolean;
    };
  const { next } = await poll("");
  const waiting = [next, "2"].map((after) => poll(`after=${after}&wait=55`));
  await world.quiet();
  memory.rooms.set(general, { epoch: "0123456789abcdef" as Epoch, events: [] });
  await other.append([3, 4, 5].map((n) => draft(n)));
  world.clock.advance(compareMs);
  await world.quiet();
  for (const { messages, reset, next: from } of await Promise.all(waiting)) {
    assert.deepEqual([messages.map(({ seq }) => seq), from, reset], [[1, 2, 3], "0123456789abcdef-3", true]);
  }
});
