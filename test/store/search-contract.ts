import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Draft, SearchRequest, Store, StoredEvent } from "../../src/core/ports.ts";
import type { EventKind } from "../../src/protocol/events.ts";
import { fold, searchWords } from "../../src/protocol/search-text.ts";
import { draft, messageId, roomName } from "../support/drafts.ts";
import { stored } from "./outcomes.ts";
import type { OpenStore } from "./store-contract.ts";

const general = roomName("general");
const kitchen = roomName("кухня");
const size = { limit: 100, maxBytes: 100_000_000 };

/** The texts of what is found. */
async function found(store: Store, text: string, more: Partial<SearchRequest> = {}): Promise<readonly string[]> {
  const page = await store.search({ ...size, words: searchWords(text), ...more });
  return page?.events.map((event) => event.text) ?? assert.fail("no such place");
}

/** Says each text in `general`, the first one first. */
const say = (store: Store, ...texts: readonly string[]) =>
  store.append(texts.map((text, n) => draft(`${n} ${text.length}`.replaceAll(" ", "_"), { text, ts: 1_000 + n })));

/** The part of the store contract that is about finding what was said. */
export function searchContract(open: OpenStore): void {
  test("[Q1] finds words of any script wherever they stand, the newest first, in any case and order", async (t) => {
    const { store, reopen } = await open(t);
    const texts = [
      "ПРИВЕТ, мир",
      "Їжак спить 🦔",
      "สวัสดีครับน้ำใจคนไทย",
      "Straße und Weg",
      "weg ist die strasse",
      "ну привет",
    ];
    await say(store, ...texts);
    for (const again of [async () => store, reopen]) {
      const opened = await again();
      assert.deepEqual(await found(opened, "привет"), ["ну привет", "ПРИВЕТ, мир"]);
      assert.deepEqual(await found(opened, "мир ПРИВЕТ"), ["ПРИВЕТ, мир"]);
      assert.deepEqual(await found(opened, "їжак"), ["Їжак спить 🦔"]);
      assert.deepEqual(await found(opened, "น้ำใจ"), ["สวัสดีครับน้ำใจคนไทย"]);
      assert.deepEqual(await found(opened, "ครับ ไทย"), ["สวัสดีครับน้ำใจคนไทย"]);
      assert.deepEqual(await found(opened, "นำ"), [], "without its mark it is another word");
      assert.deepEqual(await found(opened, "🦔"), ["Їжак спить 🦔"]);
      assert.deepEqual(await found(opened, "STRASSE"), ["weg ist die strasse", "Straße und Weg"]);
      assert.deepEqual(await found(opened, '"weg ist"'), ["weg ist die strasse"]);
      assert.deepEqual(await found(opened, "м"), ["ПРИВЕТ, мир"], "one character");
      assert.deepEqual(await found(opened, "жа"), ["Їжак спить 🦔"], "two");
      assert.deepEqual(await found(opened, "привет мир нет"), []);
    }
  });

  test("[Q1] what is found is the message as it is now: by the words of its last edit, and never once it is deleted", async (t) => {
    const { store, reopen } = await open(t);
    await store.append([
      draft(1, { text: "старый текст" }),
      draft(2, { text: "ลับสุดยอด" }),
      draft(3, { kind: "edit", target: messageId(1), text: "новый текст" }),
      draft(4, { kind: "react", target: messageId(1), text: "👍" }),
      draft(5, { kind: "topic", text: "текст темы" }),
    ]);
    assert.deepEqual(await found(store, "ลับ"), ["ลับสุดยอด"]);
    await store.append([draft(6, { kind: "delete", target: messageId(2), text: "" })]);
    for (const again of [async () => store, reopen]) {
      const opened = await again();
      assert.deepEqual(await found(opened, "старый"), []);
      const [message] = (await opened.search({ ...size, words: ["текст"] }))?.events ?? [];
      assert.deepEqual([message?.text, message?.edited?.seq, message?.seq], ["новый текст", 3, 1]);
      assert.deepEqual(
        message?.reactions?.map(({ emoji }) => emoji),
        ["👍"],
      );
      assert.deepEqual(await found(opened, "ลับ"), []);
    }
  });

  test("[Q2] looks in the rooms that are named and no other, and in none that is not there", async (t) => {
    const { store } = await open(t);
    await store.append([
      draft(1, { text: "tea one", ts: 1 }),
      draft(2, { text: "tea two", ts: 2, room: kitchen }),
      draft(3, { text: "tea three", ts: 3 }),
    ]);
    assert.deepEqual(await found(store, "tea"), ["tea three", "tea two", "tea one"]);
    assert.deepEqual(await found(store, "tea", { rooms: [kitchen] }), ["tea two"]);
    assert.deepEqual(await found(store, "tea", { rooms: [general, kitchen] }), ["tea three", "tea two", "tea one"]);
    assert.deepEqual(await found(store, "tea", { rooms: [roomName("nowhere")] }), []);
    assert.deepEqual(await found(store, "tea", { rooms: [] }), []);
    assert.equal(await store.findRoom(roomName("nowhere")), undefined);
  });

  test("[Q2] pages on from a place, also one where nothing was found, and knows none of another log", async (t) => {
    const { store } = await open(t);
    const outcomes = await say(store, "a 1", "b", "a 2", "a 3");
    const { epoch } = stored(outcomes[0]);
    const first = await store.search({ ...size, words: ["a"], limit: 2 });
    assert.deepEqual([first?.events.map(({ seq }) => seq), first?.next], [[4, 3], { epoch, seq: 3 }]);
    const second = await store.search({ ...size, words: ["a"], limit: 2, ...(first?.next && { before: first.next }) });
    assert.deepEqual([second?.events.map(({ seq }) => seq), second?.next], [[1], undefined]);
    assert.deepEqual(await found(store, "a", { before: { epoch, seq: 2 } }), ["a 1"]);
    assert.deepEqual(await found(store, "a", { before: { epoch, seq: 99 }, rooms: [general] }), ["a 3", "a 2", "a 1"]);
    assert.equal(
      await store.search({ ...size, words: ["a"], before: { epoch: "0".repeat(16) as typeof epoch, seq: 2 } }),
      undefined,
    );
    const bytes = await store.search({ words: ["a"], limit: 10, maxBytes: 4 });
    assert.deepEqual(
      bytes?.events.map(({ seq }) => seq),
      [4],
    );
  });

  test("[Q1] [Q2] whatever is said, changed and looked for, what is found is what reading everything finds", async (t) => {
    const { store } = await open(t);
    const piece = fc.constantFrom(
      ..."น้ำ ดี ไป Їжак їж ПРИ вет ё е ss ß п’я п'я ʼ 🦔 👍🏽 a b ab -".split(" "),
      " ",
      "\n",
    );
    const text = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(""));
    const step = fc.record({
      kind: fc.constantFrom<EventKind>("message", "message", "message", "edit", "delete"),
      target: fc.nat({ max: 5 }),
      text,
      room: fc.constantFrom("x", "y"),
    });
    let run = 0;
    const property = fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 30 }),
      fc.array(fc.tuple(text, fc.boolean(), fc.integer({ min: 1, max: 4 })), { maxLength: 6 }),
      async (steps, queries) => {
        const rooms = { x: roomName(`x-${++run}`), y: roomName(`y-${run}`) } as const;
        let said = 0;
        const drafts = steps.map(({ kind, target, text: words, room }, n): Draft => {
          const id = kind === "message" ? `m${said++}` : `c${n}`;
          const change = kind === "message" ? {} : { kind, target: messageId(`m${target}`) };
          return draft(id, {
            room: room === "x" ? rooms.x : rooms.y,
            text: kind === "delete" ? "" : words,
            ts: n,
            ...change,
          });
        });
        await store.append(drafts);
        const all: StoredEvent[] = [];
        for (const room of Object.values(rooms)) {
          all.push(...(await store.read(room, { after: 0, ...size, only: "message" })).events);
        }
        for (const [looked, isOne, limit] of queries) {
          const words = searchWords(looked);
          if (words.length === 0) continue;
          const wanted = isOne ? [rooms.x] : Object.values(rooms);
          const expected = all
            .filter((event) => wanted.includes(event.room) && words.every((word) => fold(event.text).includes(word)))
            .toSorted((a, b) => b.ts - a.ts);
          const pages: StoredEvent[] = [];
          for (let before: SearchRequest["before"], more = true; more; ) {
            const page = await store.search({ words, rooms: wanted, limit, maxBytes: 1e6, ...(before && { before }) });
            pages.push(...(page?.events ?? []));
            before = page?.next;
            more = before !== undefined;
          }
          assert.deepEqual(pages, expected);
        }
      },
    );
    await fc.assert(property, { numRuns: 12 });
  });
}
