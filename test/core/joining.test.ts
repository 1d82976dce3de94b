import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { StoreError } from "../../src/core/ports.ts";
import type { Position } from "../../src/protocol/client-frames.ts";
import type { Epoch } from "../../src/protocol/ids.ts";
import { pageBytes } from "../../src/protocol/limits.ts";
import { draft, messageId } from "../support/drafts.ts";
import { MemoryStore, newMemory } from "../support/memory-store.ts";
import { storeWith } from "../support/open-room.ts";
import { range, seqsOf } from "../support/seqs.ts";
import { World } from "../support/world.ts";

describe("joining a room", () => {
  test("[R4] shows 50 messages of history unasked, as many as are asked for, and says whether there are more", async (t) => {
    const world = new World({ store: await storeWith(t, 120) });
    const plain = await world.join();
    assert.deepEqual(seqsOf(plain), range(71, 120));
    assert.equal(plain.last("history").more, true);
    const all = await world.join({ history: 100 });
    assert.deepEqual(seqsOf(all), range(21, 120));
    const none = await world.join({ history: 0 });
    assert.deepEqual([seqsOf(none), none.last("history").more], [[], true]);
    const empty = await world.join({ room: "пусто" });
    assert.deepEqual([seqsOf(empty), empty.last("history").more], [[], false]);
    assert.equal(empty.last("joined").head, 0);
  });

  test("[R2] resumes with every missed event in order, then what is live", async (t) => {
    const world = new World({ store: await storeWith(t, 120) });
    const ann = await world.join();
    const { epoch } = ann.last("joined");
    for (const seq of [0, 1, 60, 119, 120]) {
      const guest = await world.join({ since: { epoch, seq } });
      assert.equal(guest.last("joined").recovered, true);
      assert.equal(guest.last("joined").reason, undefined);
      assert.deepEqual(seqsOf(guest), range(seq + 1, 120));
      assert.equal(guest.all("history").length, 0);
      guest.leave();
    }
  });

  test("[R2] [L4] resumes past 300 events, in another epoch, from ahead or by a wrong id: not at all, and says why", async (t) => {
    const world = new World({ store: await storeWith(t, 400) });
    const { epoch } = (await world.join()).last("joined");
    const lost = async (since: Position) => {
      const guest = await world.join({ since, history: 10 });
      const { recovered, reason } = guest.last("joined");
      assert.deepEqual(seqsOf(guest), recovered ? range(since.seq + 1, 400) : range(391, 400));
      guest.leave();
      return recovered ? "recovered" : reason;
    };
    assert.equal(await lost({ epoch, seq: 100 }), "recovered");
    assert.equal(await lost({ epoch, seq: 99 }), "too_far");
    assert.equal(await lost({ epoch, seq: 401 }), "ahead");
    assert.equal(await lost({ epoch: "0123456789abcdef" as Epoch, seq: 400 }), "epoch");
    assert.equal(await lost({ epoch, seq: 250, id: messageId(250) }), "recovered");
    assert.equal(await lost({ epoch, seq: 100, id: messageId(100) }), "recovered", "whose id only the store knows");
    assert.equal(await lost({ epoch, seq: 250, id: messageId(251) }), "epoch");
    assert.equal(await lost({ epoch, seq: 100, id: messageId(250) }), "epoch");
  });

  test("[R2] [L4] a position that the log comes to while its reader is coming in is still told by its id", async () => {
    const mayAnswer = Promise.withResolvers<void>();
    // What is asked of the store is answered in turn: first where the log stands, then what is said, then what was read.
    const store = new MemoryStore(newMemory(), async (what) => {
      if (what === "findRoom") await mayAnswer.promise;
    });
    const world = new World({ store });
    const bob = await world.join({ name: "Боб" });
    const { epoch } = bob.last("joined");
    const ann = await world.join({ name: "Ann" });
    const { token } = ann.last("welcome");
    ann.leave();
    await world.quiet();
    // From before the log was put back by hand to what it was: what is said now takes the same places.
    const resuming = world.connect();
    resuming.send({ type: "join", token, since: { epoch, seq: 2, id: messageId("before") } });
    for (const text of ["знову", "อีกครั้ง"]) bob.send({ type: "message", text });
    mayAnswer.resolve();
    await world.quiet();
    const { recovered, reason, head } = resuming.last("joined");
    assert.deepEqual([recovered, reason, head], [false, "epoch", 2]);
    assert.deepEqual(seqsOf(resuming), [1, 2]);
  });

  test("[R2] a page ends at 256 KiB, and a resume goes on page by page as the reader drains", async (t) => {
    const world = new World({ store: await storeWith(t, 300, () => "ж".repeat(2_048)) });
    const { epoch } = (await world.join()).last("joined");
    const slow = world.connect();
    const drained: (() => void)[] = [];
    slow.drain = () => new Promise((resolve) => drained.push(resolve));
    slow.send({ type: "join", since: { epoch, seq: 0 } });
    await world.quiet();
    const perPage = pageBytes / 4_096;
    for (let pages = 1; drained.length > 0; pages++) {
      assert.deepEqual(
        seqsOf(slow),
        range(1, Math.min(300, pages * perPage)),
        "no page is read before the last has drained",
      );
      drained.shift()?.();
      await world.quiet();
    }
    assert.deepEqual(seqsOf(slow), range(1, 300));
    const history = (await world.join({ history: 100 })).last("history");
    assert.equal(history.messages.length, perPage);
    assert.equal(history.more, true);
  });

  test("[R2] pages of history, forwards and backwards, from memory and from the store, are right at every edge", async (t) => {
    const store = await storeWith(t, 500);
    const world = new World({ store });
    const guest = await world.join();
    const request = fc.record({
      limit: fc.option(fc.integer({ min: 0, max: 100 }), { nil: null }),
      before: fc.option(fc.integer({ min: 0, max: 505 }), { nil: null }),
      after: fc.option(fc.integer({ min: 0, max: 505 }), { nil: null }),
    });
    const property = fc.asyncProperty(request, async ({ limit, before, after }) => {
      guest.frames.length = 0;
      guest.send({ type: "history", limit, before, after });
      await world.quiet();
      const { messages, more } = guest.last("history");
      const count = limit ?? 50;
      const wanted = after !== null ? range(after + 1, 500) : range(1, Math.min((before ?? 501) - 1, 500)).reverse();
      const expected = wanted.slice(0, count);
      if (after === null) expected.reverse();
      assert.deepEqual(
        messages.map(({ seq }) => seq),
        expected,
      );
      assert.equal(more, wanted.length > count);
    });
    await fc.assert(property, {
      numRuns: 150,
      examples: [[{ limit: null, before: 0, after: null }], [{ limit: null, before: 1, after: null }]],
    });
  });

  test("[R4] a page before 0 is empty in a room that memory holds as a whole", async (t) => {
    const world = new World({ store: await storeWith(t, 5) });
    const guest = await world.join();
    guest.send({ type: "history", before: 0 });
    await world.quiet();
    assert.deepEqual([guest.last("history").messages, guest.last("history").more], [[], false]);
  });

  test("[S2] refusals come in their place among the acknowledgements of one connection", async () => {
    const world = new World({ limits: { maxText: 10 } });
    const ann = await world.join({ name: "Ann" });
    ann.news();
    for (const text of ["สวัสดี", " \u200b\n", "привіт", "👩‍👩‍👧‍👦".repeat(2)]) ann.send({ type: "message", text });
    await world.quiet();
    assert.deepEqual(
      ann.news().filter((news) => news.startsWith("!") || news === "ack"),
      ["! empty", "! too_long", "ack", "ack"],
    );
  });

  test("a join that the store cannot answer is refused, takes no seat, and may be tried again", async () => {
    let isBroken = true;
    const store = new MemoryStore(newMemory(), async () => {
      if (isBroken) throw new StoreError("no disk", { fatal: false });
    });
    const world = new World({ store });
    const ann = await world.join({ name: "Ann" });
    assert.deepEqual(ann.news(), ["welcome", "! unavailable"]);
    isBroken = false;
    ann.send({ type: "join" });
    ann.send({ type: "message", text: "hi" });
    await world.quiet();
    assert.deepEqual(ann.news(), ["joined", "history", "ack", "Ann: hi"]);
  });

  test("a join whose missed events the store cannot read leaves nobody in the room, and may be tried again", async () => {
    const memory = newMemory();
    let isBroken = false;
    const store = new MemoryStore(memory, async (what) => {
      if (isBroken && what === "read") throw new StoreError("no disk", { fatal: false });
    });
    // Of long ones a room that is opened has the last few in memory, and no more.
    await store.append(range(1, 9).map((n) => draft(n, { text: "ж".repeat(pageBytes / 8) })));
    const world = new World({ store });
    world.clock.advance(10_000);
    const bob = await world.join({ name: "น้อย", history: 0 });
    const { epoch } = bob.last("joined");
    bob.news();
    isBroken = true;
    const ann = await world.join({ name: "Ann", since: { epoch, seq: 0 } });
    assert.deepEqual(ann.news(), ["welcome", "joined", "! unavailable"]);
    ann.send({ type: "message", text: "am I in?" });
    await world.quiet();
    assert.deepEqual([ann.news(), bob.news()], [["! not_joined"], ["+Ann 2", "-Ann 1"]]);
    isBroken = false;
    ann.send({ type: "join", since: { epoch, seq: 0 } });
    await world.quiet();
    assert.deepEqual(seqsOf(ann), range(1, 9));
  });

  test("the lines of a connection that ends while it is coming in leave nothing behind", async () => {
    const world = new World();
    for (let steps = 0; steps < 12; steps++) {
      const guest = world.connect();
      guest.send({ type: "join", name: "Ann" });
      for (let step = 0; step < steps; step++) await Promise.resolve();
      guest.leave();
      await world.quiet();
      const next = await world.join({ name: "Ann" });
      assert.deepEqual(
        next.last("joined").members?.map(({ name }) => name),
        ["Ann"],
        `after ${steps} steps`,
      );
      next.leave();
      await world.quiet();
    }
    assert.equal(world.hub.sessions.size, 0);
  });
});
