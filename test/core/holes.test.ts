import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Store, StoreError } from "../../src/core/ports.ts";
import { holeMs } from "../../src/core/room.ts";
import { draft } from "../support/drafts.ts";
import { MemoryStore, newMemory } from "../support/memory-store.ts";
import { appends, openRoom, storeWith } from "../support/open-room.ts";
import { range, seqsOf } from "../support/seqs.ts";
import { World } from "../support/world.ts";

/** Remembers what was read of it: after which number, and up to which. */
class WatchedStore extends MemoryStore {
  readonly reads: (number | undefined)[][] = [];

  override read(...[room, request]: Parameters<Store["read"]>) {
    if ("after" in request) this.reads.push([request.after, request.upTo]);
    return super.read(room, request);
  }
}

describe("a hole in a room's delivery", () => {
  test("[R1] fills a hole from the store before it goes on", async (t) => {
    const store = await storeWith(t, 2);
    const world = new World({ store });
    const { room, reader } = await openRoom(world);
    await store.append(range(3, 10).map((n) => draft(n)));
    room.deliver(appends(room, 3));
    room.deliver(appends(room, 8));
    assert.equal(room.delivered, 3);
    room.deliver(appends(room, 9, 10));
    world.clock.advance(holeMs);
    await world.quiet();
    assert.deepEqual([seqsOf(reader), room.delivered], [range(3, 10), 10]);
  });

  test("[R1] [N2] what other nodes bring in another order is not asked of the store", async () => {
    const asked: string[] = [];
    const store = new MemoryStore(newMemory(), async (what) => void asked.push(what));
    const world = new World({ store });
    const { room, reader } = await openRoom(world);
    asked.length = 0;
    for (const seqs of [[3, 4], [7], [2], [2, 3], [1], [6], [5]]) {
      room.deliver(appends(room, ...seqs));
      world.clock.advance(2);
    }
    world.clock.advance(2 * holeMs);
    await world.quiet();
    assert.deepEqual([seqsOf(reader), asked, room.delivered], [range(1, 7), [], 7]);
  });

  test("[R1] [N2] a hole that the other nodes fill in part is left to them twice as long, and then read", async () => {
    const store = new WatchedStore();
    const world = new World({ store });
    const { room, reader } = await openRoom(world);
    await store.append(range(1, 6).map((n) => draft(n)));
    store.reads.length = 0;
    room.deliver(appends(room, 5, 6));
    world.clock.advance(holeMs - 1);
    room.deliver(appends(room, 1, 2));
    world.clock.advance(1);
    await world.quiet();
    assert.deepEqual([seqsOf(reader), store.reads], [[1, 2], []]);
    world.clock.advance(holeMs);
    await world.quiet();
    assert.deepEqual(store.reads, [[2, 4]], "and no more than the hole");
    assert.deepEqual(seqsOf(reader), range(1, 6));
  });

  test("[R1] a thousand events are kept that came too early, and then the store is asked at once", async () => {
    const store = new WatchedStore();
    const world = new World({ store });
    const { room, reader } = await openRoom(world);
    await store.append(range(1, 1_200).map((n) => draft(n)));
    store.reads.length = 0;
    room.deliver(appends(room, ...range(2, 1_000)));
    await world.quiet();
    assert.deepEqual([seqsOf(reader), store.reads], [[], []]);
    room.deliver(appends(room, ...range(1_001, 1_200)));
    await world.quiet();
    assert.deepEqual(seqsOf(reader), range(1, 1_200));
    assert.deepEqual(store.reads, [
      [0, 1],
      [1_001, 1_200],
    ]);
  });

  test("a room that is closed waits for nothing any more", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    const before = world.clock.pending;
    room.deliver(appends(room, 2));
    assert.equal(world.clock.pending, before + 1);
    room.close();
    assert.equal(world.clock.pending, before);
  });

  test("[R1] fills a hole of more than a page", async (t) => {
    const store = await storeWith(t, 0);
    const world = new World({ store });
    const { room, reader } = await openRoom(world);
    await store.append(range(1, 1_000).map((n) => draft(n)));
    room.deliver(appends(room, 1_000));
    world.clock.advance(holeMs);
    await world.quiet();
    assert.deepEqual(seqsOf(reader), range(1, 1_000));
  });

  test("[R1] is not led astray by news of what was never stored", async (t) => {
    const store = await storeWith(t, 2);
    const world = new World({ store });
    const { room, reader } = await openRoom(world);
    room.deliver(appends(room, 4));
    world.clock.advance(holeMs);
    await world.quiet();
    assert.equal(room.delivered, 2);
    await store.append([draft(3)]);
    room.deliver(appends(room, 3));
    await world.quiet();
    assert.deepEqual(seqsOf(reader), [3]);
  });

  test("[R1] does not forget what it hears of while the store looks for something else", async () => {
    const answer = Promise.withResolvers<void>();
    const looked = Promise.withResolvers<void>();
    class SlowStore extends MemoryStore {
      isSlow = false;
      override async read(...asked: Parameters<Store["read"]>) {
        const page = await super.read(...asked);
        if (!this.isSlow) return page;
        looked.resolve();
        await answer.promise;
        return page;
      }
    }
    const store = new SlowStore();
    const world = new World({ store });
    const { room, reader } = await openRoom(world);
    store.isSlow = true;
    room.deliver(appends(room, 2));
    world.clock.advance(holeMs);
    await looked.promise;
    // The store had nothing when it was asked; by the time its answer is here, it has.
    await store.append(range(1, 7).map((n) => draft(n)));
    room.deliver(appends(room, 7));
    store.isSlow = false;
    answer.resolve();
    await world.quiet();
    assert.deepEqual(seqsOf(reader), range(1, 7));
  });

  test("[R1] tries again with the next news, when the store could not fill a hole", async () => {
    const memory = newMemory();
    let isBroken = false;
    const store = new MemoryStore(memory, async (what) => {
      if (isBroken && what === "read") throw new StoreError("no disk", { fatal: false });
    });
    const world = new World({ store });
    const { room, reader } = await openRoom(world);
    await store.append(range(1, 4).map((n) => draft(n)));
    isBroken = true;
    room.deliver(appends(room, 3));
    world.clock.advance(holeMs);
    await world.quiet();
    assert.match(world.log.lines.join(), /could not fill a hole/);
    assert.deepEqual(seqsOf(reader), []);
    isBroken = false;
    room.deliver(appends(room, 4));
    world.clock.advance(holeMs);
    await world.quiet();
    assert.deepEqual(seqsOf(reader), range(1, 4));
  });

  test("[R1] tries again by itself a second later, though nobody may ever speak there again", async () => {
    let isBroken = false;
    const store = new MemoryStore(newMemory(), async (what) => {
      if (isBroken && what === "read") throw new StoreError("no disk", { fatal: false });
    });
    const world = new World({ store });
    const { room, reader } = await openRoom(world);
    await store.append(range(1, 2).map((n) => draft(n)));
    isBroken = true;
    room.deliver(appends(room, 2));
    world.clock.advance(holeMs);
    await world.quiet();
    isBroken = false;
    world.clock.advance(1_000);
    await world.quiet();
    assert.deepEqual(seqsOf(reader), [1, 2]);
  });

  test("[R1] [R4] delivers the log once and in order, in whatever order and however often it hears of it", async () => {
    const property = fc.asyncProperty(
      fc.nat({ max: 30 }),
      fc.array(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 5 }), { maxLength: 30 }),
      async (before, news) => {
        const memory = newMemory();
        const store = new MemoryStore(memory);
        await store.append(range(1, before).map((n) => draft(n)));
        const world = new World({ store });
        const { room, reader } = await openRoom(world);
        await store.append(range(before + 1, 60).map((n) => draft(n)));
        for (const [index, seqs] of news.entries()) {
          room.deliver(appends(room, ...seqs.toSorted((a, b) => a - b)));
          if (index % 4 === 0) await Promise.resolve();
          if (index % 3 === 0) world.clock.advance(7);
          assert.deepEqual(seqsOf(reader), range(before + 1, seqsOf(reader).length + before));
        }
        room.deliver(appends(room, 60));
        world.clock.advance(2 * holeMs);
        await world.quiet();
        assert.deepEqual(seqsOf(reader), range(before + 1, 60));
      },
    );
    await fc.assert(property, { numRuns: 200 });
  });
});
