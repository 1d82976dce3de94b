import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import type { Page } from "playwright-core";
import { useBrowser } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

const browser = useBrowser({ names: ["evil.example"] });

const blank = "<!DOCTYPE html><title>Win a prize</title><body>";
const sockets = ["/api/v1/ws", "/", "/ws", "/chat/general", "/echo"];

/** A web server of somebody else's, under a name that is not this machine's. */
async function foreignSite(t: TestContext): Promise<string> {
  const site = createServer((_request, answer) => {
    answer.setHeader("content-type", "text/html; charset=utf-8");
    answer.end(blank);
  });
  site.listen(0, "127.0.0.1");
  await new Promise((resolve) => site.once("listening", resolve));
  t.after(() => site.close().closeAllConnections());
  return `http://evil.example:${(site.address() as AddressInfo).port}/`;
}

/** Whether each gateway opened a WebSocket to a script: run in the page, or in a frame of it. */
const openAll = (base: string) => `Promise.all(${JSON.stringify(sockets)}.map((path) => new Promise((resolve) => {
  const socket = new WebSocket(${JSON.stringify(base.replace("http", "ws"))} + path);
  socket.onopen = () => { socket.send("smuggled"); resolve(path + " opened"); };
  socket.onerror = () => resolve("refused");
})))`;

const refusedAll = sockets.map(() => "refused");

/** Every way in which a script posts without asking first, and those for which it has to. */
const postAll = (base: string) => `(async () => {
  const url = ${JSON.stringify(base)} + "/rooms/general/messages";
  const to = (options) => fetch(url, { method: "POST", body: "smuggled", ...options })
    .then(({ type, status }) => type === "opaque" ? "unreadable" : status, () => "unreadable");
  const submit = (enctype) => new Promise((resolve) => {
    const form = Object.assign(document.createElement("form"), { action: url, method: "post", enctype, target: enctype });
    form.append(Object.assign(document.createElement("input"), { name: "text", value: "smuggled" }));
    const frame = Object.assign(document.createElement("iframe"), { name: enctype });
    document.body.append(form, frame);
    frame.onload = () => resolve();
    form.submit();
  });
  const answers = [
    await to({ mode: "no-cors" }),
    await to({}),
    await to({ mode: "no-cors", referrerPolicy: "no-referrer" }),
    await to({ headers: { "content-type": "application/json" }, body: '{"text":"smuggled"}' }),
  ];
  navigator.sendBeacon(url, "smuggled");
  await submit("text/plain");
  await submit("application/x-www-form-urlencoded");
  await submit("multipart/form-data");
  return answers;
})()`;

const readAll = (base: string) => `(async () => {
  const base = ${JSON.stringify(base)};
  const seen = (path) => fetch(base + path).then((answer) => answer.ok, () => false);
  const stream = new Promise((resolve) => {
    const source = new EventSource(base + "/events");
    source.onopen = () => resolve(true);
    source.onerror = () => { source.close(); resolve(false); };
  });
  const script = new Promise((resolve) => {
    const element = Object.assign(document.createElement("script"), { src: base + "/rooms/general/messages" });
    element.onload = () => resolve(true);
    element.onerror = () => resolve(false);
    document.body.append(element);
  });
  return Promise.all([seen("/rooms/general/messages"), seen("/"), seen("/healthz"), stream, script]);
})()`;

/** In a frame whose pages have no origin at all. */
async function fromNowhere(page: Page, script: string): Promise<unknown> {
  return page.evaluate(`new Promise((resolve) => {
    addEventListener("message", ({ data }) => resolve(data), { once: true });
    const frame = document.createElement("iframe");
    frame.sandbox = "allow-scripts";
    frame.srcdoc = ${JSON.stringify(`<script>${script}.then((data) => parent.postMessage(data, "*"))</script>`)};
    document.body.append(frame);
  })`);
}

test("[D1] a page of a foreign site opens no WebSocket, reads nothing and posts nothing, with an origin or without", async (t) => {
  const server = await startTestServer(t);
  const site = await foreignSite(t);
  const bystander = await RawClient.join(t, server.url, { name: "Оля" });
  const visitor = await browser.visit(site);
  const base = `http://localhost:${server.ports[0]}`;
  assert.deepEqual(await visitor.page.evaluate(openAll(base)), refusedAll);
  assert.deepEqual(await fromNowhere(visitor.page, openAll(base)), refusedAll);
  assert.deepEqual(await visitor.page.evaluate(readAll(base)), [false, false, false, false, false]);
  assert.deepEqual(await visitor.page.evaluate(postAll(base)), Array(4).fill("unreadable"));
  // It was the server that refused, and not the browser.
  const turnedAway = server.log.lines.filter((line) => line.startsWith("turned away"));
  for (const path of [...sockets, "/rooms/general/messages", "/events"]) {
    assert.ok(
      turnedAway.some(
        (line) => line.includes(`"url":"${path}"`) && line.includes(`--allow-origin ${site.slice(0, -1)}`),
      ),
      path,
    );
  }
  assert.ok(turnedAway.some((line) => line.includes("--allow-origin null")));
  assert.deepEqual(await bystander.settle(), []);
  assert.equal((await bystander.say("nobody else was here")).seq, 1);
  await visitor.leave();
});

test("[D1] a name that is rebound to this machine under an open page is refused, though the browser calls it the same origin", async (t) => {
  const server = await startTestServer(t);
  const base = `http://evil.example:${server.ports[0]}`;
  const visitor = await browser.visit(await foreignSite(t));
  const { page } = visitor;
  assert.equal((await page.goto(base))?.status(), 403);
  // The first answer comes from the attacker; from then on the name leads here.
  await page.route(`${base}/`, (route) => route.fulfill({ contentType: "text/html", body: blank }), { times: 1 });
  await page.goto(base);
  assert.equal(await page.title(), "Win a prize");
  assert.deepEqual(await page.evaluate(openAll(base)), refusedAll);
  assert.deepEqual(await page.evaluate(readAll(base)), [false, false, false, false, false]);
  assert.deepEqual(await page.evaluate(postAll(base)), [403, 403, 403, 403]);
  const { messages } = (await (await fetch(`${server.url}/rooms/general/messages`)).json()) as { messages: unknown[] };
  assert.deepEqual(messages, []);
  await visitor.leave();
});

test("[D5] a foreign page's post to the TCP chat is not heard", async (t) => {
  const server = await startTestServer(t, { tcpPort: 0 });
  const bystander = await RawClient.join(t, server.url, { name: "น้อย" });
  const visitor = await browser.visit(await foreignSite(t));
  const posted = await visitor.page.evaluate(`fetch("http://localhost:${server.tcpPort}/", {
    method: "POST", mode: "no-cors", body: "smuggled\\nexit\\n",
  }).then(() => "answered", () => "hung up")`);
  assert.equal(posted, "hung up");
  assert.equal((await bystander.say("nobody else was here")).seq, 1);
  await visitor.leave();
});
