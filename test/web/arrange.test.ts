import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageFrame, User } from "../../src/protocol/server-frames.ts";
import type { OutgoingMessage } from "../../src/sdk/index.ts";
import { type Aside, arrange, type Entry, type Row, type View } from "../../src/web/logic/arrange.ts";
import { createTimeline, messageEntry } from "../../src/web/logic/timeline.ts";
import { lapse, startTyping, stopTyping, typistLapseMs } from "../../src/web/logic/typists.ts";

const user = (name: string) => ({ id: `u_${name}`, name }) as User;
const ann = user("Ann");
const olya = user("Оля");
const start = new Date(2025, 10, 19, 12, 0, 0).getTime();
const minute = 60_000;

const message = (seq: number, by: User, at = start + seq * 1_000, text = `${seq}`): MessageFrame =>
  ({
    type: "message",
    room: "general",
    seq,
    id: `id-${seq}`,
    user: by,
    text,
    ts: new Date(at).toISOString(),
  }) as MessageFrame;
const entry = (...of: Parameters<typeof message>): Entry => messageEntry(message(...of));
const view = (changes: Partial<View> = {}): View => ({ me: ann, oldUpTo: 0, newAfter: undefined, ...changes });

/** Rows as short words. */
const told = (rows: readonly Row[]): string[] =>
  rows.map((row) => {
    if (row.is === "group") {
      const marks = `${row.mine ? "!" : ""}${row.old ? "~" : ""}${row.continued ? "+" : ""}`;
      return `${row.author.name}${marks}: ${row.lines.map(({ text }) => text).join(" ")}`;
    }
    if (row.is === "presence") {
      const names = (users: readonly User[]) => users.map(({ name }) => name).join(" ");
      return `in ${names(row.joined)} out ${names(row.left)}`;
    }
    return row.is;
  });

test("what one person says within five minutes stands under one name", () => {
  const rows = arrange(
    [
      entry(1, olya, start),
      entry(2, olya, start + 4 * minute),
      entry(3, olya, start + 9 * minute + 1),
      entry(4, ann, start + 9 * minute + 2),
    ],
    undefined,
    view(),
  );
  assert.deepEqual(told(rows), ["day", "Оля: 1 2", "Оля: 3", "Ann!: 4"]);
});

test("what somebody says under another name stands under that one, also when it is read later", () => {
  const renamed = { ...olya, name: "Ольга" } as User;
  const rows = arrange([entry(1, olya), entry(2, renamed), entry(3, renamed)], undefined, view());
  assert.deepEqual(told(rows), ["day", "Оля: 1", "Ольга: 2 3"]);
});

test("a day begins with its name, and names the author anew", () => {
  const midnight = new Date(2025, 10, 20).getTime();
  const rows = arrange([entry(1, olya, midnight - 1_000), entry(2, olya, midnight + 1_000)], undefined, view());
  assert.deepEqual(told(rows), ["day", "Оля: 1", "day", "Оля: 2"]);
});

test("what was imported among later messages has its day above it, and so has what was said after it", () => {
  const day = 24 * 60 * minute;
  const aside = { is: "joined", key: "joined", after: 3, at: start - day, user: ann } as const;
  const rows = arrange(
    [entry(1, olya, start), entry(2, olya, start - day), entry(3, olya, start), { is: "aside", at: aside.at, aside }],
    undefined,
    view(),
  );
  assert.deepEqual(told(rows), ["day", "Оля: 1", "day", "Оля: 2", "day", "Оля: 3", "in Ann out "]);
  assert.equal(new Set(rows.map(({ key }) => key)).size, rows.length);
});

test("messages from before this visit stand apart, and one line leads to what is new", () => {
  const entries = [entry(1, olya), entry(2, olya), entry(3, olya), entry(4, olya)];
  assert.deepEqual(told(arrange(entries, undefined, view({ oldUpTo: 3, newAfter: 2 }))), [
    "day",
    "Оля~: 1 2",
    "new",
    "Оля~: 3",
    "Оля: 4",
  ]);
});

test("who comes and goes is gathered until somebody speaks, and who came and went is not told", () => {
  const aside = (is: "joined" | "left", who: User): Entry => ({
    is: "aside",
    at: start,
    aside: { is, key: `${is} ${who.name}`, after: 1, at: start, user: who } as Aside,
  });
  const guests = [user("นภา"), user("Пётр"), user("Mariana")] as const;
  const rows = arrange(
    [
      entry(1, olya),
      aside("joined", guests[0]),
      aside("joined", guests[1]),
      aside("left", olya),
      aside("left", guests[1]),
      entry(2, ann),
      aside("joined", guests[2]),
      aside("left", guests[2]),
    ],
    undefined,
    view(),
  );
  assert.deepEqual(told(rows), ["day", "Оля: 1", "in นภา out Оля", "Ann!: 2"]);
});

test("of several topics in a row only the last is told, and a message knows what it answers and what became of it", () => {
  const topic = (text: string): Entry => ({
    is: "aside",
    at: start,
    aside: { is: "topic", key: text, after: 1, at: start, user: olya, text },
  });
  const answer = {
    ...message(3, ann),
    reply_to: "id-1",
    reply_to_seq: 1,
    edited: { seq: 4, ts: new Date(start + minute).toISOString() },
  } as MessageFrame;
  const rows = arrange([entry(1, olya), topic("чай"), topic("кава"), messageEntry(answer)], undefined, view());
  assert.deepEqual(told(rows), ["day", "Оля: 1", "topic", "Ann!: 3"]);
  assert.ok(rows.some((row) => row.is === "topic" && row.text === "кава"));
  const line = rows.flatMap((row) => (row.is === "group" ? row.lines : [])).at(-1);
  assert.deepEqual([line?.reply, line?.editedAt, line?.isDeleted], [{ id: "id-1", seq: 1 }, start + minute, false]);
});

test("a stretch that did not change is the very same, and goes on from the one before", () => {
  const layOut = createTimeline();
  const messages = Array.from({ length: 100 }, (_, index) => messageEntry(message(index + 1, olya, start)));
  const here = view();
  const before = layOut(messages, [], [], here);
  assert.deepEqual(
    before.map(({ rows }) => told(rows).at(-1)?.startsWith("Оля+")),
    [false, true, true, true],
  );
  const pending = {
    message: { id: "p", room: "general", text: "mine", at: start } as unknown as OutgoingMessage,
    state: { at: "sending" as const },
  };
  const after = layOut([...messages, messageEntry(message(101, olya, start))], [], [pending], here);
  assert.deepEqual(after.slice(0, 3), before.slice(0, 3));
  for (const index of [0, 1, 2]) assert.equal(after[index], before[index]);
  assert.equal(told(after[3]?.rows ?? []).at(-1), "Ann!: mine");
});

test("typing lapses eight seconds after its last sign, and the first who began stays first", () => {
  let typists = startTyping([], olya, 0);
  typists = startTyping(typists, ann, 1_000);
  typists = startTyping(typists, olya, 5_000);
  assert.deepEqual(
    typists.map(({ user: { name } }) => name),
    ["Оля", "Ann"],
  );
  assert.deepEqual(
    lapse(typists, 1_000 + typistLapseMs).map(({ user: { name } }) => name),
    ["Оля"],
  );
  assert.deepEqual(
    stopTyping(typists, ann.id).map(({ user: { name } }) => name),
    ["Оля"],
  );
});
