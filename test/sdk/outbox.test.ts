import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageId, RoomName } from "../../src/protocol/ids.ts";
import {
  type Draft,
  type KeyValueStorage,
  memoryOutbox,
  type Outgoing,
  type OutgoingMessage,
  webStorageOutbox,
} from "../../src/sdk/index.ts";

const room = "кухня" as RoomName;
const outgoing = (number: number, text: string): OutgoingMessage => ({
  type: "message",
  id: `outgoing-id-${String(number).padStart(8, "0")}` as MessageId,
  room,
  text,
  at: number,
});

/** A storage as browsers have it: its keys come in an order of its own, and it may be full. */
class Storage implements KeyValueStorage {
  readonly entries = new Map<string, string>();
  full = false;
  get length(): number {
    return this.entries.size;
  }
  key(index: number): string | null {
    return [...this.entries.keys()].toSorted().toReversed()[index] ?? null;
  }
  getItem(key: string): string | null {
    return this.entries.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    if (this.full) throw new DOMException("full", "QuotaExceededError");
    this.entries.set(key, value);
  }
  removeItem(key: string): void {
    this.entries.delete(key);
  }
}

for (const [name, open] of [
  ["memory", () => memoryOutbox()],
  ["web storage", () => webStorageOutbox(new Storage())],
] as const) {
  test(`[K3] the outbox in ${name} gives back what waits, oldest first, until it is removed`, () => {
    const outbox = open();
    const [first, second, third] = [outgoing(1, "สวัสดี"), outgoing(2, "Привіт 👋"), outgoing(10, "שלום")];
    for (const message of [second, third, first]) outbox.add(message);
    assert.deepEqual(outbox.all(), [first, second, third]);
    outbox.remove(second.id);
    outbox.remove(second.id);
    assert.deepEqual(outbox.all(), [first, third]);
  });
}

test("[K3] what waits outlives a reload, whatever it is", () => {
  const storage = new Storage();
  const message = { ...outgoing(1, "line\nbreak"), reply_to: outgoing(0, "").id };
  const target = message.id;
  const drafts: readonly Draft[] = [
    { type: "edit", target, text: "רוח" },
    { type: "react", target, emoji: "👍🏽", active: false },
    { type: "delete", target },
    { type: "topic", text: "" },
  ];
  const stamped = drafts.map((draft, index): Outgoing => {
    const { type: _, text: __, ...stamp } = outgoing(2 + index, "");
    return { ...draft, ...stamp };
  });
  const all = [message, ...stamped];
  for (const waiting of all) webStorageOutbox(storage).add(waiting);
  assert.deepEqual(webStorageOutbox(storage).all(), all);
});

test("two tabs do not overwrite each other's messages, and prefixes keep chats apart", () => {
  const storage = new Storage();
  const [one, two] = [webStorageOutbox(storage), webStorageOutbox(storage)];
  one.add(outgoing(1, "from one tab"));
  two.add(outgoing(2, "from the other"));
  one.remove(outgoing(1, "").id);
  assert.deepEqual(one.all(), [outgoing(2, "from the other")]);
  assert.deepEqual(webStorageOutbox(storage, "another:").all(), []);
});

test("entries that are no messages are dropped, and what belongs to others stays", () => {
  const storage = new Storage();
  const outbox = webStorageOutbox(storage);
  outbox.add(outgoing(1, "kept"));
  storage.setItem("theme", "dark");
  const { id } = outgoing(2, "");
  for (const [key, value] of [
    ["a", "not json"],
    ["b", "null"],
    ["c", '{"id":"c"}'],
    [id, JSON.stringify({ ...outgoing(2, "text"), at: "yesterday" })],
    [id, JSON.stringify({ ...outgoing(2, "text"), type: "edit" })],
    ["e", JSON.stringify(outgoing(3, "under another's key"))],
  ]) {
    storage.setItem(`parlance-outbox:${key}`, `${value}`);
  }
  assert.deepEqual(outbox.all(), [outgoing(1, "kept")]);
  assert.deepEqual([...storage.entries.keys()], [`parlance-outbox:${outgoing(1, "").id}`, "theme"]);
});

test("a message that a full storage does not take is kept in memory", () => {
  const storage = new Storage();
  const outbox = webStorageOutbox(storage);
  outbox.add(outgoing(1, "stored"));
  storage.full = true;
  outbox.add(outgoing(2, "not stored"));
  assert.deepEqual(outbox.all(), [outgoing(1, "stored"), outgoing(2, "not stored")]);
  outbox.remove(outgoing(2, "").id);
  assert.deepEqual(outbox.all(), [outgoing(1, "stored")]);
});

test("a storage that the browser forbids altogether is one in memory", () => {
  const forbidden = () => {
    throw new DOMException("forbidden", "SecurityError");
  };
  const outbox = webStorageOutbox({
    get length(): number {
      return forbidden();
    },
    key: forbidden,
    getItem: forbidden,
    setItem: forbidden,
    removeItem: forbidden,
  });
  outbox.add(outgoing(1, "kept"));
  assert.deepEqual(outbox.all(), [outgoing(1, "kept")]);
  outbox.remove(outgoing(1, "").id);
  assert.deepEqual(outbox.all(), []);
});
