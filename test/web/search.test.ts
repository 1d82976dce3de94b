import assert from "node:assert/strict";
import { test } from "node:test";
import { searchWords } from "../../src/protocol/search-text.ts";
import type { ChangeFrame, MessageFrame, RoomName } from "../../src/sdk/index.ts";
import { excerptOf } from "../../src/web/logic/excerpt.ts";
import { createSearching } from "../../src/web/search/searching.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** An excerpt with its hits in brackets. */
const told = (text: string, search: string) =>
  excerptOf(text, searchWords(search))
    .map((run) => (run.isHit ? `[${run.text}]` : run.text))
    .join("");

test("[Q1] an excerpt marks what was looked for as it is written, and no part of a character", () => {
  assert.equal(told("Їжак і ЇЖАЧОК", "їжа"), "[Їжа]к і [ЇЖА]ЧОК");
  assert.equal(told("ดื่มน้ำเย็น", "น้ำ"), "ดื่ม[น้ำ]เย็น");
  assert.equal(told("שלום 👩🏽‍🚀!", "👩🏽‍🚀"), "שלום [👩🏽‍🚀]!");
  assert.equal(told("nothing of it", "x"), "nothing of it");
});

test("an excerpt of a long text is the part that has the first hit, from the beginning of a word on", () => {
  const text = `${"before ".repeat(100)}here it is ${"after ".repeat(100)}`;
  const excerpt = told(text, "here");
  assert.match(excerpt, /^…before .*\[here\] it is after .*…$/);
  assert.ok(excerpt.length < 260);
  const thai = told(`${"ก".repeat(2_000)}น้ำ${"ข".repeat(50)}`, "น้ำ");
  assert.match(thai, /^…ก+\[น้ำ\]ข+$/);
});

test("an excerpt begins and ends between what people see as characters", () => {
  assert.equal(told(`!${"🦔".repeat(200)}`, "x"), `!${"🦔".repeat(119)}…`);
  const middle = told(`${"👨‍👩‍👧".repeat(100)}น้ำ${"น้ำ".repeat(200)}`, "น้ำ");
  assert.match(middle, /^…(?:👨‍👩‍👧)+\[(?:น้ำ)+\]…$/u);
});

/** A search whose pages the test answers. */
function asking() {
  const asked: {
    readonly text: string;
    readonly options: object;
    answer(seqs: readonly number[], next?: string): Promise<void>;
    fail(): Promise<void>;
  }[] = [];
  const clock = new FakeClock();
  const search = (text: string, options: object = {}) =>
    new Promise<{ messages: readonly MessageFrame[]; next?: string }>((resolve, reject) => {
      const turn = () => new Promise<void>((done) => void setImmediate(done));
      asked.push({
        text,
        options,
        answer(seqs, next) {
          resolve({
            messages: seqs.map((seq) => ({ id: `m${seq}`, seq }) as MessageFrame),
            ...(next !== undefined && { next }),
          });
          return turn();
        },
        fail() {
          reject(new Error("The line broke."));
          return turn();
        },
      });
    });
  const searching = createSearching(search, clock, "кухня" as RoomName);
  const found = () => {
    const { at, messages } = searching.found.value;
    return [at, ...messages.map(({ seq }) => seq)];
  };
  return { asked, clock, searching, found };
}

test("a search waits until nothing more is written, answers with pages, and passes over what is too late", async () => {
  const { asked, clock, searching, found } = asking();
  searching.write("ча");
  searching.write("чай");
  clock.advance(199);
  assert.equal(asked.length, 0);
  clock.advance(1);
  assert.deepEqual([asked[0]?.text, asked[0]?.options], ["чай", { room: "кухня" }]);
  await asked[0]?.answer([9, 7], "7");
  assert.deepEqual(found(), ["here", 9, 7]);
  searching.goOn();
  assert.deepEqual(asked[1]?.options, { room: "кухня", before: "7" });
  await asked[1]?.fail();
  assert.deepEqual(found(), ["failed", 9, 7]);
  searching.goOn();
  searching.within(undefined);
  clock.advance(200);
  await asked[2]?.answer([1]);
  assert.deepEqual(asked[3]?.options, {});
  await asked[3]?.answer([4]);
  assert.deepEqual(found(), ["here", 4]);
  searching.write("  ");
  clock.advance(200);
  assert.deepEqual([found(), asked.length], [["nothing asked"], 4]);
});

test("whoever does not want to wait is answered at once and once, and hears whether there was a wait", async () => {
  const { asked, clock, searching, found } = asking();
  assert.equal(searching.hurry(), false);
  searching.write("чай");
  assert.equal(searching.hurry(), true);
  assert.deepEqual(found(), ["coming"]);
  assert.equal(searching.hurry(), false, "it is on its way");
  await asked[0]?.answer([9, 7], "7");
  assert.equal(searching.hurry(), false);
  searching.goOn();
  assert.equal(searching.hurry(), false, "what is seen was found by these words");
  searching.write("кава");
  assert.deepEqual(found(), ["coming", 9, 7]);
  assert.equal(searching.hurry(), true);
  assert.deepEqual(found(), ["coming"], "what was found by other words is gone");
  clock.advance(200);
  assert.deepEqual(
    asked.map(({ text }) => text),
    ["чай", "чай", "кава"],
  );
  searching.write("сік");
  searching.close();
  assert.deepEqual([searching.hurry(), found()], [false, ["nothing asked"]]);
});

test("what is deleted meanwhile is no longer found, on a page that was on its way either, and nothing of it is kept", async () => {
  const { asked, clock, searching, found } = asking();
  const gone = (seq: number) => ({ type: "deleted", target: `m${seq}` }) as ChangeFrame;
  searching.write("чай");
  clock.advance(200);
  searching.heed(gone(8));
  await asked[0]?.answer([9, 8, 7], "7");
  assert.deepEqual(found(), ["here", 9, 7]);
  searching.heed(gone(9));
  assert.deepEqual(found(), ["here", 7]);
  searching.goOn();
  searching.heed(gone(7));
  searching.heed({ type: "edited", target: "m5", text: "чай!" } as ChangeFrame);
  await asked[1]?.answer([5]);
  assert.deepEqual(found(), ["here", 5]);
  assert.equal(searching.found.value.messages[0]?.text, "чай!");
  searching.goOn();
  searching.close();
  await asked[2]?.answer([3]);
  assert.deepEqual([found(), clock.pending], [["nothing asked"], 0]);
  searching.open("сад" as RoomName);
  assert.deepEqual(found(), ["coming"]);
  clock.advance(0);
  assert.deepEqual([asked[3]?.text, asked[3]?.options], ["чай", { room: "сад" }]);
});
