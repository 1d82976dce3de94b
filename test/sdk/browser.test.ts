import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";
import { build, type Rolldown } from "vite";
import { browserOptions, findBrowser } from "../../scripts/browser.mjs";
import { startTestServer } from "../support/server.ts";

async function bundle(): Promise<string> {
  const lib = { entry: fileURLToPath(new URL("../../src/sdk/index.ts", import.meta.url)), formats: ["es" as const] };
  const [built] = (await build({ configFile: false, logLevel: "warn", build: { lib, write: false } })) as [
    Rolldown.RolldownOutput,
  ];
  return built.output[0].code;
}

/** An empty page of somebody else's product, which serves the SDK as `/sdk.js`. */
async function openPage(t: TestContext): Promise<Page> {
  const code = await bundle();
  const product = createServer(({ url }, response) => {
    response.setHeader("Content-Type", url === "/sdk.js" ? "text/javascript" : "text/html");
    response.end(url === "/sdk.js" ? code : "<!doctype html><title>Somebody else's product</title>");
  });
  t.after(() => product.close());
  product.listen(0, "127.0.0.1");
  await once(product, "listening");
  const browser = await chromium.launch(browserOptions());
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`http://localhost:${(product.address() as AddressInfo).port}/`);
  return page;
}

test("in a browser: what was written is sent after a reload, and the page's return asks for a sign of life [K1] [K3]", {
  skip: !findBrowser() && "no Chromium here",
}, async (t) => {
  const { url } = await startTestServer(t);
  const page = await openPage(t);
  const written = await page.evaluate(`(async () => {
    const { connect, webStorageOutbox } = await import("/sdk.js");
    const client = connect("${url}", { outbox: webStorageOutbox(localStorage) });
    const room = client.join("кухня");
    client.close();
    room.send("написано до перезавантаження");
    return localStorage.length;
  })()`);
  assert.equal(written, 1);
  await page.reload();
  const pings: string[] = [];
  page.on("websocket", (line) =>
    line.on("framesent", ({ payload }) => {
      if (`${payload}` === '{"type":"ping"}') pings.push(`${payload}`);
    }),
  );
  const sent = await page.evaluate(`(async () => {
    const { connect, webStorageOutbox } = await import("/sdk.js");
    const client = connect("${url}", { outbox: webStorageOutbox(localStorage) });
    const room = client.join("кухня");
    const [message] = room.outgoing;
    const { seq } = await room.settled(message);
    document.dispatchEvent(new Event("visibilitychange"));
    dispatchEvent(new Event("online"));
    await room.history({ before: 1 });
    return { text: message.text, seq, left: localStorage.length };
  })()`);
  assert.deepEqual(sent, { text: "написано до перезавантаження", seq: 1, left: 0 });
  assert.equal(pings.length, 2);
});
