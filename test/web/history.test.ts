import assert from "node:assert/strict";
import { test } from "node:test";
import type { HistoryRequest, MessageFrame } from "../../src/sdk/index.ts";
import { createHistory } from "../../src/web/state/history.ts";
import { FakeClock } from "../support/fake-clock.ts";

const message = (seq: number) => ({ seq, text: `№${seq} 🙂`, ts: "2026-11-21T10:00:00.000Z" }) as MessageFrame;

/** A room of `count` messages whose last page is here. */
function longRoom(count: number) {
  const all = Array.from({ length: count }, (_, index) => message(index + 1));
  const room = {
    async history(request: HistoryRequest) {
      const { limit = 50 } = request;
      const found = "before" in request ? all.slice(0, request.before - 1) : all.slice(request.after);
      const messages = "before" in request ? found.slice(-limit) : found.slice(0, limit);
      return { messages, more: found.length > messages.length };
    },
  };
  const clock = new FakeClock();
  let gone = 0;
  const history = createHistory(room, clock, () => ({
    letGo(entries) {
      gone += entries.length;
    },
    regain(entries) {
      gone -= entries.length;
    },
  }));
  history.begin({ messages: all.slice(-50), more: count > 50 });
  const fetch = async (direction: "older" | "newer") => {
    await history.fetch(direction);
    clock.advance(1_000);
  };
  const say = () => {
    all.push(message(all.length + 1));
    history.add(message(all.length));
  };
  const shown = () => {
    const seqs = history.shown.peek().map(({ message }) => message.seq);
    for (const [index, seq] of seqs.entries()) assert.equal(seq, (seqs[0] ?? 0) + index, "without a hole");
    return [seqs[0], seqs.at(-1), seqs.length];
  };
  return { history, fetch, say, shown, gone: () => gone };
}

test("[R1] of a long conversation as much is held as is looked at, and the way up and down has no hole", async () => {
  const { history, fetch, say, shown } = longRoom(3_000);
  for (let page = 0; page < 20; page++) {
    await fetch("older");
    assert.ok((shown()[2] ?? 0) <= 600);
  }
  assert.deepEqual(shown(), [1_951, 2_550, 600]);
  assert.ok(history.isEarlier.peek());
  say();
  assert.deepEqual(shown(), [1_951, 2_550, 600]);
  while (history.isEarlier.peek()) {
    await fetch("newer");
    assert.ok((shown()[2] ?? 0) <= 600);
  }
  assert.deepEqual(shown(), [2_402, 3_001, 600]);
  for (let page = 0; page < 60; page++) await fetch("older");
  assert.deepEqual([shown(), history.older.peek()], [[1, 600, 600], "none"]);
  history.toEnd();
  assert.equal(shown()[1], 3_001);
  assert.equal(history.older.peek(), "there");
});

test("[R1] whatever comes in, the end stays bounded, and nobody who looks at what was said before loses sight of it", async () => {
  const { history, say, fetch, shown, gone } = longRoom(100);
  for (let count = 0; count < 5_000; count++) say();
  assert.ok((shown()[2] ?? 0) < 700);
  assert.equal(gone(), 5_050 - (shown()[2] ?? 0), "what is no longer held is told of");
  const [first = 0] = shown();
  history.hold(true);
  for (let count = 0; count < 5_000; count++) say();
  assert.equal(shown()[0], first);
  assert.ok(history.isEarlier.peek());
  assert.equal(history.end.peek().at(-1)?.message.seq, 10_100);
  for (let page = 0; page < 120 && history.isEarlier.peek(); page++) await fetch("newer");
  assert.equal(shown()[1], 10_100);
});

test("[R1] an earlier part that reaches the end while older messages are on their way leaves the way up open", async () => {
  const { history, fetch, shown } = longRoom(1_000);
  await history.find(890);
  await Promise.all([fetch("newer"), history.fetch("older")]);
  assert.deepEqual([history.isEarlier.peek(), shown()], [false, [841, 1_000, 160]]);
  await fetch("older");
  assert.deepEqual(shown(), [791, 1_000, 210]);
});
