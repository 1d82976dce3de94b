import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultLimits } from "../../src/protocol/limits.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";
import { TextClient } from "../support/text-client.ts";

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
