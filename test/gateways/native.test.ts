import assert from "node:assert/strict";
import { randomFillSync } from "node:crypto";
import { test } from "node:test";
import { newMessageId } from "../../src/protocol/ids.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

const newId = () => newMessageId(randomFillSync);

test("[S3] what somebody types into Postman is enough: join with a name, then text", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.connect(t, url);
  ann.send('{"type":"join","name":"Ann"}');
  const welcome = await ann.take();
  assert.equal(welcome.type, "welcome");
  assert.deepEqual([(await ann.take()).type, (await ann.take()).type], ["joined", "history"]);
  ann.send('{"type":"message","text":"hi"}');
  const ack = await ann.take();
  const message = await ann.take();
  assert.ok(ack.type === "ack" && message.type === "message");
  assert.deepEqual(message, {
    type: "message",
    room: "general",
    seq: 1,
    id: ack.id,
    user: { id: (welcome.type === "welcome" && welcome.user.id) || "", name: "Ann" },
    text: "hi",
    ts: ack.ts,
  });
  assert.deepEqual({ seq: ack.seq, room: ack.room, dup: ack.dup }, { seq: 1, room: "general", dup: false });
  ann.send('{"type":"message","text":"hi"}');
  const again = await ann.next("ack");
  assert.deepEqual({ seq: again.seq, dup: again.dup, isNew: again.id !== ack.id }, { seq: 2, dup: false, isNew: true });
});

test("[R1] everybody in a room reads every message, in any script, in the order of seq", async (t) => {
  const { url } = await startTestServer(t);
  const texts = ["สวัสดีครับ น้ำ", "Привіт, як справи?", "👩‍👩‍👧‍👦 🟢", "שלום עולם", "line\nbreak", "a".repeat(4096)];
  const olya = await RawClient.join(t, url, { name: "Оля", room: "кухня" });
  const noi = await RawClient.join(t, url, { name: "น้อย", room: "КУХНЯ" });
  for (const text of texts) olya.send({ type: "message", text });
  for (const [index, text] of texts.entries()) {
    const message = await noi.next("message");
    assert.equal(message.seq, index + 1);
    assert.equal(message.text, text);
    assert.equal(message.room, "кухня");
  }
});

test("[S1] an id that comes again is one stored message, with its first seq and dup: true", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url, { name: "Ann" });
  const bob = await RawClient.join(t, url, { name: "Bob" });
  const id = newId();
  const [first, again] = await Promise.all([ann.say("once", { id }), bob.say("once", { id })]);
  assert.deepEqual([first.seq, again.seq], [1, 1]);
  assert.deepEqual([first.dup, again.dup].toSorted(), [false, true]);
  const post = await fetch(`${url}/rooms/general/messages`, {
    method: "POST",
    body: "once",
    headers: { "Idempotency-Key": id },
  });
  assert.deepEqual([post.status, await post.json()], [201, { room: "general", seq: 1, id, ts: first.ts, dup: true }]);
  assert.equal((await ann.say("next")).seq, 2);
});

test("[S1] an id that comes again with another text is id_conflict, and takes no seq", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url);
  const id = newId();
  await ann.say("one", { id });
  ann.send({ type: "message", text: "another", id });
  const error = await ann.next("error");
  assert.deepEqual([error.code, error.id], ["id_conflict", id]);
  assert.equal((await ann.say("two")).seq, 2);
});

test("[S2] the sends of one connection are stored in the order they came in", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url);
  const texts = Array.from({ length: 500 }, (_, index) => `message ${index}`);
  for (const text of texts) ann.send({ type: "message", text });
  const read = [];
  for (const _ of texts) read.push((await ann.next("message")).text);
  assert.deepEqual(read, texts);
});

test("commands sent without waiting are carried out in order: a message right behind its join is in the room", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.connect(t, url);
  ann.send({ type: "hello", name: "Ann" });
  ann.send({ type: "join", room: "one" });
  ann.send({ type: "join", room: "two" });
  ann.send({ type: "message", room: "one", text: "first" });
  ann.send({ type: "message", room: "two", text: "second" });
  ann.send({ type: "message", text: "which room?" });
  assert.equal((await ann.next("error")).code, "bad_frame");
  assert.deepEqual([(await ann.next("message")).room, (await ann.next("message")).room].toSorted(), ["one", "two"]);
});

test("typing is told to the others, not to who types, and ends with their message", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url, { name: "Ann" });
  const bob = await RawClient.join(t, url, { name: "Bob" });
  ann.send({ type: "typing" });
  const typing = await bob.next("typing");
  assert.deepEqual([typing.user.name, typing.active], ["Ann", true]);
  await ann.say("done");
  const ended = await bob.next("typing");
  assert.deepEqual([ended.user.name, ended.active], ["Ann", false]);
  assert.ok(!(await ann.settle()).some(({ type }) => type === "typing"));
});

test("a join by another name on a line that was greeted is answered by a welcome, whose token has that name", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.connect(t, url);
  ann.send({ type: "hello", name: "Alpha" });
  await ann.next("welcome");
  ann.send({ type: "join", room: "кухня", name: "Бета" });
  const { user, token } = await ann.next("welcome");
  assert.equal(user.name, "Бета");
  await ann.next("joined");
  ann.socket.close(1000);
  await ann.closed;
  const back = await RawClient.join(t, url, { token });
  assert.equal(back.welcome.user.name, "Бета");
});

test("who is here is listed, and who comes, goes and changes their name is told", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url, { name: "Ann" });
  const bob = await RawClient.join(t, url, { name: "Bob" });
  assert.deepEqual(
    bob.joined.members?.map(({ name }) => name),
    ["Ann", "Bob"],
  );
  const came = await ann.next("user_joined");
  assert.deepEqual([came.user.name, came.count], ["Bob", 2]);
  bob.send({ type: "rename", name: "Робін" });
  const renamed = await ann.next("user_renamed");
  assert.deepEqual([renamed.was, renamed.user.name, renamed.user.id], ["Bob", "Робін", bob.welcome.user.id]);
  assert.equal((await bob.next("welcome")).user.name, "Робін");
  bob.send({ type: "leave" });
  const left = await ann.next("user_left");
  assert.deepEqual([left.user.name, left.count], ["Робін", 1]);
  assert.equal((await bob.next("user_left")).user.name, "Робін");
  bob.send({ type: "message", text: "still here?" });
  assert.equal((await bob.next("error")).code, "not_joined");
});

test("a name in use, whatever its case, is refused with a free one; so are the operator's and generated ones", async (t) => {
  const { url } = await startTestServer(t);
  await RawClient.join(t, url, { name: "Оля" });
  for (const name of ["ОЛЯ", "server", "Сервер", "เซิร์ฟเวอร์", "user_abcdef12"]) {
    const other = await RawClient.connect(t, url);
    other.send({ type: "join", name, ref: "r1" });
    const error = await other.next("error");
    assert.deepEqual([error.code, error.ref], ["name_taken", "r1"]);
    assert.ok(error.suggestion);
    other.send({ type: "join", ...(error.suggestion && !name.startsWith("user_") && { name: error.suggestion }) });
    assert.ok((await other.next("welcome")).user.name);
  }
});

test("who brings no name gets one of the generated form", async (t) => {
  const { url } = await startTestServer(t);
  const guest = await RawClient.join(t, url);
  assert.match(guest.welcome.user.name, /^user_[a-z]{6}\d{2}$/);
});

test("a token brings its owner back under their name, also after a restart; a forged one makes a new guest", async (t) => {
  const first = await startTestServer(t);
  const ann = await RawClient.join(t, first.url, { name: "Ann" });
  await first.stop();
  const second = await startTestServer(t, { data: first.data });
  const back = await RawClient.join(t, second.url, { token: ann.welcome.token });
  assert.deepEqual(back.welcome.user, ann.welcome.user);
  const forged = await RawClient.join(t, second.url, { token: `${ann.welcome.token.slice(0, -2)}xx` });
  assert.notEqual(forged.welcome.user.id, ann.welcome.user.id);
});

test("two lines with one token are one member", async (t) => {
  const { url } = await startTestServer(t);
  const bob = await RawClient.join(t, url, { name: "Bob" });
  const desk = await RawClient.join(t, url, { name: "Ann" });
  const phone = await RawClient.join(t, url, { token: desk.welcome.token });
  assert.equal(phone.joined.count, 2);
  await bob.next("user_joined");
  desk.leave();
  await desk.closed;
  assert.deepEqual(await bob.settle(), []);
  phone.leave();
  assert.equal((await bob.next("user_left")).user.name, "Ann");
});

test("[K5] somebody whose line breaks and who comes back with their token never left", async (t) => {
  const { url } = await startTestServer(t);
  const bob = await RawClient.join(t, url, { name: "Bob" });
  const ann = await RawClient.join(t, url, { name: "Ann" });
  await bob.next("user_joined");
  ann.socket.terminate();
  await ann.closed;
  const back = await RawClient.join(t, url, { token: ann.welcome.token });
  assert.equal(back.joined.count, 2);
  assert.deepEqual(await bob.settle(), []);
});

test("history pages backwards and forwards, at most its limit, and says whether there is more", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url);
  for (let index = 1; index <= 30; index++) ann.send({ type: "message", text: `m${index}` });
  for (let index = 1; index <= 30; index++) await ann.next("message");
  const page = async (request: object) => {
    ann.send({ type: "history", ref: "h", ...request });
    const { messages, more, ref } = await ann.next("history");
    assert.equal(ref, "h");
    return [messages.map(({ seq }) => seq), more];
  };
  assert.deepEqual(await page({ before: 4, limit: 10 }), [[1, 2, 3], false]);
  assert.deepEqual(await page({ before: 11, limit: 3 }), [[8, 9, 10], true]);
  assert.deepEqual(await page({ after: 27, limit: 3 }), [[28, 29, 30], false]);
  assert.deepEqual(await page({ after: 0, limit: 2 }), [[1, 2], true]);
  assert.deepEqual(await page({ limit: 1 }), [[30], true]);
});
