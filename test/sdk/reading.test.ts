import assert from "node:assert/strict";
import { test } from "node:test";
import { enter } from "./support/enter.ts";
import { Recorder } from "./support/recorder.ts";
import { epoch, messageAt, startScriptedServer } from "./support/scripted-server.ts";
import { become, connectInSetTime, heard, next } from "./support/set-time.ts";

const heads = (seq: number, of = epoch) => ({ type: "heads", rooms: { general: { epoch: of, seq } } });

test("a first join begins with the newest page; what is live follows", async (t) => {
  const { room, recorder, line, join } = await enter(t, 2);
  assert.deepEqual([join.room, join.since, join.history], ["general", undefined, undefined]);
  assert.ok(room.joined);
  line.message(3, "สวัสดี 👋");
  await recorder.message(3);
  assert.deepEqual(recorder.shown, ["reset 1,2", "message 3"]);
});

test("[R2] after a break the join says where the client was, and what was missed follows without a reset", async (t) => {
  const { recorder, line, comeBack, room } = await enter(t, 2);
  line.message(3);
  await recorder.message(3);
  const back = await comeBack(line);
  assert.ok(!room.joined);
  const { since } = await back.letIn({ recovered: true, head: 5 });
  assert.deepEqual(since, { epoch, seq: 3, id: messageAt(3).id });
  back.message(4);
  back.message(5);
  back.message(6);
  await recorder.message(6);
  assert.deepEqual(recorder.shown, ["reset 1,2", "message 3", "message 4", "message 5", "message 6"]);
});

test("[R2] a log that cannot be resumed begins anew, and live messages follow the new page", async (t) => {
  const { recorder, line, comeBack } = await enter(t, 2);
  const back = await comeBack(line);
  const another = "zzzzzzzzzzzzzzzz";
  const page = { messages: [messageAt(1, "another log")], more: false };
  const reset = recorder.reset();
  await back.letIn({ epoch: another, reason: "epoch" }, page);
  await reset;
  back.message(2);
  await recorder.message(2);
  const again = await comeBack(back);
  const { since } = await again.letIn({ recovered: true, epoch: another, head: 2 });
  assert.deepEqual(since, { epoch: another, seq: 2, id: messageAt(2).id });
  assert.deepEqual(recorder.shown, ["reset 1,2", "reset 1", "message 2"]);
});

test("[R4] a message that was seen is dropped when it comes again", async (t) => {
  const { recorder, line } = await enter(t, 2);
  for (const seq of [1, 2, 3, 3, 1, 4]) line.message(seq);
  await recorder.message(4);
  assert.deepEqual(recorder.shown, ["reset 1,2", "message 3", "message 4"]);
});

test("[R2] a replay that breaks off is taken up where it broke", async (t) => {
  const { recorder, line, comeBack } = await enter(t, 1);
  const second = await comeBack(line);
  await second.letIn({ recovered: true, head: 9 });
  second.message(2);
  await recorder.message(2);
  const third = await comeBack(second);
  const { since } = await third.letIn({ recovered: true, head: 9 });
  assert.deepEqual(since, { epoch, seq: 2, id: messageAt(2).id });
});

test("a line that breaks between joined and its page leaves the old position: nothing counts as seen", async (t) => {
  const { line, comeBack, recorder, room } = await enter(t, 1);
  const second = await comeBack(line);
  const joined = next(room, "members");
  const { room: name, ref } = await second.next("join");
  second.send({ type: "joined", room: name, ref, epoch, head: 900, recovered: false, reason: "too_far", count: 1 });
  await joined;
  const third = await comeBack(second);
  assert.deepEqual((await third.next("join")).since, { epoch, seq: 1, id: messageAt(1).id });
  assert.deepEqual(recorder.shown, ["reset 1"]);
});

test("after 4104 the room is joined without a position", async (t) => {
  const { recorder, line, comeBack } = await enter(t, 2);
  const back = await comeBack(line, 4104);
  const reset = recorder.reset();
  assert.equal((await back.letIn({}, { messages: [messageAt(1)] })).since, undefined);
  await reset;
  assert.deepEqual(recorder.shown, ["reset 1,2", "reset 1"]);
});

test("[L4] the id is only given with the seq of its own message", async (t) => {
  const server = await startScriptedServer(t);
  const { client } = connectInSetTime(t, server.url);
  const recorder = new Recorder(client.join("general"));
  const line = await server.accept();
  // The head is an event that is no message.
  await Promise.all([line.admit({ head: 4 }, { messages: [messageAt(2)] }), recorder.reset()]);
  line.cut();
  await become(client, "waiting");
  client.retryNow();
  const back = await server.accept();
  assert.deepEqual((await back.admit({ recovered: true, head: 4 })).since, { epoch, seq: 4 });
});

test("[R5] heads that show the client behind make it join again, after a second look", async (t) => {
  const { recorder, line, time } = await enter(t, 2);
  line.send(heads(4));
  line.message(3);
  await recorder.message(3);
  time.pass(1999);
  assert.deepEqual(await line.unread(), []);
  time.pass(1);
  const { since } = await line.letIn({ recovered: true, head: 4 });
  assert.deepEqual(since, { epoch, seq: 3, id: messageAt(3).id });
  line.message(4);
  await recorder.message(4);
  assert.deepEqual(recorder.shown, ["reset 1,2", "message 3", "message 4"]);
});

test("[R5] a message that is only just behind the heads on the line is waited for", async (t) => {
  const { recorder, line, time } = await enter(t, 2);
  line.send(heads(2));
  line.send(heads(3));
  line.message(3);
  await recorder.message(3);
  time.pass(2000);
  assert.deepEqual(await line.unread(), []);
});

test("[R5] events that are no messages are asked for once, not at every heartbeat", async (t) => {
  const { client, recorder, line, time } = await enter(t, 2);
  const beat = async (seq: number) => {
    line.send(heads(seq));
    await heard(client, line);
    time.pass(2000);
  };
  await beat(5);
  await line.letIn({ recovered: true, head: 5 });
  for (let heartbeat = 0; heartbeat < 3; heartbeat++) await beat(5);
  assert.deepEqual(await line.unread(), []);
  await beat(6);
  const { since } = await line.letIn({ recovered: true, head: 6 });
  assert.deepEqual(since, { epoch, seq: 2, id: messageAt(2).id });
  line.message(7);
  await recorder.message(7);
  assert.deepEqual(recorder.shown, ["reset 1,2", "message 7"]);
});

test("[R5] heads of another epoch make it join again, and begin anew", async (t) => {
  const { client, recorder, line, time } = await enter(t, 2);
  line.send(heads(1, "zzzzzzzzzzzzzzzz"));
  await heard(client, line);
  time.pass(2000);
  const reset = recorder.reset();
  await line.letIn({ epoch: "zzzzzzzzzzzzzzzz", reason: "epoch" }, { messages: [messageAt(1)] });
  await reset;
  assert.deepEqual(recorder.shown, ["reset 1,2", "reset 1"]);
});

test("a gap in a run is no loss by itself: what has come is shown in order", async (t) => {
  const { recorder, line } = await enter(t, 2);
  line.message(5);
  line.message(9);
  await recorder.message(9);
  assert.deepEqual(recorder.shown, ["reset 1,2", "message 5", "message 9"]);
  assert.deepEqual(await line.unread(), []);
});
