import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageId } from "../../src/protocol/ids.ts";
import { enter } from "./support/enter.ts";
import { textOf } from "./support/recorder.ts";
import { changeAt, epoch, messageAt, olya } from "./support/scripted-server.ts";
import { heard, next } from "./support/set-time.ts";

const target = messageAt(1).id as MessageId;

test("[E1] [K3] changes go out in order with what is said, one at a time, and again under their ids after a break", async (t) => {
  const { room, line, comeBack } = await enter(t, 1);
  const sent = [
    room.send("เดิม", { replyTo: target }),
    room.edit(target, "ใหม่"),
    room.react(target, "👍🏽"),
    room.react(target, "👍🏽", false),
    room.delete(target),
    room.setTopic(""),
  ];
  assert.deepEqual(room.outgoing, sent);
  assert.equal((await line.next("message")).id, sent[0]?.id);
  const back = await comeBack(line);
  await back.letIn({ recovered: true, head: 1 });
  const frames = [
    { type: "message", text: "เดิม", reply_to: target },
    { type: "edit", target, text: "ใหม่" },
    { type: "react", target, emoji: "👍🏽", active: true },
    { type: "react", target, emoji: "👍🏽", active: false },
    { type: "delete", target },
    { type: "topic", text: "" },
  ] as const;
  for (const [index, frame] of frames.entries()) {
    const read = await back.next(frame.type);
    assert.deepEqual(read, { ...frame, room: "general", id: sent[index]?.id });
    back.ack(read, index + 2);
  }
  const places = await Promise.all(sent.map((outgoing) => room.settled(outgoing)));
  assert.deepEqual(
    places.map(({ seq }) => seq),
    [2, 3, 4, 5, 6, 7],
  );
  assert.deepEqual(room.outgoing, []);
});

test("[E1] a change that is refused says why, and what waits behind it is sent", async (t) => {
  const { room, line } = await enter(t, 1);
  const [edit, reaction] = [room.edit(target, "не моє"), room.react(target, "🎉")];
  const states: string[] = [];
  room.on("outgoing", ({ message, state }) => states.push(`${textOf(message)} ${state.at}`));
  const { id } = await line.next("edit");
  line.send({ type: "error", code: "not_the_author", message: "Only its author can.", id });
  await assert.rejects(room.settled(edit), { code: "not_the_author" });
  line.ack(await line.next("react"), 2);
  await room.settled(reaction);
  assert.deepEqual(states, ["не моє refused", "react sent"]);
});

test("[R1] [R2] changes are heard once and in their places, and resumed from like messages", async (t) => {
  const { room, line, client, comeBack } = await enter(t, 1);
  const shown: string[] = [];
  for (const event of ["message", "edited", "reacted", "deleted", "topic"] as const) {
    room.on(event, ({ type, seq }) => shown.push(`${type} ${seq}`));
  }
  line.message(2);
  line.send({ type: "edited", ...changeAt(3, 1), text: "інакше" });
  line.send({ type: "edited", ...changeAt(3, 1), text: "інакше" });
  line.send({ type: "reacted", ...changeAt(4, 2), emoji: "❤️", active: true });
  await heard(client, line);
  const back = await comeBack(line);
  const { since } = await back.letIn({ recovered: true, head: 6 });
  assert.deepEqual(since, { epoch, seq: 4, id: changeAt(4, 2).id });
  back.send({ type: "deleted", ...changeAt(5, 2) });
  back.send({ ...messageAt(6, "чай"), type: "topic" });
  await heard(client, back);
  assert.deepEqual(shown, ["message 2", "edited 3", "reacted 4", "deleted 5", "topic 6"]);
});

test("the topic of a room is told when it is joined, and follows what is said of it", async (t) => {
  const { room, line, client, comeBack } = await enter(t, 0);
  assert.equal(room.topic, undefined);
  const set = next(room, "topic");
  line.send({ ...messageAt(1, "ชา"), type: "topic" });
  assert.deepEqual([(await set).user, room.topic], [olya, "ชา"]);
  const back = await comeBack(line);
  await back.letIn({ recovered: true, head: 3, topic: "later on" });
  back.send({ ...messageAt(2, "чай"), type: "topic" });
  await heard(client, back);
  assert.equal(room.topic, "чай", "what was missed is told one by one");
  back.send({ ...messageAt(3, ""), type: "topic" });
  await heard(client, back);
  assert.equal(room.topic, undefined);
  room.leave();
  await back.next("leave");
  client.join("general");
  const joined = next(room, "members");
  await back.letIn({ topic: "כוס תה" });
  await joined;
  assert.equal(room.topic, "כוס תה");
});
