import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { createHeartbeat } from "../../src/server/heartbeat.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { uncounted } from "../support/uncounted.ts";

/** A line that is watched, and its client. Time passes only when the test says so. */
async function watchedLine(t: TestContext, options: { autoPong: boolean }) {
  const clock = new FakeClock();
  const heartbeat = createHeartbeat(clock, () => 0.5, uncounted);
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, options);
  const [[webSocket, { socket }]] = (await Promise.all([once(server, "connection"), once(client, "open")])) as [
    [WebSocket, { socket: Socket }],
    unknown,
  ];
  t.after(() => {
    client.terminate();
    heartbeat.close();
    server.close();
  });
  heartbeat.watch({ webSocket, socket, gateway: "native" });
  return { clock, client, webSocket };
}

test("[K1] a line is pinged every 25 s, and goes on as long as it answers", async (t) => {
  const { clock, client, webSocket } = await watchedLine(t, { autoPong: true });
  for (let round = 0; round < 3; round++) {
    const pinged = once(client, "ping");
    const answered = once(webSocket, "pong");
    clock.advance(25_000);
    await Promise.all([pinged, answered]);
  }
  assert.equal(webSocket.readyState, WebSocket.OPEN);
});

test("[K1] a line on which nothing comes in for 8 s after a ping is closed with 4105", async (t) => {
  const { clock, client, webSocket } = await watchedLine(t, { autoPong: false });
  const gone = once(client, "close");
  const pinged = once(client, "ping");
  clock.advance(25_000);
  await pinged;
  clock.advance(7_000);
  assert.equal(webSocket.readyState, WebSocket.OPEN);
  clock.advance(1_000);
  assert.deepEqual((await gone)[0], 4105);
});

test("[K1] anything at all that comes in is a sign of life; a line that is not being read is not judged", async (t) => {
  const { clock, client, webSocket } = await watchedLine(t, { autoPong: false });
  const pinged = once(client, "ping");
  clock.advance(25_000);
  await pinged;
  const heard = once(webSocket, "message");
  client.send("สวัสดี");
  await heard;
  clock.advance(8_000);
  assert.equal(webSocket.readyState, WebSocket.OPEN);
  webSocket.pause();
  clock.advance(120_000);
  assert.equal(webSocket.readyState, WebSocket.OPEN);
});
