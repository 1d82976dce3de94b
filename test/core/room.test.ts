import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type StoredEvent, StoreError } from "../../src/core/ports.ts";
import type { Epoch } from "../../src/protocol/ids.ts";
import { heartbeatMs } from "../../src/protocol/limits.ts";
import { draft, roomName, storedEvent } from "../support/drafts.ts";
import { MemoryStore, newMemory } from "../support/memory-store.ts";
import { appends, general, openRoom, storeWith } from "../support/open-room.ts";
import { range, seqsOf } from "../support/seqs.ts";
import { World } from "../support/world.ts";

describe("a room's delivery", () => {
  test("[R1] passes over what it has delivered, and what was delivered before it was opened", async (t) => {
    const world = new World({ store: await storeWith(t, 5) });
    const { room, reader } = await openRoom(world);
    for (const seqs of [[1], [5], [4, 5]]) room.deliver(appends(room, ...seqs));
    await world.quiet();
    assert.deepEqual([seqsOf(reader), room.delivered], [[], 5]);
  });

  test("[R1] hears while it opens, and goes on from there", async (t) => {
    const store = await storeWith(t, 3);
    const world = new World({ store });
    const room = world.hub.hold(general);
    const opened = room.open();
    await store.append([draft(4), draft(5)]);
    room.deliver(appends(room, 4, 5));
    assert.equal(room.isOpen, false);
    await opened;
    await world.quiet();
    assert.equal(room.delivered, 5);
  });

  test("[R5] every 25 s each line is told where each of its rooms stands", async () => {
    const world = new World();
    const ann = await world.join({ name: "Ann" });
    ann.send({ type: "join", room: "кухня" });
    const stranger = world.connect();
    ann.send({ type: "message", room: "general", text: "чай" });
    await world.quiet();
    const epochs = ann.all("joined").map(({ epoch }) => epoch);
    world.clock.advance(heartbeatMs);
    const heads = { general: { epoch: epochs[0], seq: 1 }, кухня: { epoch: epochs[1], seq: 0 } };
    assert.deepEqual(ann.all("heads"), [{ type: "heads", rooms: heads }]);
    world.clock.advance(heartbeatMs);
    assert.deepEqual([ann.all("heads").length, stranger.frames], [2, []]);
  });

  test("[R1] reads what the bus could not carry, and nothing of another log", async (t) => {
    const store = await storeWith(t, 2);
    const world = new World({ store });
    const { room, reader } = await openRoom(world);
    await store.append([draft(3), draft(4)]);
    room.deliver({ room: general, epoch: "0123456789abcdef" as Epoch, events: [storedEvent(3, { text: "not ours" })] });
    await world.quiet();
    assert.deepEqual(seqsOf(reader), []);
    room.deliver({ room: general, epoch: room.epoch, events: [], head: 4 });
    await world.quiet();
    assert.deepEqual(
      reader.all("message").map(({ text }) => text),
      ["message 3", "message 4"],
    );
  });

  test("a room that could not be opened can be opened later", async () => {
    let isBroken = true;
    const store = new MemoryStore(newMemory(), async () => {
      if (isBroken) throw new StoreError("no disk", { fatal: false });
    });
    const room = new World({ store }).hub.hold(general);
    await assert.rejects(room.open(), StoreError);
    isBroken = false;
    await room.open();
    assert.deepEqual([room.isOpen, room.delivered], [true, 0]);
  });
});

describe("reading without a line", () => {
  test("[N1] hub.read shows what another node has stored, and whoever is in the room here has it by then", async (t) => {
    const store = await storeWith(t, 3);
    const world = new World({ store });
    const { room, reader } = await openRoom(world);
    const seqs = async (range: { after: number } | { before: number | undefined }) => {
      const read = await world.hub.reader.read(general, range, 100, undefined);
      assert.ok(read.ok);
      assert.equal(read.value.head, room.delivered);
      return read.value.events.map(({ seq }: StoredEvent) => seq);
    };
    await store.append([draft(4)]);
    assert.deepEqual(await seqs({ before: undefined }), range(1, 4));
    await store.append([draft(5)]);
    assert.deepEqual(await seqs({ before: 3 }), range(1, 2));
    await store.append([draft(6)]);
    assert.deepEqual(await seqs({ after: 2 }), range(3, 6));
    assert.deepEqual(await seqs({ after: 6 }), []);
    await world.quiet();
    assert.deepEqual(seqsOf(reader), range(4, 6));
  });

  test("who waits for what comes after what they have is answered at once, if it came before they waited", async (t) => {
    const store = await storeWith(t, 1);
    const world = new World({ store });
    const answered: number[] = [];
    const waits = [0, 1].map((after) =>
      world.hub.reader
        .waitBeyond(general, after, 55_000, new AbortController().signal)
        .then(() => void answered.push(after)),
    );
    await world.quiet();
    assert.deepEqual(answered, [0]);
    world.clock.advance(55_000);
    await Promise.all(waits);
    assert.deepEqual([answered, world.hub.rooms.size], [[0, 1], 0]);
  });

  test("[R3] hub.read goes on from where another node was read, though this one has not heard of it yet", async (t) => {
    const store = await storeWith(t, 1);
    const world = new World({ store });
    const { reader } = await openRoom(world);
    await store.append(range(2, 4).map((n) => draft(n)));
    const read = await world.hub.reader.read(general, { after: 3 }, 10, undefined);
    assert.ok(read.ok);
    assert.deepEqual([read.value.head, read.value.events.map(({ seq }) => seq)], [4, [4]]);
    await world.quiet();
    assert.deepEqual(seqsOf(reader), [2, 3, 4], "and whoever is in the room has it too");
  });

  test("hub.read reads a room that nobody is in, makes none, and says when the store cannot", async (t) => {
    const store = await storeWith(t, 3);
    const world = new World({ store });
    const read = await world.hub.reader.read(general, { after: 1 }, 1, undefined);
    assert.ok(read.ok);
    assert.deepEqual([read.value.events.map(({ seq }) => seq), read.value.more, read.value.head], [[2], true, 3]);
    const none = await world.hub.reader.read(roomName("пусто"), { after: 0 }, 1, undefined);
    assert.equal(none.ok === false && none.error.code, "no_such_room");
    assert.equal(await store.findRoom(roomName("пусто")), undefined);
    await store.close();
    const broken = await world.hub.reader.read(general, { after: 0 }, 1, undefined);
    assert.equal(broken.ok === false && broken.error.code, "unavailable");
  });
});
