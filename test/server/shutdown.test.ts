import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { defaultLimits } from "../../src/protocol/limits.ts";
import type { RunningServer } from "../../src/server/index.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

const request = (method: string, path: string, headers = "") =>
  `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;
const upgrade = (path: string) =>
  request(
    "GET",
    path,
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
  );

/** A client that never ends its own half of the line. */
async function stubborn(t: TestContext, { ports: [port = 0] }: RunningServer): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  t.after(() => socket.destroy());
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

test("[K4] a stop does not wait for readers of SSE who vanished while their room was looked up", async (t) => {
  const server = await startTestServer(t);
  for (let index = 0; index < 20; index++) {
    const socket = await stubborn(t, server);
    socket.write(request("GET", "/events"));
    socket.destroy();
  }
  // One that stays: when it is answered, those before it were.
  const last = await stubborn(t, server);
  last.write(request("GET", "/events"));
  await once(last, "data");
  await server.stop();
});

test("[K4] a stop does not wait for a reader of SSE who reads no more", async (t) => {
  const server = await startTestServer(t, {
    limits: { ...defaultLimits, maxFrame: 0, maxText: 0, sendRate: 0, maxQueue: 0 },
  });
  const socket = await stubborn(t, server);
  socket.write(request("GET", "/events"));
  await once(socket, "data");
  socket.pause();
  const ann = await RawClient.join(t, server.url);
  for (let index = 0; index < 20; index++) await ann.say("ก".repeat(400_000));
  await server.stop();
});

test("[K4] [B2] a handshake that was refused ends, whatever its client does", async (t) => {
  const server = await startTestServer(t);
  const socket = await stubborn(t, server);
  socket.write(upgrade("/nowhere"));
  const [answer] = await once(socket, "data");
  assert.match(String(answer), /^HTTP\/1.1 404 /);
  await server.stop();
});

test("[K4] [B2] what is not HTTP is answered and ends, whatever its client does", async (t) => {
  const server = await startTestServer(t);
  const socket = await stubborn(t, server);
  socket.write("nonsense\r\n\r\n");
  const [answer] = await once(socket, "data");
  assert.match(String(answer), /^HTTP\/1.1 400 /);
  await once(socket, "end");
  // The other half is gone, too: what is written now is refused.
  const gone = new Promise((resolve) => socket.once("close", resolve));
  const write = () => socket.write("more", () => socket.destroyed || setImmediate(write));
  write();
  await gone;
});

test("[K4] a stop does not wait for a client that said goodbye and then held its line", async (t) => {
  const server = await startTestServer(t);
  const socket = await stubborn(t, server);
  socket.write(upgrade("/api/v1/ws"));
  await once(socket, "data");
  const maskedClose = Uint8Array.of(0x88, 0x80, 1, 2, 3, 4);
  socket.write(maskedClose);
  await once(socket, "data");
  await server.stop();
});

test("[K4] a stop lets nobody in once it has sent everybody away, and waits for none who tries", async (t) => {
  const server = await startTestServer(t);
  const late = await stubborn(t, server);
  const [begin, rest] = [upgrade("/echo").slice(0, 20), upgrade("/echo").slice(20)];
  late.write(begin);
  const first = await stubborn(t, server);
  first.write(upgrade("/echo"));
  await once(first, "data");
  const stopping = server.stop();
  await once(first, "data");
  late.write(rest);
  const [answer] = await once(late, "data");
  assert.match(String(answer), /^HTTP\/1.1 503 /);
  await stopping;
});

test("[K4] a stop sends away whoever comes in on a line that was open before", async (t) => {
  const server = await startTestServer(t);
  const late = await stubborn(t, server);
  const [begin, rest] = [upgrade("/api/v1/ws").slice(0, 20), upgrade("/api/v1/ws").slice(20)];
  late.write(begin);
  // Holds the stop up: it is asked to close, and does not answer.
  const slow = await stubborn(t, server);
  slow.write(upgrade("/api/v1/ws"));
  await once(slow, "data");
  const stopping = server.stop();
  await once(slow, "data");
  late.write(rest);
  await stopping;
});
