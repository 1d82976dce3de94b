import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { StoredEvent } from "../../src/core/ports.ts";
import { firstPage, Tail } from "../../src/core/tail.ts";
import type { EventKind } from "../../src/protocol/events.ts";
import { pageBytes, replayLimit } from "../../src/protocol/limits.ts";
import { storedEvent } from "../support/drafts.ts";
import { range } from "../support/seqs.ts";

const seqsOf = (events: readonly StoredEvent[] | undefined) => events?.map(({ seq }) => seq);

test("a tail answers with the very events of the log, or not at all, however much it has let go", () => {
  const property = fc.property(
    fc.nat({ max: 500 }),
    fc.nat({ max: 300 }),
    fc.nat({ max: 4_000 }),
    fc.constantFrom("สวัสดี", "x".repeat(4_000)),
    fc.array(fc.tuple(fc.nat({ max: 6_000 }), fc.nat({ max: 100 })), { maxLength: 20 }),
    (before, seeded, pushed, text, asked) => {
      const head = before + seeded;
      const tail = new Tail(head);
      tail.seed(range(before + 1, head).map((seq) => storedEvent(seq, { text })));
      for (const seq of range(head + 1, head + pushed)) tail.push(storedEvent(seq, { text }));
      const last = head + pushed;
      for (const [seq, count] of asked) {
        const after = seqsOf(tail.after(seq));
        if (after) assert.deepEqual(after, range(seq + 1, last));
        const upTo = seqsOf(tail.messagesUpTo(Math.min(seq, last), count));
        if (upTo) assert.deepEqual(upTo, range(Math.max(1, Math.min(seq, last) - count + 1), Math.min(seq, last)));
      }
      // What it is for: a resume, and the page of who comes in, need not ask the store.
      const kept = Math.min(pushed, text.length > 1_000 ? 200 : replayLimit);
      assert.deepEqual(seqsOf(tail.after(last - kept)), range(last - kept + 1, last));
    },
  );
  fc.assert(property, { numRuns: 60 });
});

test("[B1] a tail holds no more than a bounded number of events, and of bytes", () => {
  const many = new Tail(0);
  for (const seq of range(1, 20_000)) many.push(storedEvent(seq));
  assert.equal(many.after(20_000 - 4 * replayLimit - 1), undefined);
  const large = new Tail(0);
  for (const seq of range(1, 500)) large.push(storedEvent(seq, { text: "x".repeat(64 * 1024) }));
  assert.equal(large.after(500 - 33), undefined);
  assert.equal(large.after(499)?.length, 1);
});

test("[E2] [E3] a tail tells messages as they are now, and of a deleted one neither its text nor that of its edits", () => {
  const tail = new Tail(0);
  tail.seed([storedEvent(1, { text: "чай" }), storedEvent(2, { text: "кава" })]);
  const change = (seq: number, targetSeq: number, kind: EventKind, text = "") =>
    tail.push({ ...storedEvent(seq, { kind, text }), targetSeq });
  change(3, 1, "edit", "น้ำ");
  change(4, 2, "edit", "сік");
  change(5, 2, "react", "🦔");
  change(6, 1, "delete");
  const { user } = storedEvent(1);
  assert.deepEqual(
    tail.after(0)?.map(({ text, deleted, reactions }) => [text, deleted, reactions]),
    [
      ["", true, undefined],
      ["сік", undefined, [{ emoji: "🦔", users: [user] }]],
      ["", undefined, undefined],
      ["сік", undefined, undefined],
      ["🦔", undefined, undefined],
      ["", undefined, undefined],
    ],
  );
});

test("[E2] what a message was edited to last stays, when an edit of before comes after it", () => {
  const tail = new Tail(1);
  // As the store told it: with an edit that is yet to be delivered.
  tail.seed([{ ...storedEvent(1, { text: "о десятій" }), edited: { seq: 3, ts: 3 } }]);
  const texts = [2, 3].map((seq) => {
    tail.push({ ...storedEvent(seq, { kind: "edit", text: seq === 2 ? "о дев’ятій" : "о десятій" }), targetSeq: 1 });
    return tail.messagesUpTo(1, 1)?.[0]?.text;
  });
  assert.deepEqual(texts, ["о десятій", "о десятій"]);
});

test("[R2] a page ends at its limit or at 256 KiB of text, but has one event at least", () => {
  const events = range(1, 10).map((seq) => storedEvent(seq, { text: "x".repeat(pageBytes / 4) }));
  assert.deepEqual([firstPage(events, 3).events.length, firstPage(events, 3).more], [3, true]);
  assert.deepEqual([firstPage(events, 10).events.length, firstPage(events, 10).more], [4, true]);
  assert.deepEqual([firstPage(events.slice(0, 4), 4).events.length, firstPage(events.slice(0, 4), 4).more], [4, false]);
  const huge = [storedEvent(1, { text: "x".repeat(2 * pageBytes) }), storedEvent(2)];
  assert.deepEqual([firstPage(huge, 10).events.length, firstPage(huge, 10).more], [1, true]);
  assert.deepEqual(firstPage([], 10), { events: [], more: false });
});
