import assert from "node:assert/strict";
import { test } from "node:test";
import { batch, signal } from "@preact/signals";
import type { HistoryPage, HistoryRequest, MessageFrame, RoomName, User } from "../../src/sdk/index.ts";
import { createHistory } from "../../src/web/state/history.ts";
import { createPeople } from "../../src/web/state/people.ts";
import { createUnread, type Unread } from "../../src/web/state/unread.ts";
import { FakeClock } from "../support/fake-clock.ts";

const ann = { id: "u_ann", name: "Ann" } as User;
const noi = { id: "u_noi", name: "น้อย" } as User;
const ts = "2025-11-19T23:46:36.000Z";

/** Every tenth message mentions Ann. */
const message = (seq: number) =>
  ({
    type: "message",
    seq,
    id: `id-${seq}`,
    user: noi,
    text: seq % 10 === 0 ? "@Ann 👋" : `№${seq}`,
    ts,
  }) as MessageFrame;

/**
 * A room whose last message is `last`, read up to `read`, with its last page; searches are answered by hand.
 * The messages before `first` are no longer kept.
 */
function enter(last: number, read: number, first = 1) {
  const all = Array.from({ length: last - first + 1 }, (_, index) => message(first + index));
  const room = {
    name: "кухня" as RoomName,
    direct: undefined,
    read,
    unread: last - read,
    markRead() {},
    on: () => () => {},
    async history(request: HistoryRequest): Promise<HistoryPage> {
      const { limit = 50 } = request;
      const found =
        "before" in request
          ? all.filter(({ seq }) => seq < request.before)
          : all.filter(({ seq }) => seq > request.after);
      const messages = "before" in request ? found.slice(-limit) : found.slice(0, limit);
      return { messages, more: found.length > messages.length };
    },
  };
  const clock = new FakeClock();
  const me = signal(ann);
  const search = Promise.withResolvers<void>();
  const history = createHistory(room, clock, () => unread);
  const unread: Unread = createUnread(room, {
    messages: history.end,
    me,
    people: createPeople(signal([ann, noi]), me),
    kept: { read: () => undefined, write() {}, forget() {}, watch: () => () => {} },
    async search() {
      await search.promise;
      return { messages: all.filter(({ seq }) => seq % 10 === 0) };
    },
  });
  history.begin({ messages: all.slice(-50), more: true });
  unread.begin(last);
  return {
    history,
    counts: () => [unread.count.value, unread.mentions.value],
    async search() {
      search.resolve();
      await new Promise(setImmediate);
    },
    async fetch(direction: "older" | "newer", pages = 1) {
      for (let page = 0; page < pages; page++) {
        await history.fetch(direction);
        clock.advance(1_000);
      }
    },
    say() {
      const said = message(all.length + 1);
      all.push(said);
      batch(() => history.add(said));
    },
  };
}

test("what is unread grows by nothing while one reads upwards", async () => {
  const { counts, search, fetch } = enter(300, 100);
  await search();
  assert.deepEqual(counts(), [200, 20]);
  for (let page = 0; page < 5; page++) {
    await fetch("older");
    assert.deepEqual(counts(), [200, 20], `after page ${page}`);
  }
});

test("a mention that is fetched before the search has found it counts once", async () => {
  const { counts, search, fetch } = enter(300, 100);
  await fetch("older");
  assert.deepEqual(counts(), [200, 10]);
  await search();
  assert.deepEqual(counts(), [200, 20]);
});

test("[R1] what was let go at the top, and is fetched again, counts once", async () => {
  const { history, counts, search, fetch, say } = enter(1_000, 100);
  await search();
  // Upwards the end is cut, and its older part becomes an earlier one; downwards both come together again.
  await fetch("older", 14);
  assert.deepEqual([history.isEarlier.value, counts()], [true, [900, 90]]);
  await fetch("newer", 20);
  assert.deepEqual([history.isEarlier.value, counts()], [false, [900, 90]]);
  for (let count = 0; count < 700; count++) say();
  assert.deepEqual(counts(), [1_600, 160]);
  await fetch("older");
  assert.deepEqual(counts(), [1_600, 160]);
});

test("once all is here that there is, what was counted too much no longer counts", async () => {
  const { history, counts, search, fetch } = enter(120, 0, 11);
  await search();
  assert.deepEqual(counts(), [120, 11]);
  await fetch("older", 2);
  assert.equal(history.older.value, "none");
  assert.deepEqual(counts(), [110, 11]);
});
