import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultLimits } from "../../src/protocol/limits.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

const nested = `${'{"type":"message","text":'}${"[".repeat(10_000)}${"]".repeat(10_000)}}`;

const refusals: readonly (readonly [what: string, frame: string, code: string])[] = [
  ["what is not JSON", "hello", "bad_json"],
  ["an empty frame", "", "bad_json"],
  ["JSON that is no object", "[1,2]", "bad_json"],
  ["null", "null", "bad_json"],
  ["a frame without a type", '{"text":"hi"}', "bad_frame"],
  ["a type that is no string", '{"type":7}', "bad_frame"],
  ["an unknown type", '{"type":"shout"}', "unknown_type"],
  ["a type that every object has", '{"type":"constructor"}', "unknown_type"],
  ["__proto__ as a type", '{"type":"__proto__"}', "unknown_type"],
  ["__proto__ as a field", '{"__proto__":{"type":"ping"},"type":"message"}', "bad_frame"],
  ["a message without text", '{"type":"message"}', "bad_frame"],
  ["a text that is no string", '{"type":"message","text":{"a":1}}', "bad_frame"],
  ["arrays 10,000 deep", nested, "bad_frame"],
  ["a lone surrogate", '{"type":"message","text":"\\ud83d"}', "bad_text"],
  ["an id with a slash", '{"type":"message","text":"hi","id":"aaaaaaaa/aaaaaaaaaaa"}', "bad_id"],
  ["a short id", '{"type":"message","text":"hi","id":"short"}', "bad_id"],
  ["a name with a control character", '{"type":"rename","name":"a\\u0007b"}', "bad_name"],
  ["a name with an escape sequence", '{"type":"rename","name":"\\u001b[31mred"}', "bad_name"],
  ["a name that turns the line round", '{"type":"rename","name":"a\\u202eb"}', "bad_name"],
  ["a name with a colon", '{"type":"rename","name":"a::b"}', "bad_name"],
  ["a name of digits", '{"type":"rename","name":"12345"}', "bad_name"],
  ["the room ../x", '{"type":"join","room":"../x"}', "bad_room"],
  ["the empty room", '{"type":"join","room":""}', "bad_room"],
  ["a room with a space", '{"type":"join","room":"a b"}', "bad_room"],
  ["a negative position", '{"type":"history","before":-1}', "bad_frame"],
  ["too large a page", '{"type":"history","limit":101}', "bad_frame"],
  ["half a position", '{"type":"join","since":{"seq":3}}', "bad_frame"],
];

for (const [what, frame, code] of refusals) {
  test(`bad input: ${what} is refused as ${code}, and the connection goes on`, async (t) => {
    const { url } = await startTestServer(t);
    const ann = await RawClient.join(t, url);
    ann.send(frame);
    const error = await ann.next("error");
    assert.equal(error.code, code);
    assert.ok(error.message.length > 10 && !/\{\w+\}/.test(error.message), error.message);
    assert.equal((await ann.say("and on it goes")).seq, 1);
  });
}

test("a refusal carries the ref or id of what it refuses, and the words of the language asked for", async (t) => {
  const { url } = await startTestServer(t);
  const olya = await RawClient.connect(t, url);
  olya.send({ type: "hello", lang: "uk-UA" });
  olya.send({ type: "join", room: "a b", ref: "mine" });
  const refused = await olya.next("error");
  assert.deepEqual([refused.code, refused.ref], ["bad_room", "mine"]);
  assert.match(refused.message, /Назва кімнати/);
  olya.send({ type: "message", id: "a".repeat(20), text: "hi" });
  assert.deepEqual([(await olya.next("error")).id], ["a".repeat(20)]);
});

test("errors are told in hello.lang, else in what the handshake accepts, else in the server's language", async (t) => {
  const { url } = await startTestServer(t, { lang: "ru" });
  const told = async (accepted: string | undefined, ...first: object[]) => {
    const client = await RawClient.connect(t, url, accepted ? { headers: { "Accept-Language": accepted } } : {});
    for (const frame of first) client.send(frame);
    client.send("{");
    return (await client.next("error")).message;
  };
  assert.match(await told("de, uk-UA;q=0.9, th;q=0.8"), /^Це не об’єкт JSON/);
  assert.match(await told("uk", { type: "hello", lang: "th" }), /^นี่ไม่ใช่ออบเจกต์ JSON/);
  assert.match(await told("uk", { type: "hello", lang: "de" }), /^Це не об’єкт JSON/);
  assert.match(await told("de"), /^Это не объект JSON/);
  assert.match(await told(undefined), /^Это не объект JSON/);
});

test("text: blank is empty, 4,096 code points fit, one more is too_long, whatever their width", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url);
  const refusalOf = async (text: string) => {
    ann.send({ type: "message", text });
    return (await ann.next("error")).code;
  };
  for (const blank of ["", " ", "\n\t ", "\u200b\u2060", "\u3000"]) assert.equal(await refusalOf(blank), "empty");
  assert.equal(await refusalOf("👋".repeat(4097)), "too_long");
  assert.equal(await refusalOf("a".repeat(4097)), "too_long");
  assert.equal((await ann.say("👋".repeat(4096))).seq, 1);
});

test("a connection joins at most so many rooms, then reads too_many_rooms", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url);
  for (let index = 1; index <= 128; index++) ann.send({ type: "join", room: `room-${index}` });
  const error = await ann.next("error");
  assert.equal(error.code, "too_many_rooms");
});

test("the fifth thing that is not a frame of this protocol ends the connection with 4000", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url);
  for (let index = 0; index < 5; index++) ann.send("nonsense");
  assert.equal(await ann.closed, 4000);
});

test("names, rooms, texts and ids that cannot be are refused, however many, and end nothing [B2]", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url);
  for (const name of ["a:b", "123", "", "a\u200bb", "x".repeat(33)]) ann.send({ type: "rename", name });
  for (const room of ["a b", "../x", "", "c/d", "e f"]) ann.send({ type: "join", room });
  for (const id of ["short", "-", "a/b"]) ann.send({ type: "message", text: "hi", id });
  ann.send('{"type":"message","text":"\\ud83d"}');
  assert.equal((await ann.say("still here")).seq, 1);
});

test("an unserved version of the protocol is closed with 4004", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.connect(t, url);
  ann.send({ type: "hello", v: 2 });
  assert.equal(await ann.closed, 4004);
});

test("a binary frame is closed with 1003, one of 10 MiB with 1009, and the others talk on", async (t) => {
  const { url } = await startTestServer(t);
  const bystander = await RawClient.join(t, url);
  const binary = await RawClient.connect(t, url);
  binary.send(new Uint8Array([1, 2, 3]));
  assert.equal(await binary.closed, 1003);
  const huge = await RawClient.connect(t, url);
  huge.send("x".repeat(10 * 1024 * 1024));
  assert.equal(await huge.closed, 1009);
  assert.equal((await bystander.say("unharmed")).seq, 1);
});

test("[B1] who does not read is closed once more waits than may, and the others are served on", async (t) => {
  let disconnected = () => {};
  const gone = new Promise<void>((resolve) => {
    disconnected = resolve;
  });
  const { url } = await startTestServer(
    t,
    { limits: { ...defaultLimits, sendRate: 0, maxText: 0, maxQueue: 64 * 1024, maxQueueMs: 0 } },
    { connected() {}, received() {}, disconnected },
  );
  const slow = await RawClient.join(t, url, { name: "Slow" });
  const writer = await RawClient.join(t, url, { name: "Writer" });
  slow.socket.pause();
  let isGone = false;
  void gone.then(() => {
    isGone = true;
  });
  // The kernel's own buffers fill first, however large they are.
  let stored = 0;
  while (!isGone) stored = (await writer.say("x".repeat(60_000))).seq;
  const fresh = await RawClient.join(t, url, { name: "Fresh" });
  assert.equal(fresh.joined.head, stored);
  slow.socket.resume();
  assert.ok([4103, 1006].includes(await slow.closed));
});

test("[B2] what follows a frame for which a line is closed is not carried out", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url, { name: "Ann" });
  for (const lastFrames of [[{ type: "hello", v: 9 }], Array.from({ length: 5 }, () => "junk")]) {
    const stranger = await RawClient.connect(t, url);
    for (const frame of lastFrames) stranger.send(frame);
    stranger.send({ type: "join", name: "Late" });
    await stranger.closed;
  }
  const { joined } = await RawClient.join(t, url, { name: "Bob" });
  assert.deepEqual(
    joined.members?.map(({ name }) => name),
    ["Ann", "Bob"],
  );
  assert.ok((await ann.settle()).every((frame) => frame.type !== "user_joined" || frame.user.name === "Bob"));
});
