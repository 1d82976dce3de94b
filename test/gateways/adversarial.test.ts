import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";
import { TcpClient } from "../support/tcp-client.ts";
import { TextClient } from "../support/text-client.ts";

const webSockets = ["/api/v1/ws", "/", "/chat/general", "/ws", "/echo"] as const;
const steering = "\u001b[2J\u001b]0;owned\u0007\u009b31m\u202eevil\u2066";

test("[B2] on every WebSocket: 100 KB is closed with 1009, text that is not UTF-8 with 1007, and the room talks on", async (t) => {
  const { url } = await startTestServer(t);
  const bystander = await RawClient.join(t, url);
  for (const path of webSockets) {
    const large = await TextClient.connect(t, url, path);
    large.send("x".repeat(100_000));
    assert.equal(await large.closed, 1009, path);
    const garbled = await TextClient.connect(t, url, path);
    garbled.socket.send(Buffer.from([0xc3, 0x28]), { binary: false });
    assert.equal(await garbled.closed, 1007, path);
    const binary = await TextClient.connect(t, url, path);
    binary.send(Uint8Array.of(1, 2, 3));
    if (path === "/echo") assert.deepEqual(await binary.next(), Buffer.of(1, 2, 3));
    else assert.equal(await binary.closed, 1003, path);
    const vanished = await TextClient.connect(t, url, path);
    vanished.socket.terminate();
  }
  assert.equal((await bystander.say("unharmed")).seq, 1);
});

test("[B2] on every WebSocket: a handshake and a frame that come a byte at a time are understood", async (t) => {
  const { url, ports } = await startTestServer(t);
  const reader = await RawClient.join(t, url);
  const slow = connect({ port: ports[0] ?? 0, host: "127.0.0.1", noDelay: true });
  t.after(() => slow.destroy());
  const handshake =
    "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  // A masked text frame with an all-zero mask. RFC 6455 §5.3
  const frame = Buffer.concat([Buffer.of(0x81, 0x80 | 4, 0, 0, 0, 0), Buffer.from("slow")]);
  for (const byte of Buffer.from(handshake)) slow.write(Uint8Array.of(byte));
  await once(slow, "data");
  for (const byte of frame) {
    await new Promise<void>((resolve) => slow.write(Uint8Array.of(byte), () => resolve()));
  }
  assert.equal((await reader.next("message")).text, "slow");
});

test("[D4] what would steer a terminal reaches no line gateway, in a text or in a name; the native one has it as it was sent", async (t) => {
  const { url, tcpPort } = await startTestServer(t, { tcpPort: 0 });
  const native = await RawClient.join(t, url);
  const [plain, room, open] = await Promise.all([
    TextClient.connect(t, url, "/"),
    TextClient.connect(t, url, "/chat/general"),
    TextClient.connect(t, url, "/ws"),
  ]);
  const tcp = await TcpClient.join(t, tcpPort);
  const saidIn = async (next: () => Promise<string | Buffer>) => {
    for (;;) {
      const line = String(await next());
      if (!line.startsWith("server :: ")) return line;
    }
  };
  await native.say(steering);
  assert.equal((await native.next("message")).text, steering);
  const shown = "␛[2J␛]0;owned␇31mevil";
  assert.equal(await plain.next(), `Someone says: ${shown}`);
  assert.equal(await saidIn(() => room.next()), `${native.welcome.user.name} :: ${shown}`);
  assert.equal(await open.next(), `User: ${shown}`);
  assert.equal(await saidIn(() => tcp.line()), `${native.welcome.user.name} :: ${shown}`);
  for (const name of [steering, "ann\r\nserver :: bob joined", "ann\u2028bob", "ann :: bob"]) {
    native.send({ type: "rename", name });
    assert.equal((await native.next("error")).code, "bad_name");
  }
  const smuggled = await TextClient.refusal(url, `/chat/general?name=${encodeURIComponent("ann\r\nbob")}`);
  assert.equal(smuggled.status, 400);
});

test("[B2] plain HTTP: an endless header, a body without an end, a body cut short and a vanished reader harm nobody else", async (t) => {
  const { url, ports } = await startTestServer(t);
  const open = () => connect({ port: ports[0] ?? 0, host: "127.0.0.1" });
  const header = open();
  header.write(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(100_000)}`);
  assert.match(await text(header), /^HTTP\/1\.1 4\d\d /);
  const endless = open();
  endless.on("error", () => {});
  endless.write("POST /rooms/general/messages HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (let index = 0; index < 8; index++) endless.write(`4000\r\n${"x".repeat(0x4000)}\r\n`);
  assert.match(await text(endless), /^HTTP\/1\.1 413 /);
  const short = open();
  short.write("POST /rooms/general/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf");
  short.end();
  await text(short).catch(() => {});
  const reader = open();
  reader.write("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await once(reader, "data");
  reader.resetAndDestroy();
  const page = await fetch(`${url}/rooms/general/messages`, { method: "POST", body: "unharmed" });
  assert.deepEqual(((await page.json()) as { seq: number }).seq, 1);
});

test("[B2] TCP: an endless line, bytes that are no text, and clients that vanish half-open harm nobody else", async (t) => {
  const { url, tcpPort } = await startTestServer(t, { tcpPort: 0 });
  const bystander = await RawClient.join(t, url);
  const endless = await TcpClient.join(t, tcpPort);
  for (let index = 0; index < 10; index++) endless.send("x".repeat(20_000));
  assert.match(await endless.line(), /^server :: This is too large/);
  await endless.ended;
  const binary = await TcpClient.join(t, tcpPort);
  binary.send(Buffer.from(Array.from({ length: 1_000 }, (_, index) => (index * 7 + 128) % 256)));
  binary.send("\n");
  while (!/^server :: The text is not/.test(await binary.line()));
  const vanished = await Promise.all(Array.from({ length: 20 }, () => TcpClient.join(t, tcpPort)));
  for (const { socket } of vanished) socket.resetAndDestroy();
  while ((await bystander.next("user_left")).count > 2);
  const ack = await bystander.say("unharmed");
  assert.ok(ack.seq >= 1);
});
