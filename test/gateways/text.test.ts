import assert from "node:assert/strict";
import { test } from "node:test";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";
import { TextClient } from "../support/text-client.ts";

const page = (url: string) => ({ origin: url });

test("plain text: the sender reads You said, everybody else Someone says, and a break in a text stays", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await TextClient.connect(t, url, "/");
  const bob = await TextClient.connect(t, url, "/");
  // Both are listeners before anything is said: a round trip each makes sure.
  ann.send("first");
  assert.equal(await ann.next(), "You said: first");
  assert.equal(await bob.next(), "Someone says: first");
  bob.send("สวัสดี\nПривіт 👋");
  assert.equal(await bob.next(), "You said: สวัสดี\nПривіт 👋");
  assert.equal(await ann.next(), "Someone says: สวัสดี\nПривіт 👋");
});

test("plain text: a program listens at once and is nobody's member until it speaks", async (t) => {
  const { url } = await startTestServer(t);
  const listener = await TextClient.connect(t, url, "/");
  const ann = await RawClient.join(t, url, { name: "Ann" });
  assert.equal(ann.joined.count, 1);
  await ann.say("hello");
  assert.equal(await listener.next(), "Someone says: hello");
  listener.send("now I speak");
  const came = await ann.next("user_joined");
  assert.match(came.user.name, /^user_[a-z]{6}\d{2}$/);
  assert.equal((await ann.next("message")).user.id, came.user.id);
});

test("plain text: a page that has said nothing does not read the operator either", async (t) => {
  const server = await startTestServer(t);
  const quiet = await TextClient.connect(t, server.url, "/", page(server.url));
  const program = await TextClient.connect(t, server.url, "/");
  server.broadcast("перерва");
  assert.equal(await program.next(), "🟢 Server: перерва");
  quiet.send("here I am");
  assert.equal(await quiet.next(), "You said: here I am");
});

test("plain text: a page reads nothing before its first frame, and then as everybody does", async (t) => {
  const { url } = await startTestServer(t);
  const quiet = await TextClient.connect(t, url, "/", page(url));
  const ann = await RawClient.join(t, url, { name: "Ann" });
  await ann.say("unheard");
  quiet.send("here I am");
  assert.equal(await quiet.next(), "You said: here I am");
  await ann.say("heard");
  assert.equal(await quiet.next(), "Someone says: heard");
});

test("plain text: who has sent nothing but blanks is still nobody, and a page may still speak JSON", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url, { name: "Ann" });
  const [program, later] = [await TextClient.connect(t, url, "/"), await TextClient.connect(t, url, "/", page(url))];
  for (const text of ["", " \u200b "]) for (const client of [program, later]) client.send(text);
  later.send('{"type":"join","name":"Пізно"}');
  assert.equal(JSON.parse(String(await later.next())).user.name, "Пізно");
  assert.equal((await ann.next("user_joined")).user.name, "Пізно");
  program.send("я тут");
  assert.match((await ann.next("user_joined")).user.name, /^user_/);
  assert.equal(await program.next(), "You said: я тут");
});

test("plain text: what a language asks for is what it reads", async (t) => {
  const { url } = await startTestServer(t, { lang: "ru" });
  const olya = await TextClient.connect(t, url, "/?lang=uk");
  const boris = await TextClient.connect(t, url, "/");
  olya.send("привіт");
  assert.equal(await olya.next(), "Ви сказали: привіт");
  assert.equal(await boris.next(), "Кто-то говорит: привіт");
});

test("what a browser accepts changes the errors of JSON by hand, and no text gateway", async (t) => {
  const { url } = await startTestServer(t);
  const ukrainian = { headers: { "Accept-Language": "uk" } };
  const ann = await TextClient.connect(t, url, "/", ukrainian);
  ann.send('{"type":"join","room":"a b"}');
  assert.match(JSON.parse(String(await ann.next())).message, /Назва кімнати/);
  const tooLong = "This text is too long: at most 4,096 characters.";
  for (const [path, ...read] of [
    ["/", `🟢 Server: ${tooLong}`, "You said: hi"],
    ["/ws", `🟢 Server: ${tooLong}`, "User: hi"],
    ["/chat/kitchen?name=Bob", "server :: Bob joined", `server :: ${tooLong}`, "Bob :: hi"],
  ] as const) {
    const bob = await TextClient.connect(t, url, path, ukrainian);
    bob.send("x".repeat(4097));
    bob.send("hi");
    for (const line of read) assert.equal(await bob.next(), line);
  }
});

test("plain text: blank is passed over in silence, too long is told, a binary frame is closed with 1003", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await TextClient.connect(t, url, "/");
  ann.send(" \n ");
  ann.send("x".repeat(4097));
  assert.match(String(await ann.next()), /^🟢 Server: .*too long/);
  ann.send("fine");
  assert.equal(await ann.next(), "You said: fine");
  ann.send(new Uint8Array([1, 2]));
  assert.equal(await ann.closed, 1003);
});

test("JSON by hand: a first join turns the line to JSON, with the last ten messages as lines", async (t) => {
  const { url } = await startTestServer(t);
  const writer = await RawClient.join(t, url, { name: "Оля" });
  for (let index = 1; index <= 12; index++) await writer.say(`m${index}\nnext`);
  for (const [options, last] of [
    [{}, /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] Оля: m12⏎next$/],
    [page(url), /\] Ann: hi$/],
  ] as const) {
    const ann = await TextClient.connect(t, url, "/", options);
    ann.send('{"type":"join","name":"Ann"}');
    const frames = [];
    while (frames.at(-1)?.type !== "history") frames.push(JSON.parse(String(await ann.next())));
    assert.deepEqual(
      frames.map(({ type }) => type),
      ["welcome", "joined", "history"],
    );
    const { messages, more } = frames[2];
    assert.deepEqual([messages.length, more], [10, true]);
    assert.match(messages[9], last);
    ann.send('{"type":"message","text":"hi"}');
    assert.equal(JSON.parse(String(await ann.next())).type, "ack");
    const message = JSON.parse(String(await ann.next()));
    assert.deepEqual([message.type, message.user.name, message.text], ["message", "Ann", "hi"]);
    ann.socket.close(1000);
    await ann.closed;
  }
});

test("JSON by hand: JSON that is no join, or comes later, is plain text", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await TextClient.connect(t, url, "/");
  ann.send('{"type":"message"}');
  assert.equal(await ann.next(), 'You said: {"type":"message"}');
  ann.send('{"type":"join"}');
  assert.equal(await ann.next(), 'You said: {"type":"join"}');
});

test("room text: the last ten, one's own coming in, then name :: text for everybody", async (t) => {
  const { url } = await startTestServer(t);
  const noi = await RawClient.join(t, url, { name: "น้อย", room: "ห้องเรียน" });
  for (let index = 1; index <= 12; index++) await noi.say(`m${index}\nnext`);
  const path = `/chat/${encodeURIComponent("ห้องเรียน")}`;
  const ann = await TextClient.connect(t, url, `${path}?name=Ann`);
  for (let index = 3; index <= 12; index++) assert.equal(await ann.next(), `น้อย :: m${index}⏎next`);
  assert.equal(await ann.next(), "server :: Ann joined");
  const guest = await TextClient.connect(t, url, path);
  assert.match(String(await ann.next()), /^server :: user_[a-z]{6}\d\d joined$/);
  ann.send("hi");
  assert.equal(await ann.next(), "Ann :: hi");
  guest.socket.close(1000);
  assert.match(String(await ann.next()), /^server :: user_[a-z]{6}\d\d left$/);
  noi.send({ type: "rename", name: "Noi" });
  assert.equal(await ann.next(), "server :: น้อย is now Noi");
});

test("room text: a question mark in a name, or in the access key, is part of it", async (t) => {
  const { url } = await startTestServer(t, { accessKey: "what?" });
  const ann = await TextClient.connect(t, url, "/chat/kitchen?key=what?&name=Ann?");
  assert.equal(await ann.next(), "server :: Ann? joined");
});

test("room text: a bad room, a bad name and a name in use are refused in the handshake, with the rule", async (t) => {
  const { url } = await startTestServer(t);
  await RawClient.join(t, url, { name: "Ann" });
  const cases: readonly (readonly [string, number, string, RegExp])[] = [
    ["/chat/a%20b", 400, "bad_room", /letters, digits/],
    ["/chat/..%2fx", 400, "bad_room", /letters, digits/],
    ["/chat/", 400, "bad_room", /letters, digits/],
    ["/chat/%ff", 400, "bad_room", /letters, digits/],
    ["/chat/general?name=a:b", 400, "bad_name", /1 to 32/],
    ["/chat/general?name=ANN", 409, "name_taken", /ANN2/],
  ];
  for (const [path, status, code, rule] of cases) {
    const refusal = await TextClient.refusal(url, path);
    assert.deepEqual([refusal.status, JSON.parse(refusal.body).code], [status, code], path);
    assert.match(JSON.parse(refusal.body).detail, rule);
  }
});

test("open text: everybody, the sender too, reads User: text, whoever said it", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await TextClient.connect(t, url, "/ws");
  const bob = await TextClient.connect(t, url, "/ws?lang=uk");
  bob.send("раз\nдва");
  assert.equal(await bob.next(), "Користувач: раз\nдва");
  assert.equal(await ann.next(), "User: раз\nдва");
  await fetch(`${url}/rooms/general/messages`, { method: "POST", body: "from curl" });
  assert.equal(await ann.next(), "User: from curl");
});

test("echo: text is answered, bytes come back unchanged, up to the bound of a frame", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await TextClient.connect(t, url, "/echo");
  const olya = await TextClient.connect(t, url, "/echo?lang=uk");
  ann.send("hi 👋");
  assert.equal(await ann.next(), "Server answers: hi 👋");
  olya.send("привіт");
  assert.equal(await olya.next(), "Сервер відповідає: привіт");
  const bytes = Buffer.alloc(64 * 1024, 7);
  ann.send(bytes);
  assert.deepEqual(await ann.next(), bytes);
  for (let index = 0; index < 200; index++) ann.send(bytes);
  for (let index = 0; index < 200; index++) assert.deepEqual(await ann.next(), bytes);
  ann.send(Buffer.alloc(64 * 1024 + 1));
  assert.equal(await ann.closed, 1009);
});
