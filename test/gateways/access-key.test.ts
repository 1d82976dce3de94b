import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { behindKeyLine } from "../../src/gateways/support/key-line.ts";
import { RawClient } from "../support/client.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { startTestServer } from "../support/server.ts";
import { TcpClient } from "../support/tcp-client.ts";
import { TextClient } from "../support/text-client.ts";
import { uncounted } from "../support/uncounted.ts";

const key = "ключ & ญ";
const query = `key=${encodeURIComponent(key)}`;
const authorization = `Basic ${Buffer.from(`:${key}`).toString("base64")}`;
const aPage = (url: string) => ({ headers: { Origin: url } });

const post = (url: string, text: string, room = "general") =>
  fetch(`${url}/rooms/${room}/messages`, { method: "POST", body: text, headers: { Authorization: authorization } });

/** One that has given the key, and is in `general`. */
async function insider(t: Parameters<typeof RawClient.connect>[0], url: string, name = "Ann"): Promise<RawClient> {
  const ann = await RawClient.connect(t, url);
  ann.send({ type: "join", name, key });
  await ann.next("history");
  return ann;
}

for (const path of ["/", "/chat/general", "/chat/general?name=Ann", "/ws", "/echo"]) {
  test(`[D6] ${path} is refused in the handshake without the key, and open with it`, async (t) => {
    const { url } = await startTestServer(t, { accessKey: key });
    await insider(t, url);
    const and = path.includes("?") ? "&" : "?";
    for (const bad of ["", `${and}key=`, `${and}key=wrong`]) {
      const { status, body } = await TextClient.refusal(url, path + bad);
      assert.equal(status, 401, bad);
      // Not even whether a name is in use.
      assert.equal((JSON.parse(body) as { code: string }).code, "key_required");
    }
    const free = path.replace("Ann", "Bob");
    const byQuery = await TextClient.connect(t, url, `${free}${and}${query}`);
    byQuery.send("привіт 👋");
    while (!String(await byQuery.next()).includes("привіт 👋"));
    byQuery.socket.terminate();
    await byQuery.closed;
    const byHeader = await TextClient.connect(t, url, path.replace("Ann", "Noi"), { headers: { authorization } });
    byHeader.send("สวัสดี");
    while (!String(await byHeader.next()).includes("สวัสดี"));
  });
}

test("[D6] unknown paths are no more known to a stranger than known ones", async (t) => {
  const { url } = await startTestServer(t, { accessKey: key });
  assert.equal((await TextClient.refusal(url, "/nothing")).status, 401);
  assert.equal((await TextClient.refusal(url, "/chat/a b")).status, 401);
  assert.equal((await TextClient.refusal(url, `/nothing?${query}`)).status, 404);
});

test("[D6] a native line is told nothing before the key, neither notices nor what others say, and everything after it", async (t) => {
  const server = await startTestServer(t, { accessKey: key });
  const ann = await insider(t, server.url);
  const bob = await RawClient.connect(t, server.url, { headers: { "Accept-Language": "th" } });
  assert.deepEqual(server.broadcast("for those who are in"), { ok: true, value: { clients: 1 } });
  await ann.say("for those who are in");
  bob.send({ type: "join", ref: "1", name: "Ann" });
  bob.send({ type: "hello", key: "wrong", lang: "uk" });
  bob.send("{");
  bob.send({ type: "join", name: "Оля", key });
  const read = [await bob.take(), await bob.take(), await bob.take(), await bob.take()];
  assert.deepEqual(
    read.map((frame) => [frame.type, frame.type === "error" && [frame.code, frame.ref]]),
    [
      ["error", ["key_required", "1"]],
      ["error", ["key_required", undefined]],
      ["error", ["key_required", undefined]],
      ["welcome", false],
    ],
  );
  assert.match(read[0]?.type === "error" ? read[0].message : "", /รหัสเข้าใช้งาน/);
  assert.match(read[1]?.type === "error" ? read[1].message : "", /ключ доступу/);
  assert.equal((await ann.next("user_joined")).user.name, "Оля");
  server.broadcast("привіт");
  assert.equal((await bob.next("notice")).text, "привіт");
});

test("[D6] the key is given once: what else is wrong with its frame is told by name, and the next needs no key", async (t) => {
  const { url } = await startTestServer(t, { accessKey: key });
  const ann = await RawClient.connect(t, url);
  ann.send({ type: "hello", name: "a:b", key });
  assert.equal((await ann.next("error")).code, "bad_name");
  ann.send({ type: "hello", name: "Ann" });
  const { token } = await ann.next("welcome");
  for (const options of [{ headers: { authorization: `Bearer ${token}` } }, { headers: { authorization } }]) {
    const line = await RawClient.connect(t, url, options);
    line.send({ type: "join" });
    await line.next("joined");
  }
  const wrong = { headers: { authorization: "Bearer wrong" } };
  await assert.rejects(RawClient.connect(t, url, wrong), /401/);
});

test("[D6] five frames without the key end a line with 4000, and a key after them is not heard", async (t) => {
  const { url } = await startTestServer(t, { accessKey: key });
  const line = await RawClient.connect(t, url);
  for (let index = 0; index < 5; index++) line.send({ type: "ping" });
  line.send({ type: "hello", key });
  for (let index = 0; index < 5; index++) assert.equal((await line.take()).type, "error");
  await assert.rejects(line.take());
  assert.equal(await line.closed, 4000);
});

test("[D6] a page on / gives the key in its first join, or is not heard; no other frame with it becomes a message", async (t) => {
  const { url } = await startTestServer(t, { accessKey: key });
  const ann = await insider(t, url);
  const page = await TextClient.connect(t, url, "/", aPage(url));
  page.send(JSON.stringify({ type: "hello", key }));
  page.send("plain text");
  for (let index = 0; index < 2; index++) assert.match(String(await page.next()), /"code":"key_required"/);
  page.send(JSON.stringify({ type: "join", name: "น้อย", key }));
  assert.match(String(await page.next()), /"type":"welcome"/);
  page.send(JSON.stringify({ type: "message", text: "hi" }));
  assert.equal((await ann.next("message")).text, "hi");
  const plain = await TextClient.connect(t, url, `/?${query}`, aPage(url));
  plain.send("from a page");
  assert.equal(await plain.next(), "You said: from a page");
});

test("[D6] whoever never gives the key joins nothing: they are counted in no room, and none of them holds up a stop", async (t) => {
  const server = await startTestServer(t, { accessKey: key, tcpPort: 0 });
  const stranger = await RawClient.connect(t, server.url);
  const tcp = await TcpClient.connect(t, server.tcpPort);
  const ann = await insider(t, server.url);
  ann.send({ type: "join" });
  assert.equal((await ann.next("joined")).count, 1);
  const stopped = server.stop();
  assert.equal(await stranger.closed, 1012);
  await tcp.ended;
  await stopped;
});

test("[D6] TCP chat begins with /key KEY; what comes with it in one piece is heard", async (t) => {
  const { url, tcpPort } = await startTestServer(t, { accessKey: key, tcpPort: 0 });
  const ann = await insider(t, url);
  const bob = await TcpClient.connect(t, tcpPort);
  await post(url, "not for strangers");
  bob.send(`/key ${key}\r\n/name Боб\nпривіт\n`);
  assert.match(await bob.line(), /^server :: user_[a-z]{6}\d{2} joined$/);
  assert.match(await bob.line(), /^server :: user_[a-z]{6}\d{2} is now Боб$/);
  assert.equal((await ann.next("message")).text, "not for strangers");
  assert.equal((await ann.next("message")).text, "привіт");
  await post(url, "for those who are in");
  assert.match(await bob.line(), / :: for those who are in$/);
});

test("[D6] [B1] who sends nothing but telnet's negotiations instead of a key is sent away", async (t) => {
  const { tcpPort } = await startTestServer(t, { accessKey: key, tcpPort: 0 });
  const flood = await TcpClient.connect(t, tcpPort);
  flood.socket.setEncoding("latin1");
  flood.send(Buffer.concat(Array<Uint8Array>(700).fill(Uint8Array.of(0xff, 0xfd, 6))));
  await flood.ended;
});

test("[D6] a key over TCP may come in pieces, without a line end, after telnet's own bytes, or just before the end", async (t) => {
  const { url, tcpPort } = await startTestServer(t, { accessKey: key, tcpPort: 0 });
  const ann = await insider(t, url);
  const bytes = Buffer.from(`/key ${key}\nin pieces\n`);
  const pieces = await TcpClient.connect(t, tcpPort);
  pieces.socket.setNoDelay(true);
  for (const byte of bytes) pieces.send(Uint8Array.of(byte));
  assert.equal((await ann.next("message")).text, "in pieces");
  const bare = await TcpClient.connect(t, tcpPort);
  bare.send(Buffer.concat([Buffer.of(255, 253, 0, 255, 251, 0), Buffer.from(`/key ${key}`)]));
  while (!(await bare.line()).includes(" joined"));
  const brief = await TcpClient.connect(t, tcpPort);
  brief.socket.end(`/key ${key}\nthe last word`);
  assert.equal((await ann.next("message")).text, "the last word");
});

test("[D6] any other first line over TCP is answered by one line and the end, and a browser's by nothing", async (t) => {
  const server = await startTestServer(t, { accessKey: key, tcpPort: 0, tcpEchoPort: 0, lang: "uk" });
  for (const port of [server.tcpPort, server.tcpEchoPort]) {
    for (const line of ["hello\nagain\n", "/key wrong\n", "/key\n", "\n", `${"x".repeat(3000)}`, `/name ${key}\n`]) {
      const stranger = await TcpClient.connect(t, port);
      stranger.send(line);
      assert.match(await stranger.line(), /^server :: Сервер питає ключ доступу/);
      await assert.rejects(stranger.line());
    }
    const browser = await TcpClient.connect(t, port);
    browser.send("POST / HTTP/1.1\r\n\r\n");
    await assert.rejects(browser.line());
  }
  assert.equal(
    (await fetch(`${server.url}/rooms/general/messages`, { headers: { Authorization: authorization } })).status,
    200,
  );
});

test("[D6] over TCP one has 30 s for the key, and is told so when they are over", async (t) => {
  const clock = new FakeClock();
  const options = {
    clock,
    language: "en",
    judgeKey: () => undefined,
    gateway: "tcp_chat",
    metrics: uncounted,
  } as const;
  const accept = behindKeyLine(() => assert.fail("nobody gave the key"), options);
  const server = createServer({ allowHalfOpen: true }, (socket) => accept(socket, undefined)).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const accepted = once(server, "connection");
  const { socket } = await TcpClient.connect(t, (server.address() as AddressInfo).port);
  await accepted;
  clock.advance(29_999);
  assert.equal(clock.pending, 1, "still waited for");
  clock.advance(1);
  assert.match(await text(socket), /^server :: .*key/i);
});

test("[D6] the TCP echo echoes what follows the key, and not the key", async (t) => {
  const { tcpEchoPort } = await startTestServer(t, { accessKey: key, tcpEchoPort: 0 });
  const client = await TcpClient.connect(t, tcpEchoPort);
  client.send(`/key ${key}\nодин\n`);
  assert.equal(await client.line(), "один");
  client.send("two\n");
  assert.equal(await client.line(), "two");
});
