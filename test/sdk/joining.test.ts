import assert from "node:assert/strict";
import { test } from "node:test";
import { enter } from "./support/enter.ts";
import { Recorder } from "./support/recorder.ts";
import { epoch, messageAt, startScriptedServer } from "./support/scripted-server.ts";
import { become, connectInSetTime, heard, next } from "./support/set-time.ts";

test("several rooms come back on their own, each from where it was", async (t) => {
  const { client, line, comeBack } = await enter(t, 2);
  const kitchen = client.join("КУХНЯ");
  assert.equal(kitchen.name, "кухня");
  const reset = next(kitchen, "reset");
  assert.equal((await line.letIn()).room, "кухня");
  await reset;
  assert.equal(client.join("Кухня"), kitchen);
  const back = await comeBack(line);
  const joins = [await back.next("join"), await back.next("join")];
  assert.deepEqual(
    joins.map(({ room, since }) => [room, since]),
    [
      ["general", { epoch, seq: 2, id: messageAt(2).id }],
      ["кухня", { epoch, seq: 0 }],
    ],
  );
});

test("more rooms than a connection may join at once come back spread out, not refused (4102)", async (t) => {
  const server = await startScriptedServer(t);
  const { client, time } = connectInSetTime(t, server.url);
  for (let room = 0; room < 100; room++) client.join(`ห้อง-${room}`);
  const line = await server.accept();
  await line.next("hello");
  line.welcome();
  await become(client, "open");
  assert.equal((await line.unread()).length, 64);
  time.pass(1000);
  assert.equal((await line.unread()).length, 80);
  time.pass(2000);
  assert.equal((await line.unread()).length, 100);
});

test("a page size is asked for, none too, and a live message never waits for a page that is not sent", async (t) => {
  const server = await startScriptedServer(t);
  const { client } = connectInSetTime(t, server.url);
  const recorder = new Recorder(client.join("general", { history: 0 }));
  const line = await server.accept();
  await line.next("hello");
  line.welcome();
  const { history, room, ref } = await line.next("join");
  assert.equal(history, 0);
  line.send({ type: "joined", room, ref, epoch, head: 2, recovered: false, count: 1 });
  line.message(3);
  await recorder.message(3);
  assert.deepEqual(recorder.shown, ["reset ", "message 3"]);
});

test("a room that may not be joined is refused by name, and joined again when asked for again", async (t) => {
  const server = await startScriptedServer(t);
  const { client } = connectInSetTime(t, server.url);
  const room = client.join("not a room");
  const line = await server.accept();
  await line.next("hello");
  line.welcome();
  const { ref } = await line.next("join");
  const [refused, error] = [next(room, "refused"), next(client, "error")];
  line.send({ type: "error", code: "bad_room", message: "назва кімнати", ref });
  assert.deepEqual([(await refused).code, (await error).message], ["bad_room", "назва кімнати"]);
  assert.equal(client.join("not a room"), room);
  assert.equal((await line.next("join")).room, "not a room");
});

for (const code of ["rate_limited", "unavailable"]) {
  test(`a join that is ${code} is tried again when the server says`, async (t) => {
    const server = await startScriptedServer(t);
    const { client, time } = connectInSetTime(t, server.url);
    const room = client.join("general");
    const line = await server.accept();
    await line.next("hello");
    line.welcome();
    const { ref } = await line.next("join");
    line.send({ type: "error", code, message: "later", ref, retry_after_ms: 700 });
    await heard(client, line);
    time.pass(699);
    assert.deepEqual(await line.unread(), []);
    time.pass(1);
    const reset = next(room, "reset");
    await line.letIn();
    await reset;
  });
}

test("a join that fails after its answer is tried again from the old position", async (t) => {
  const { client, line, comeBack, room, time, recorder } = await enter(t, 1);
  const back = await comeBack(line);
  const { ref } = await back.letIn({ recovered: true, head: 9 });
  back.message(2);
  await recorder.message(2);
  back.send({ type: "error", code: "unavailable", message: "the disk", ref });
  await heard(client, back);
  assert.ok(!room.joined);
  time.pass(1000);
  assert.equal((await back.letIn({ recovered: true, head: 9 })).since?.seq, 2);
});

test("a room that is left says so, comes back no more, and begins anew when joined again", async (t) => {
  const { client, line, comeBack, room, recorder } = await enter(t, 2);
  room.leave();
  room.leave();
  assert.equal((await line.next("leave")).room, "general");
  line.message(3);
  const back = await comeBack(line);
  await become(client, "open");
  assert.deepEqual([await back.unread(), room.joined, room.members, room.count], [[], false, undefined, 0]);
  assert.equal(client.join("general"), room);
  const reset = recorder.reset();
  assert.equal((await back.letIn({}, { messages: [messageAt(1)] })).since, undefined);
  await reset;
  assert.deepEqual(recorder.shown, ["reset 1,2", "reset 1"]);
});

test("a room that is left and joined at once is not confused by what belongs to its earlier stay", async (t) => {
  const { client, line, room, recorder } = await enter(t, 1);
  const left: unknown[] = [];
  room.on("user_left", (frame) => left.push(frame));
  room.leave();
  client.join("general");
  await line.next("leave");
  line.send({ type: "user_left", room: "general", user: { id: "u_ann", name: "Ann" }, count: 0 });
  line.message(2);
  const reset = recorder.reset();
  await line.letIn({}, { messages: [messageAt(1), messageAt(2)] });
  await reset;
  assert.deepEqual([recorder.shown, left], [["reset 1", "reset 1,2"], []]);
});
