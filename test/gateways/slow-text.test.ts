import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultLimits } from "../../src/protocol/limits.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";
import { TextClient } from "../support/text-client.ts";
import { Wire } from "../support/wire.ts";

test("[B1] whoever reads too slowly is cut off, on a stream and over TCP too, and the others are served on", async (t) => {
  const limits = { ...defaultLimits, sendRate: 0, maxText: 0, maxQueue: 64 * 1024, maxQueueMs: 0 };
  const { url, ports, tcpPort = 0 } = await startTestServer(t, { limits, tcpPort: 0 });
  const writer = await RawClient.join(t, url);
  const slow = [await Wire.connect(t, ports[0] ?? 0), await Wire.connect(t, tcpPort)];
  slow[0]?.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  for (const wire of slow) {
    await wire.until((received) => (/^id: |joined/m.test(received.toString()) ? true : undefined));
    wire.socket.pause();
  }
  const gone = async () => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const closed = metrics.matchAll(/^parlance_\w+\{[^}]*reads_too_slowly[^}]*\} (\d+)$/gm);
    return [...closed].reduce((sum, [, count]) => sum + Number(count), 0);
  };
  // The kernel's own buffers fill first, however large they are.
  while ((await gone()) < slow.length) await writer.say("x".repeat(60_000));
  for (const wire of slow) wire.socket.resume();
  await Promise.all(slow.map(({ ended }) => ended));
});

test("[B1] a text client that reads too slowly is told 1013, which any WebSocket client knows", async (t) => {
  const gone = Promise.withResolvers<void>();
  let isGone = false;
  void gone.promise.then(() => {
    isGone = true;
  });
  const { url } = await startTestServer(
    t,
    { limits: { ...defaultLimits, sendRate: 0, maxText: 0, maxQueue: 64 * 1024, maxQueueMs: 0 } },
    { connected() {}, received() {}, disconnected: gone.resolve },
  );
  const slow = await TextClient.connect(t, url, "/chat/general");
  await slow.next();
  const writer = await RawClient.join(t, url);
  slow.socket.pause();
  // The kernel's own buffers fill first, however large they are.
  while (!isGone) await writer.say("x".repeat(60_000));
  slow.socket.resume();
  // The code is attempted; a line that was cut a second later reads 1006.
  assert.ok([1013, 1006].includes(await slow.closed));
});

test("[B1] an answer that nobody reads is no longer kept once none of it has moved for as long as may be", async (t) => {
  const limits = { ...defaultLimits, sendRate: 0, maxText: 0, maxQueueMs: 500 };
  const { url, ports } = await startTestServer(t, { limits });
  const writer = await RawClient.join(t, url);
  for (let index = 0; index < 8; index++) await writer.say("x".repeat(60_000));
  const slow = await Wire.connect(t, ports[0] ?? 0);
  slow.socket.pause();
  const polls = 200;
  slow.send("GET /rooms/general/messages HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(polls));
  const waiting = async () =>
    /^parlance_connections\{gateway="poll"\} (\d+)$/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1];
  // The kernel's own buffers take some.
  while (Number((await waiting()) ?? 0) === 0);
  while (Number((await waiting()) ?? 0) > 0);
  // Nobody who waits for an answer is cut off.
  const polled = await fetch(`${url}/rooms/general/messages?after=8&wait=2`);
  assert.equal(polled.status, 200);
});
