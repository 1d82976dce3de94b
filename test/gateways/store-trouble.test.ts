import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { StoreError } from "../../src/core/ports.ts";
import { createTcpChat } from "../../src/gateways/tcp-chat.ts";
import { systemClock } from "../../src/server/clock.ts";
import { createHeartbeat } from "../../src/server/heartbeat.ts";
import { createHttp } from "../../src/server/http.ts";
import { Lines } from "../../src/server/lines.ts";
import { listen } from "../../src/server/listener.ts";
import { createRoutes } from "../../src/server/routes.ts";
import { listenTcp } from "../../src/server/tcp.ts";
import { createUpgrades } from "../../src/server/upgrades.ts";
import { createVisitors } from "../../src/server/visitors.ts";
import { roomName } from "../support/drafts.ts";
import { MemoryStore, newMemory } from "../support/memory-store.ts";
import { TcpClient } from "../support/tcp-client.ts";
import { TextClient } from "../support/text-client.ts";
import { uncounted } from "../support/uncounted.ts";
import { World } from "../support/world.ts";

/** Every gateway over a store in which there is the room `general`, and no room can be opened. */
async function startTroubled(t: TestContext) {
  const memory = newMemory();
  await new MemoryStore(memory).openRoom(roomName("general"));
  const store = new MemoryStore(memory, async (what) => {
    if (what === "openRoom") throw new StoreError("the disk is full", { fatal: false });
  });
  const { hub, log } = new World({ store });
  const open = { entrance: { allowHosts: [], allowOrigins: [] }, access: undefined, guard: undefined };
  const common = { log, language: "en", ...open, observer: undefined } as const;
  const visitors = createVisitors({ trustProxies: [], maxPerAddress: 0, isBanned: () => false });
  const lines = new Lines();
  const heartbeat = createHeartbeat(systemClock, Math.random, uncounted);
  const metrics = { contentType: "text/plain", report: async () => "", token: undefined };
  const http = await createHttp({ ...common, hub, visitors, lines, metrics, isReady: () => true });
  const gatewayAt = createRoutes({ hub, language: "en" });
  const { onUpgrade } = createUpgrades({
    ...common,
    gatewayAt,
    maxFrame: 65_536,
    visitors,
    lines,
    metrics: uncounted,
    heartbeat,
    pings: hub.bounds.frames,
  });
  const hosts = ["127.0.0.1"];
  const listener = await listen({
    ports: [0],
    hosts,
    onRequest: http.routing,
    onUpgrade,
    unreadMs: 0,
    language: "en",
    log,
  });
  const accept = createTcpChat(hub, "en");
  const own = { hosts, visitors, lines, metrics: uncounted };
  const tcp = await listenTcp({ ...common, ...own, port: 0, flag: "", gateway: "tcp_chat", accept });
  t.after(async () => {
    heartbeat.close();
    await hub.close();
    await Promise.all([tcp.close(), listener.close(), http.close()]);
  });
  return { url: `http://127.0.0.1:${listener.ports[0]}`, tcpPort: tcp.port };
}

for (const path of ["/", "/ws", "/chat/кухня"]) {
  test(`[L3] a text client at ${path} whose room cannot be opened is sent away to come again, with 1013`, async (t) => {
    const { url } = await startTroubled(t);
    const client = await TextClient.connect(t, url, path);
    assert.equal(await client.closed, 1013);
  });
}

test("[L3] TCP chat: who cannot be let in reads why, and the line ends", async (t) => {
  const { tcpPort } = await startTroubled(t);
  const client = await TcpClient.connect(t, tcpPort);
  assert.match(await client.line(), /^server :: /);
  await client.ended;
});

test("[R1] SSE: a stream that cannot begin ends, for its reader comes back by itself", async (t) => {
  const { url } = await startTroubled(t);
  const answer = await fetch(`${url}/events`);
  assert.equal(await answer.text(), "");
});
