import assert from "node:assert/strict";
import { test } from "node:test";
import { startProxy } from "../support/proxy.ts";
import { startTestServer } from "../support/server.ts";
import { connectTo, opensOver } from "./support/fallback.ts";
import { next } from "./support/set-time.ts";

const key = "ключ + ญ";

for (const upgrades of ["passed", "refused"] as const) {
  const way = upgrades === "passed" ? "a WebSocket" : "HTTP, in which headers have no such letters";
  test(`[D6] the client gives the access key over ${way}, and talks`, async (t) => {
    const { url } = await startTestServer(t, { accessKey: key });
    const proxy = await startProxy(t, url, { upgrades });
    const { client } = connectTo(t, proxy.url, { key, name: "Оля" });
    const room = client.join("кухня");
    const heard = next(room, "message");
    await room.settled(room.send("привіт"));
    assert.equal((await heard).text, "привіт");
    assert.ok(!proxy.requests.some((request) => request.includes("key=")));
    await opensOver(client, upgrades === "passed" ? "websocket" : "events");
  });

  test(`[D6] without the right key over ${way} the client says so once, and stays away`, async (t) => {
    const { url } = await startTestServer(t, { accessKey: key });
    const proxy = await startProxy(t, url, { upgrades });
    for (const options of [{}, { key: "wrong" }]) {
      const { client } = connectTo(t, proxy.url, options);
      const closed = next(client, "state", ({ at }) => at === "closed");
      const room = client.join("general");
      const message = room.send("kept");
      const { code } = await next(client, "error");
      assert.equal(code, "key_required");
      await closed;
      assert.deepEqual(room.outgoing, [message]);
    }
  });
}

test("[D6] [S1] a key that changes while a client speaks over HTTP closes it, and takes no message from its outbox", async (t) => {
  const first = await startTestServer(t, { accessKey: key });
  const proxy = await startProxy(t, first.url, { upgrades: "refused" });
  const { client } = connectTo(t, proxy.url, { key });
  const room = client.join("general");
  await room.settled(room.send("before"));
  const closed = next(client, "state", ({ at }) => at === "closed");
  const refusals: string[] = [];
  client.on("error", ({ code }) => refusals.push(code));
  await first.stop();
  await startTestServer(t, { accessKey: "other", data: first.data, ports: first.ports });
  const message = room.send("after");
  await closed;
  assert.deepEqual(refusals, ["key_required"]);
  assert.deepEqual(room.outgoing, [message]);
});
