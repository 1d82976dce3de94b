import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals";
import type {
  ChangeFrame,
  HistoryPage,
  MessageFrame,
  MessageId,
  Outgoing,
  OutgoingState,
  User,
} from "../../src/sdk/index.ts";
import { createChanges } from "../../src/web/state/changes.ts";
import { createHistory } from "../../src/web/state/history.ts";
import { createQuotes } from "../../src/web/state/quotes.ts";
import { createTopic } from "../../src/web/state/topic.ts";
import { FakeClock } from "../support/fake-clock.ts";

const ann = { id: "u_ann", name: "Ann" } as User;
const noi = { id: "u_noi", name: "น้อย" } as User;
const ts = "2025-11-19T23:46:36.000Z";

const message = (seq: number, more: object = {}) =>
  ({ type: "message", room: "кухня", seq, id: `id-${seq}`, user: ann, text: `№${seq}`, ts, ...more }) as MessageFrame;
const about = (target: number, seq: number, by = ann) => ({
  room: "кухня",
  seq,
  id: `change-${seq}`,
  user: by,
  ts,
  target: `id-${target}`,
  target_seq: target,
});
const edited = (target: number, seq: number, text: string) =>
  ({ type: "edited", ...about(target, seq), text }) as ChangeFrame;
const outgoing = (id: string, draft: object) => ({ id, room: "кухня", at: 0, ...draft }) as Outgoing;
const sending: OutgoingState = { at: "sending" };
const refused: OutgoingState = { at: "refused", code: "not_the_author", message: "It is not yours." };

/** A history that holds 1 to `last`, and asks for pages that the test answers. */
function holding(last: number) {
  const asked: ((page: HistoryPage) => void)[] = [];
  const clock = new FakeClock();
  const room = {
    joined: true,
    history: () => new Promise<HistoryPage>((resolve) => asked.push(resolve)),
  };
  const history = createHistory(room, clock, () => ({ letGo() {}, regain() {} }));
  history.begin({ messages: Array.from({ length: last }, (_, index) => message(index + 11)), more: true });
  return { asked, clock, room, history };
}

test("[E1] what one changes is shown at once, stays while it is on its way, and is taken back if it is refused", () => {
  const { history } = holding(3);
  const changes = createChanges({ outgoing: [] }, { me: signal(ann), history });
  const shown = () => changes.over(history.shown.value).map(({ message: { text, reactions } }) => [text, reactions]);
  const before = history.shown.value;
  assert.equal(changes.over(before), before, "nothing is laid out anew for nothing");

  const edit = outgoing("change-1", { type: "edit", target: "id-12", text: "щось інше" });
  changes.take(edit, sending);
  changes.take(outgoing("change-2", { type: "react", target: "id-12", emoji: "🎉", active: true }), sending);
  assert.deepEqual(shown()[1], ["щось інше", [{ emoji: "🎉", users: [ann] }]]);
  assert.equal(changes.over(history.shown.value)[0], before[0], "the others are the very same");

  changes.take(edit, refused);
  assert.deepEqual(shown()[1], ["№12", [{ emoji: "🎉", users: [ann] }]]);
  assert.deepEqual(changes.refused.value.get("id-12" as MessageId), { why: "It is not yours.", text: "щось інше" });
  changes.forgive("id-12" as MessageId);
  assert.equal(changes.refused.value.size, 0);
});

test("[E2] an acknowledged change is in the message before its own frame comes, which then changes nothing", () => {
  const { history } = holding(3);
  const changes = createChanges({ outgoing: [] }, { me: signal(ann), history });
  const edit = outgoing("change-20", { type: "edit", target: "id-13", text: "ใหม่" });
  changes.take(edit, sending);
  changes.take(edit, { at: "sent", seq: 20, ts });
  const acknowledged = history.shown.value;
  assert.deepEqual(acknowledged[2]?.message.edited, { seq: 20, ts });
  assert.equal(changes.over(acknowledged), acknowledged);
  history.change(edited(13, 20, "ใหม่"));
  assert.equal(history.shown.value, acknowledged);
});

test("[E2] a change that overtakes the page it belongs to is in that page", async () => {
  const { history, asked } = holding(3);
  const fetching = history.fetch("older");
  history.change(edited(10, 21, "пізніше"));
  asked[0]?.({ messages: [message(9), message(10)], more: false });
  await fetching;
  assert.deepEqual(
    history.shown.value.map(({ message: { text } }) => text),
    ["№9", "пізніше", "№11", "№12", "№13"],
  );
});

test("what an answer quotes is fetched once if it is not here, and follows its changes", async () => {
  const { history, asked, room, clock } = holding(3);
  const quotes = createQuotes(room, history, clock);
  const place = { id: "id-2" as MessageId, seq: 2 };
  const quoted = quotes.find(place);
  quotes.want({ id: "id-12" as MessageId, seq: 12 });
  assert.equal(asked.length, 0, "it is here");
  quotes.want(place);
  quotes.want(place);
  assert.equal(asked.length, 1);
  asked[0]?.({ messages: [message(2, { user: noi, text: "สวัสดี" })], more: true });
  await new Promise(setImmediate);
  assert.equal(quoted.value?.text, "สวัสดี");
  quotes.want(place);
  assert.equal(asked.length, 1);
  quotes.change({ type: "deleted", ...about(2, 22, noi) } as ChangeFrame);
  assert.deepEqual([quoted.value?.text, quoted.value?.deleted], ["", true]);
  quotes.close();
});

test("[E3] what an answer quotes is not shown if it is deleted while it is on its way", async () => {
  const { history, asked, room, clock } = holding(3);
  const quotes = createQuotes(room, history, clock);
  const place = { id: "id-2" as MessageId, seq: 2 };
  quotes.want(place);
  const deleted = { type: "deleted", ...about(2, 22) } as ChangeFrame;
  history.change(deleted);
  quotes.change(deleted);
  asked[0]?.({ messages: [message(2)], more: true });
  await new Promise(setImmediate);
  const { value: quoted } = quotes.find(place);
  assert.deepEqual([quoted?.text, quoted?.deleted], ["", true]);
  quotes.close();
});

test("a topic of one's own is shown at once, and taken back if it is refused", () => {
  const sent: string[] = [];
  const room = {
    topic: "чай",
    outgoing: [],
    setTopic(text: string) {
      sent.push(text);
      return outgoing(text, { type: "topic", text });
    },
  };
  const topic = createTopic(room);
  topic.choose("чай");
  topic.choose("кава");
  assert.deepEqual(sent, ["кава"]);
  const own = outgoing("topic-1", { type: "topic", text: "кава" }) as Parameters<typeof topic.take>[0];
  topic.take(own, sending);
  assert.equal(topic.text.value, "кава");
  topic.take(own, refused);
  assert.deepEqual([topic.text.value, topic.problem.value], ["чай", "It is not yours."]);
});
