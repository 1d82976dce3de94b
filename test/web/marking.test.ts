import assert from "node:assert/strict";
import { test } from "node:test";
import type { HistoryPage, HistoryRequest, MessageFrame } from "../../src/sdk/index.ts";
import { createHistory } from "../../src/web/state/history.ts";
import { createMarking } from "../../src/web/state/marking.ts";
import { FakeClock } from "../support/fake-clock.ts";

const message = (seq: number) => ({ seq, text: `№${seq} 🙂`, ts: "2026-11-21T10:00:00.000Z" }) as MessageFrame;

/** A room of 1,000 messages whose last 50 are here; it answers when the test says so. */
function slowRoom() {
  const all = Array.from({ length: 1_000 }, (_, index) => message(index + 1));
  let answers: (() => void)[] = [];
  const room = {
    history: (request: HistoryRequest) =>
      new Promise<HistoryPage>((resolve) => {
        const { limit = 50 } = request;
        const messages =
          "before" in request
            ? all.slice(0, request.before - 1).slice(-limit)
            : all.slice(request.after, request.after + limit);
        answers.push(() => resolve({ messages, more: true }));
      }),
  };
  const history = createHistory(room, new FakeClock(), () => ({ letGo() {}, regain() {} }));
  const newest = { messages: all.slice(-50), more: true };
  history.begin(newest);
  return {
    history,
    newest,
    ...createMarking(history, history.toEnd),
    async answer() {
      for (const answer of answers) answer();
      answers = [];
      await new Promise(setImmediate);
    },
  };
}

test("a link leads to a message that is far away, and from there back to the end", async () => {
  const { history, mark, marked, answer } = slowRoom();
  void mark(100);
  assert.deepEqual(marked.value, { seq: 100, at: "coming" });
  await answer();
  assert.deepEqual([marked.value, history.isEarlier.value], [{ seq: 100, at: "here" }, true]);
  await mark(undefined);
  assert.deepEqual([marked.value, history.isEarlier.value], [undefined, false]);
});

test("what was looked for is not shown once one has gone to the end instead", async () => {
  const { history, newest, mark, marked, answer } = slowRoom();
  for (const leave of [history.toEnd, () => mark(undefined), () => history.begin(newest)]) {
    void mark(100);
    void leave();
    await answer();
    assert.deepEqual([marked.value, history.isEarlier.value], [undefined, false]);
  }
});

test("of two messages that are looked for the later one is shown, whichever comes first", async () => {
  const { history, mark, marked, answer } = slowRoom();
  void mark(100);
  await mark(980);
  await answer();
  assert.deepEqual([marked.value, history.isEarlier.value], [{ seq: 980, at: "here" }, false]);
  for (const seq of [100, 500, 100]) void mark(seq);
  await answer();
  assert.deepEqual([marked.value, history.shown.value[0]?.message.seq], [{ seq: 100, at: "here" }, 51]);
});
