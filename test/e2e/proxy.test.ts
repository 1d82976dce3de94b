import assert from "node:assert/strict";
import { test } from "node:test";
import { useBrowser } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
import { startProxy } from "../support/proxy.ts";
import { startTestServer } from "../support/server.ts";

const browser = useBrowser();

test("[R1] [S1] the page talks through a proxy that refuses WebSockets, and moves up to one when it is let through", async (t) => {
  const { url } = await startTestServer(t);
  const proxy = await startProxy(t, url, { upgrades: "refused" });
  const bob = await RawClient.join(t, url, { name: "Bob", room: "кухня" });
  const noi = await browser.visit(`${proxy.url}/r/кухня`);
  await noi.comeIn("น้อย");
  await noi.say("สวัสดีครับ 👋");
  assert.equal((await bob.next("message")).user.name, "น้อย");
  await bob.say("Привіт!");
  await noi.sees("Привіт!");
  await noi.page.getByText("Server-sent events").waitFor();
  assert.ok(proxy.requests.some((request) => /^GET \/rooms\/.*\/events$/.test(request)));

  const socket = noi.page.waitForEvent("websocket", (line) => line.url().endsWith("/api/v1/ws"));
  proxy.upgrades = "passed";
  await noi.page.evaluate('dispatchEvent(new Event("online"))');
  const joined = (await socket).waitForEvent("framereceived", ({ payload }) => `${payload}`.includes('"joined"'));
  await joined;
  await noi.page.getByText("WebSocket", { exact: true }).waitFor();
  await bob.say("heard over the WebSocket");
  await noi.sees("heard over the WebSocket");
  await noi.say("מעולה");
  await noi.sees("מעולה");
  for (const text of ["สวัสดีครับ 👋", "Привіт!", "heard over the WebSocket", "מעולה"]) {
    assert.equal(await noi.count(text), 1, text);
  }
  // The refused handshake is the proxy's doing.
  assert.deepEqual(
    noi.troubles.filter((trouble) => !trouble.includes("501")),
    [],
  );
  await noi.leave();
});
