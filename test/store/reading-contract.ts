import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { PageRequest, StoredEvent } from "../../src/core/ports.ts";
import { draft, messageId, roomName, storedEvent } from "../support/drafts.ts";
import type { OpenStore } from "./store-contract.ts";

const general = roomName("general");
const everything = { limit: 1_000, maxBytes: 100_000_000 };

/** What a page is, said as plainly as can be: events are taken one by one, from the end that is asked for. */
function pageOf(log: readonly StoredEvent[], request: PageRequest) {
  const isAfter = "after" in request;
  const range = isAfter
    ? log.filter(({ seq }) => seq > request.after && seq <= (request.upTo ?? Number.POSITIVE_INFINITY))
    : log.filter(({ seq }) => seq < request.before).toReversed();
  const events: StoredEvent[] = [];
  let bytes = 0;
  for (const event of range) {
    bytes += Buffer.byteLength(event.text);
    if (events.length === request.limit || (events.length > 0 && bytes > request.maxBytes)) break;
    events.push(event);
  }
  const more = events.length < range.length;
  return { events: isAfter ? events : events.toReversed(), more };
}

const manners: Record<string, string> = {
  "Thai with marks": "น้ำใจที่ห้องเรียน สวัสดีครับ",
  Cyrillic: "Привіт, як справи? Ёжик",
  "an emoji of several joined ones": "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽",
  "right to left": "שלום עליכם — مرحبا بكم \u202e",
  "a NUL, first, last and in between": "\u0000a\u0000b\u0000",
  "every control character": Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join(""),
  "line and paragraph separators": "a\u2028b\u2029c\r\nd\ne",
  "not normalised": "e\u0301 \u00e9 \u212b น\u0e4d\u0e49า",
  "what looks like SQL": `'); DROP TABLE event; -- "`,
  "only spaces": "   ",
  nothing: "",
  "64 KiB": "ก".repeat(21_845),
};

/** The part of the store contract that is about reading a log. */
export function readingContract(open: OpenStore): void {
  test("reads a room that is not there as empty, and does not make it", async (t) => {
    const { store } = await open(t);
    assert.deepEqual(await store.read(general, { after: 0, ...everything }), { events: [], more: false });
    assert.deepEqual(await store.read(general, { before: 10, ...everything }), { events: [], more: false });
    assert.equal(await store.findRoom(general), undefined);
  });

  test("gives back text exactly as it came", async (t) => {
    const { store, reopen } = await open(t);
    const texts = Object.values(manners);
    await store.append(texts.map((text, index) => draft(index, { text })));
    const { events } = await (await reopen()).read(general, { after: 0, ...everything });
    for (const [index, [manner, text]] of Object.entries(manners).entries()) {
      assert.equal(events[index]?.text, text, manner);
    }
  });

  test("[S1] takes texts that differ only in how they are encoded for different ones", async (t) => {
    const { store } = await open(t);
    await store.append([draft(1, { text: "\u00e9" }), draft(2, { text: "a\u0000b" })]);
    const outcomes = await store.append([draft(1, { text: "e\u0301" }), draft(2, { text: "a\u0000c" })]);
    assert.deepEqual(
      outcomes.map(({ ok }) => ok),
      [false, false],
    );
  });

  test("gives back names, answers and times exactly, before 1970 and far from now too", async (t) => {
    const { store } = await open(t);
    const drafts = [-1, 0, -8_640_000_000_000_000, 8_640_000_000_000_000, 2 ** 31, 2 ** 53 - 1].map((ts, index) =>
      draft(index, { ts, ...(index % 2 === 0 && { target: messageId("question") }) }),
    );
    await store.append(drafts);
    const { events } = await store.read(general, { after: 0, ...everything });
    assert.deepEqual(
      events,
      drafts.map((one, index) => ({ ...one, seq: index + 1 })),
    );
  });

  test("reads any page by its bounds, and says rightly whether there are more", async (t) => {
    const { store } = await open(t);
    // From 1 to 40 bytes, with characters of one to four.
    const log = Array.from({ length: 30 }, (_, index) =>
      storedEvent(index + 1, { text: (["a", "ж", "ก", "🙂"][index % 4] ?? "").repeat(1 + ((index * 7) % 10)) }),
    );
    await store.append(log.map(({ seq: _, ...one }) => one));
    await store.append([draft(99, { room: roomName("other"), text: "not in this room" })]);
    const seq = fc.integer({ min: -2, max: 34 });
    const bounds = { limit: fc.integer({ min: 0, max: 32 }), maxBytes: fc.integer({ min: 0, max: 600 }) };
    const request = fc.oneof<fc.Arbitrary<PageRequest>[]>(
      fc.record({ ...bounds, after: seq }),
      fc.record({ ...bounds, after: seq, upTo: seq }),
      fc.record({ ...bounds, before: seq }),
    );
    await fc.assert(
      fc.asyncProperty(request, async (asked) => {
        assert.deepEqual(await store.read(general, asked), pageOf(log, asked));
      }),
      { numRuns: 400 },
    );
  });

  test("pages through a whole log in both directions without a hole or a repeat", async (t) => {
    const { store } = await open(t);
    await store.append(Array.from({ length: 100 }, (_, index) => draft(index, { text: "x".repeat(index) })));
    const all = Array.from({ length: 100 }, (_, index) => index + 1);
    const bounds = { limit: 7, maxBytes: 300 };
    const forwards: number[] = [];
    for (let more = true; more; ) {
      const page = await store.read(general, { after: forwards.at(-1) ?? 0, ...bounds });
      forwards.push(...page.events.map(({ seq }) => seq));
      more = page.more;
    }
    assert.deepEqual(forwards, all);
    const backwards: number[] = [];
    for (let more = true; more; ) {
      const page = await store.read(general, { before: backwards[0] ?? 101, ...bounds });
      backwards.unshift(...page.events.map(({ seq }) => seq));
      more = page.more;
    }
    assert.deepEqual(backwards, all);
  });

  test("reads what was appended just before, while other reads were cut short", async (t) => {
    const { store } = await open(t);
    for (let n = 1; n <= 20; n++) {
      const [, page, last] = await Promise.all([
        store.append([draft(n)]),
        store.read(general, { after: 0, limit: 1, maxBytes: 1_000 }),
        store.read(general, { before: n + 1, limit: 1, maxBytes: 1_000 }),
      ]);
      assert.deepEqual([page.events[0]?.seq, page.more, last.events[0]?.seq, last.more], [1, n > 1, n, n > 1]);
    }
  });
}
