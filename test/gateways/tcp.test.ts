import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { LineDecoder } from "../../src/gateways/support/line-decoder.ts";
import { TelnetCommands } from "../../src/gateways/support/telnet.ts";
import type { Result } from "../../src/protocol/codes.ts";
import { RawClient } from "../support/client.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { startTestServer } from "../support/server.ts";
import { TcpClient } from "../support/tcp-client.ts";

const withTcp = { tcpPort: 0, tcpEchoPort: 0 };

test("TCP chat: a line is a message; the others read name :: text, its sender does not", async (t) => {
  const { tcpPort } = await startTestServer(t, withTcp);
  const ann = await TcpClient.join(t, tcpPort);
  const bob = await TcpClient.join(t, tcpPort);
  assert.match(ann.name, /^user_[a-z]{6}\d\d$/);
  assert.equal(await ann.line(), `server :: ${bob.name} joined`);
  ann.send("สวัสดี 👋\r\nПривіт\n");
  assert.equal(await bob.line(), `${ann.name} :: สวัสดี 👋`);
  assert.equal(await bob.line(), `${ann.name} :: Привіт`);
  bob.send("answer\n");
  assert.equal(await ann.line(), `${bob.name} :: answer`);
});

test("TCP chat: a client that never ends a line is understood by its silence, whole code points at a time", async (t) => {
  const { tcpPort, url } = await startTestServer(t, withTcp);
  const reader = await RawClient.join(t, url);
  const bare = await TcpClient.join(t, tcpPort);
  bare.send("no line end");
  assert.equal((await reader.next("message")).text, "no line end");
  const emoji = Buffer.from("half 👋");
  bare.send(emoji.subarray(0, -2));
  const other = await TcpClient.join(t, tcpPort);
  other.send("in between");
  // More than the silence of the first has passed: half a code point ends nothing.
  assert.equal((await reader.next("message")).text, "in between");
  bare.send(emoji.subarray(-2));
  assert.equal((await reader.next("message")).text, "half 👋");
  other.send("повільно\r");
  assert.equal((await reader.next("message")).text, "повільно");
  other.send("\nдалі\r\n");
  assert.equal((await reader.next("message")).text, "далі");
});

test("TCP chat: one byte a segment makes the same lines, and the end of input makes the rest one", async (t) => {
  const { tcpPort, url } = await startTestServer(t, withTcp);
  const reader = await RawClient.join(t, url);
  const slow = await TcpClient.join(t, tcpPort);
  slow.socket.setNoDelay(true);
  slow.send("first\n");
  for (const byte of Buffer.from("їжак 🦔\nlast")) slow.send(Uint8Array.of(byte));
  slow.socket.end();
  for (const text of ["first", "їжак 🦔", "last"]) assert.equal((await reader.next("message")).text, text);
  await slow.ended;
  assert.equal((await reader.next("user_left")).user.name, slow.name);
});

test("TCP chat: what was said before exit is heard, by somebody who is still there; what comes after it is not", async (t) => {
  const { tcpPort, url } = await startTestServer(t, withTcp);
  const reader = await RawClient.join(t, url, { name: "Reader" });
  const ann = await TcpClient.join(t, tcpPort);
  ann.send("one\ntwo\nexit\nthree\n");
  await ann.ended;
  const types = (await reader.settle()).map((frame) => (frame.type === "message" ? frame.text : frame.type));
  assert.deepEqual(types, ["user_joined", "one", "two", "user_left"]);
});

test("TCP chat: /name, /join, //, an unknown command, and exit in any case", async (t) => {
  const { tcpPort, url } = await startTestServer(t, withTcp);
  const reader = await RawClient.join(t, url, { name: "Reader" });
  const kitchen = await RawClient.join(t, url, { name: "Cook", room: "кухня" });
  const ann = await TcpClient.join(t, tcpPort);
  ann.send("/name Ann\n");
  assert.equal(await ann.line(), `server :: ${ann.name} is now Ann`);
  ann.send("/name a:b\n");
  assert.match(await ann.line(), /^server :: A name has 1 to 32/);
  ann.send("/name READER\n");
  assert.match(await ann.line(), /^server :: This name is taken. “READER2” is free/);
  ann.send("//shrug\n");
  assert.deepEqual((await reader.next("message")).text, "/shrug");
  ann.send("/dance\n");
  assert.match(await ann.line(), /^server :: There is no command \/dance\./);
  ann.send("/join КУХНЯ\n");
  assert.equal(await ann.line(), "server :: Ann left");
  assert.equal(await ann.line(), "server :: Ann joined");
  ann.send("hungry\n");
  assert.deepEqual((await kitchen.next("message")).user.name, "Ann");
  assert.equal((await reader.next("user_left")).user.name, "Ann");
  ann.send("EXIT\n");
  await ann.ended;
  assert.equal((await kitchen.next("user_left")).user.name, "Ann");
});

test("TCP chat: what cannot be a message is told, and too long a line ends the connection", async (t) => {
  const { tcpPort, url } = await startTestServer(t, withTcp);
  const reader = await RawClient.join(t, url);
  const ann = await TcpClient.join(t, tcpPort);
  ann.send(Buffer.from([0xff, 0xfe, 0x0a]));
  assert.match(await ann.line(), /^server :: The text is not proper Unicode/);
  ann.send("\n  \n");
  ann.send("still here\n");
  assert.equal((await reader.next("message")).text, "still here");
  ann.send("x".repeat(70_000));
  assert.match(await ann.line(), /^server :: This is too large/);
  await ann.ended;
});

test("TCP chat: a line may be as long as --max-frame and no longer, in one piece or in several", () => {
  const read = (...pieces: readonly string[]) => {
    const lines: string[] = [];
    const onLine = (line: Result<string>) => void lines.push(line.ok ? line.value : line.error.code);
    const decoder = new LineDecoder({ clock: new FakeClock(), maxBytes: 8, onLine });
    for (const piece of pieces) decoder.push(Buffer.from(piece));
    return lines;
  };
  assert.deepEqual(read("12345678\nждут", "\n"), ["12345678", "ждут"]);
  assert.deepEqual(read("1234", "5678", "\n"), ["12345678"]);
  assert.deepEqual(read("123456789\n"), ["too_large"]);
  assert.deepEqual(read("1234", "56789"), ["too_large"]);
});

test("TCP chat: control characters of others are shown, never passed on", async (t) => {
  const { tcpPort } = await startTestServer(t, withTcp);
  const ann = await TcpClient.join(t, tcpPort);
  const mallory = await TcpClient.join(t, tcpPort);
  await ann.line();
  mallory.send("\u001b[2J\u0007 red\u202e\n");
  assert.equal(await ann.line(), `${mallory.name} :: ␛[2J␇ red`);
});

test("[D5] TCP chat: a browser that was made to call is cut off at once, unheard", async (t) => {
  const { tcpPort, url } = await startTestServer(t, withTcp);
  const reader = await RawClient.join(t, url);
  const browser = await TcpClient.join(t, tcpPort);
  browser.send("POST / HTTP/1.1\r\nHost: localhost\r\n\r\nsay this\n");
  await browser.ended;
  const { seq } = await reader.say("end");
  assert.equal(seq, 1);
});

test("[D5] TCP chat: a browser whose request comes in pieces is cut off by the end of its first line", async (t) => {
  const { tcpPort, url } = await startTestServer(t, withTcp);
  const reader = await RawClient.join(t, url);
  const browser = await TcpClient.join(t, tcpPort);
  // Too long to be sent at once over a long way: what follows comes after more than the silence that ends a message.
  browser.send(`POST /${"x".repeat(15_000)}`);
  assert.match(await browser.line(), /^server :: This text is too long/);
  browser.send("xxx HTTP/1.1\r\nHost: localhost\r\n\r\nsay this\n");
  await browser.ended;
  const { seq } = await reader.say("end");
  assert.equal(seq, 1);
});

test("[D5] TCP chat: a browser that was made to call over TLS is cut off at once, unheard", async (t) => {
  const { tcpPort, url } = await startTestServer(t, withTcp);
  const reader = await RawClient.join(t, url);
  const browser = await TcpClient.join(t, tcpPort);
  // What a page chooses is the name that it calls, which stands in the clear, and lengths that are line ends.
  const name = "\0\0\0\u0011\0\u000f\0\0\u000csay-this.example\0";
  browser.send(
    Buffer.from(`\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003\u00c0\u000a${name}\u000a`, "latin1"),
  );
  await browser.ended;
  const { seq } = await reader.say("end");
  assert.equal(seq, 1);
});

test("[D5] TCP echo: a browser that was made to call reads nothing of what it sent", async (t) => {
  const { tcpEchoPort } = await startTestServer(t, withTcp);
  const socket = connect({ port: tcpEchoPort ?? 0, host: "127.0.0.1" });
  socket.write("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n<script>alert()</script>");
  assert.equal((await buffer(socket)).length, 0);
});

test("TCP chat: a server that stops ends its clients", async (t) => {
  const server = await startTestServer(t, withTcp);
  const ann = await TcpClient.join(t, server.tcpPort);
  ann.send("stored first\n");
  await (await RawClient.join(t, server.url)).settle();
  await server.stop();
  await ann.ended;
});

test("TCP chat: a thousand clients come, one speaks to all of them, and all go", async (t) => {
  const { tcpPort, url } = await startTestServer(t, withTcp);
  const clients = await Promise.all(
    Array.from({ length: 1_000 }, async () => {
      const socket = connect({ port: tcpPort ?? 0, host: "127.0.0.1" }).setEncoding("utf8");
      t.after(() => socket.destroy());
      await once(socket, "data");
      const heard = new Promise<void>((resolve) => {
        let text = "";
        socket.on("data", (chunk) => {
          text += chunk;
          if (text.includes(":: to all\n")) resolve();
        });
      });
      return { socket, heard };
    }),
  );
  await fetch(`${url}/rooms/general/messages`, { method: "POST", body: "to all" });
  await Promise.all(clients.map(({ heard }) => heard));
});

test("TCP echo: bytes come back unchanged, also after the end of input", async (t) => {
  const { tcpEchoPort } = await startTestServer(t, withTcp);
  const socket = connect({ port: tcpEchoPort ?? 0, host: "127.0.0.1", allowHalfOpen: true });
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
  socket.end(bytes);
  assert.deepEqual(await buffer(socket), bytes);
});

test("TCP chat: what telnet says to telnet is answered, and is no part of any line, however it is sliced (RFC 854)", async (t) => {
  const { tcpPort, url } = await startTestServer(t, withTcp);
  const reader = await RawClient.join(t, url);
  const interrupt = [0xff, 0xf3, 0xff, 0xfd, 6];
  const input = Buffer.concat([
    Uint8Array.of(0xff, 0xfb, 0, 0xff, 0xfd, 0, 0xff, 0xfa, 24, 0, 0x41, 0xff, 0xff, 0xff, 0xf0),
    Buffer.from("при"),
    Uint8Array.from(interrupt),
    Buffer.from("віт 👋\r\n"),
  ]);
  for (const size of [1, 2, 7, input.length]) {
    const socket = connect({ port: tcpPort ?? 0, host: "127.0.0.1", noDelay: true });
    t.after(() => socket.destroy());
    await once(socket, "data");
    const answers = buffer(socket);
    for (let at = 0; at < input.length; at += size) socket.write(input.subarray(at, at + size));
    assert.equal((await reader.next("message")).text, "привіт 👋");
    socket.end("exit\n");
    // Binary agreed to both ways, the timing mark refused: without that telnet shows nothing more.
    assert.deepEqual([...(await answers)].slice(0, 9), [0xff, 0xfd, 0, 0xff, 0xfb, 0, 0xff, 0xfc, 6]);
  }
});

test("[B1] TCP chat: however much telnet negotiates in one piece, it is answered with one short write", () => {
  const answers: Uint8Array[] = [];
  const telnet = new TelnetCommands((answer) => void answers.push(answer));
  const asked = Buffer.concat(Array<Uint8Array>(20_000).fill(Uint8Array.of(0xff, 0xfd, 6)));
  assert.equal(telnet.strip(Buffer.concat([asked, Buffer.from("ні\n")])).toString(), "ні\n");
  assert.deepEqual(answers, [Uint8Array.from(Array(64).fill([0xff, 0xfc, 6]).flat())]);
});

test("TCP chat: a file of UTF-16 is refused as text, not taken for telnet", async (t) => {
  const { tcpPort } = await startTestServer(t, withTcp);
  const client = await TcpClient.join(t, tcpPort);
  client.send(Buffer.from("\ufeffhi\n", "utf16le"));
  assert.match(await client.line(), /UTF-8/);
});

test("TCP chat: who asks for too much at once is sent away once, however much more of it there is", async (t) => {
  const { tcpPort } = await startTestServer(t, withTcp);
  const warnings: Error[] = [];
  const keep = (warning: Error) => void warnings.push(warning);
  process.on("warning", keep);
  t.after(() => process.off("warning", keep));
  const pushy = await TcpClient.join(t, tcpPort);
  pushy.send(Array.from({ length: 500 }, (_, index) => `/name ann-${index}\n`).join(""));
  await pushy.ended;
  assert.deepEqual(warnings, []);
});

test("[B2] TCP chat: commands past what a line may ask end it, and the others talk on", async (t) => {
  const { tcpPort, url } = await startTestServer(t, withTcp);
  const reader = await RawClient.join(t, url, { name: "Reader" });
  const flood = await TcpClient.join(t, tcpPort);
  flood.send("/dance\n".repeat(1_000));
  await flood.ended;
  assert.equal((await reader.next("user_left")).user.name, flood.name);
  assert.equal((await reader.say("далі")).dup, false);
});
