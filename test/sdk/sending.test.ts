import assert from "node:assert/strict";
import { test } from "node:test";
import { ChatRefusal, memoryOutbox, type OutgoingState, type Room } from "../../src/sdk/index.ts";
import { enter } from "./support/enter.ts";
import { textOf } from "./support/recorder.ts";
import { epoch, messageAt, startScriptedServer } from "./support/scripted-server.ts";
import { become, connectInSetTime, heard, next } from "./support/set-time.ts";

/** What became of a room's messages, as one line a change. */
function outcomes(room: Room): string[] {
  const seen: string[] = [];
  const detail = (state: OutgoingState) =>
    state.at === "sent" ? ` ${state.seq}` : state.at === "refused" ? ` ${state.code}` : "";
  room.on("outgoing", ({ message, state }) => seen.push(`${textOf(message)}: ${state.at}${detail(state)}`));
  return seen;
}

test("[S1] a message goes out under an id of its own and is settled by its ack", async (t) => {
  const { room, line, time } = await enter(t, 1);
  const seen = outcomes(room);
  const message = room.send("สวัสดีครับ 👋", { replyTo: messageAt(1).id as never });
  assert.deepEqual([room.outgoing, message.at], [[message], time.now()]);
  const sent = await line.next("message");
  assert.match(`${sent.id}`, /^[A-Za-z0-9_-]{16,64}$/);
  assert.deepEqual(sent, {
    type: "message",
    room: "general",
    text: "สวัสดีครับ 👋",
    id: message.id,
    reply_to: messageAt(1).id,
  });
  const settled = room.settled(message);
  line.ack(sent, 2);
  assert.deepEqual(await settled, { seq: 2, ts: "2026-01-02T03:04:05.678Z" });
  assert.deepEqual(await room.settled(message), await settled);
  assert.deepEqual([room.outgoing, seen], [[], ["สวัสดีครับ 👋: sending", "สวัสดีครับ 👋: sent 2"]]);
});

test("[K3] what is not acknowledged is sent again in order, with the same ids, and what is new queues behind", async (t) => {
  const { room, line, comeBack } = await enter(t, 0);
  const texts = ["перше", "друге", "третє"];
  const [first, second] = texts.slice(0, 2).map((text) => room.send(text));
  assert.equal((await line.next("message")).id, first?.id);
  const back = await comeBack(line);
  const third = room.send("третє");
  await back.letIn({ recovered: true });
  for (const [index, message] of [first, second, third].entries()) {
    const sent = await back.next("message");
    assert.deepEqual([sent.id, sent.text], [message?.id, texts[index]]);
    // The first one had been stored before the line broke.
    back.ack(sent, index + 1, index === 0);
  }
  assert.ok(third);
  assert.equal((await room.settled(third)).seq, 3);
  assert.deepEqual(room.outgoing, []);
});

test("[K3] nothing is sent before the room is joined on the new line", async (t) => {
  const { client, room, line, comeBack } = await enter(t, 0);
  room.send("wait for it");
  await line.next("message");
  const back = await comeBack(line);
  await become(client, "open");
  assert.deepEqual(
    (await back.unread()).map(({ type }) => type),
    ["join"],
  );
  await back.letIn({ recovered: true });
  assert.equal((await back.next("message")).text, "wait for it");
});

test("[K3] what an earlier program left in the outbox is sent when its room is joined", async (t) => {
  const server = await startScriptedServer(t);
  const outbox = memoryOutbox();
  const early = connectInSetTime(t, "http://127.0.0.1:1", { outbox }).client;
  for (const text of ["раз", "два"]) early.join("кухня").send(text);
  early.join("another").send("elsewhere");
  early.close();
  const { client } = connectInSetTime(t, server.url, { outbox });
  const room = client.join("кухня");
  assert.deepEqual(room.outgoing.map(textOf), ["раз", "два"]);
  const [left] = room.outgoing;
  const line = await server.accept();
  await line.admit();
  for (const text of ["раз", "два"]) {
    const sent = await line.next("message");
    assert.equal(sent.text, text);
    line.ack(sent, 1, true);
  }
  assert.ok(left);
  assert.equal((await room.settled(left)).seq, 1);
  await next(room, "outgoing", ({ message, state }) => textOf(message) === "два" && state.at === "sent");
  assert.deepEqual(outbox.all().map(textOf), ["elsewhere"]);
});

for (const [code, retry, waits] of [
  ["rate_limited", 2500, 2500],
  ["unavailable", 300, 300],
  ["unavailable", undefined, 1000],
] as const) {
  test(`a message that is ${code} (${retry ?? "no"} retry_after_ms) is sent again ${waits} ms later, before all others`, async (t) => {
    const { client, room, line, time } = await enter(t, 0);
    const seen = outcomes(room);
    for (const text of ["one", "two"]) room.send(text);
    const { id } = await line.next("message");
    line.send({ type: "error", code, message: "later", id, ...(retry && { retry_after_ms: retry }) });
    await heard(client, line);
    room.send("three");
    time.pass(waits - 1);
    assert.deepEqual(await line.unread(), []);
    time.pass(1);
    for (const [index, text] of ["one", "two", "three"].entries()) {
      const sent = await line.next("message");
      assert.equal(sent.text, text);
      if (index === 0) assert.equal(sent.id, id);
      line.ack(sent, index + 1);
    }
    await next(room, "outgoing", ({ state }) => state.at === "sent" && state.seq === 3);
    assert.deepEqual(seen.slice(3), ["one: sent 1", "two: sent 2", "three: sent 3"]);
  });
}

test("a pause goes on over a break: the server counts the person, not the line", async (t) => {
  const { client, room, line, time, comeBack } = await enter(t, 0);
  room.send("patience");
  const { id } = await line.next("message");
  line.send({ type: "error", code: "rate_limited", message: "later", id, retry_after_ms: 5000 });
  await heard(client, line);
  const back = await comeBack(line);
  const joined = next(room, "members");
  await back.letIn({ recovered: true });
  await joined;
  assert.deepEqual(await back.unread(), []);
  time.pass(5000);
  assert.equal((await back.next("message")).id, id);
});

test("a message that is refused leaves the outbox, and the next one is sent", async (t) => {
  const { room, line } = await enter(t, 0);
  const seen = outcomes(room);
  const [empty, fine] = [room.send(" "), room.send("fine")];
  const refusal = assert.rejects(room.settled(empty), (error) => {
    assert.ok(error instanceof ChatRefusal);
    return error.code === "empty" && error.message === "нечего отправлять";
  });
  const { id } = await line.next("message");
  line.send({ type: "error", code: "empty", message: "нечего отправлять", id });
  await refusal;
  await assert.rejects(room.settled(empty), ChatRefusal);
  line.ack(await line.next("message"), 1);
  await room.settled(fine);
  assert.deepEqual(seen, [" : sending", "fine: sending", " : refused empty", "fine: sent 1"]);
});

test("a message larger than the server's frames is refused here: sent, it would end the line for good", async (t) => {
  const server = await startScriptedServer(t);
  const { client } = connectInSetTime(t, server.url);
  const room = client.join("general");
  const line = await server.accept();
  await line.next("hello");
  line.welcome(undefined, { max_frame: 1000 });
  const joined = next(room, "reset");
  await line.letIn();
  await joined;
  const [large, small] = [room.send("ก".repeat(400)), room.send("ก".repeat(200))];
  await assert.rejects(room.settled(large), { code: "too_long" });
  assert.equal((await line.next("message")).id, small.id);
});

test("a server that holds the client to be outside is joined again, and then the message is sent", async (t) => {
  const { room, line, time, client } = await enter(t, 2);
  const message = room.send("am I here?");
  const { id } = await line.next("message");
  line.send({ type: "error", code: "not_joined", message: "join first", id });
  await heard(client, line);
  assert.ok(!room.joined);
  time.pass(1000);
  assert.deepEqual((await line.letIn({ recovered: true, head: 2 })).since, { epoch, seq: 2, id: messageAt(2).id });
  line.ack(await line.next("message"), 3);
  assert.equal((await room.settled(message)).seq, 3);
});

test("a room joined again on the same line does not send again what is under way", async (t) => {
  const { client, room, line, time } = await enter(t, 2);
  room.send("once");
  const sent = await line.next("message");
  line.send({ type: "heads", rooms: { general: { epoch, seq: 3 } } });
  await heard(client, line);
  time.pass(2000);
  const joined = next(room, "members");
  await line.letIn({ recovered: true, head: 3 });
  await joined;
  assert.deepEqual(await line.unread(), []);
  line.ack(sent, 3);
  await next(room, "outgoing");
});

test("what was sent before the room was left is still settled; what was not waits for the next join", async (t) => {
  const { client, room, line } = await enter(t, 0);
  const [before, after] = [room.send("before"), room.send("after")];
  const sent = await line.next("message");
  room.leave();
  await line.next("leave");
  line.ack(sent, 1);
  assert.equal((await room.settled(before)).seq, 1);
  assert.deepEqual([await line.unread(), room.outgoing], [[], [after]]);
  client.join("general");
  await line.letIn();
  assert.equal((await line.next("message")).id, after.id);
});

test("what was not sent before the room was left can be given up: no later join sends it", async (t) => {
  const outbox = memoryOutbox();
  const { client, room, line } = await enter(t, 0, { outbox });
  room.send("before");
  const after = room.send("after");
  const settled = assert.rejects(room.settled(after), { code: "not_joined" });
  const sent = await line.next("message");
  room.leave({ discard: true });
  await line.next("leave");
  await settled;
  line.ack(sent, 1);
  assert.deepEqual([room.outgoing, outbox.all()], [[], []]);
  client.join("general");
  await line.letIn();
  await heard(client, line);
  assert.deepEqual(await line.unread(), []);
});

test("messages of one moment, or of a clock that goes back, keep their order in the outbox", async (t) => {
  const outbox = memoryOutbox();
  const { room, time } = await enter(t, 0, { outbox });
  const texts = ["a", "b", "c", "d"];
  for (const text of texts) {
    room.send(text);
    time.now = () => Date.UTC(2025, 0, 1);
  }
  assert.deepEqual(outbox.all().map(textOf), texts);
});

test("nobody waits for a message that is not there", async (t) => {
  const { room } = await enter(t, 0);
  const stranger = { ...room.send("mine"), id: "another-id-000000" as never };
  await assert.rejects(room.settled(stranger), /No such message/);
});
