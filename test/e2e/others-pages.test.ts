import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { useBrowser } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

const browser = useBrowser();

test("a browser's own EventSource reads a room, and goes on by itself where a cut line ended [R2]", async (t) => {
  const first = await startTestServer(t);
  const visitor = await browser.visit(`${first.url}/healthz`);
  await visitor.page.evaluate(`
    globalThis.read = [];
    globalThis.source = new EventSource("/events");
    source.addEventListener("message", ({ data }) => read.push(JSON.parse(data).text));
    new Promise((resolve) => source.addEventListener("open", resolve));
  `);
  const say = (url: string, body: string) => fetch(`${url}/rooms/general/messages`, { method: "POST", body });
  const hasRead = (count: number) =>
    visitor.page.evaluate(`new Promise((resolve) => {
      const look = () => (read.length >= ${count} ? resolve() : source.addEventListener("message", look, { once: true }));
      look();
    })`);
  await say(first.url, "สวัสดี");
  await hasRead(1);
  await first.stop();
  const second = await startTestServer(t, { data: first.data, ports: first.ports });
  await say(second.url, "missed");
  await hasRead(2);
  assert.deepEqual(await visitor.page.evaluate("read"), ["สวัสดี", "missed"]);
  await visitor.leave();
});

test("a tutorial's page on another port of this machine talks over /ws unchanged", async (t) => {
  const { url, ports } = await startTestServer(t);
  const tutorial = createServer((_request, answer) => {
    answer.setHeader("content-type", "text/html; charset=utf-8");
    answer.end(`<!DOCTYPE html><h1>WebSocket Chat</h1>
      <form action="" onsubmit="sendMessage(event)"><input id="messageText" autocomplete="off"><button>Send</button></form>
      <ul id="messages"></ul>
      <script>
        var ws = new WebSocket("ws://localhost:${ports[0]}/ws");
        ws.onmessage = function (event) {
          var message = document.createElement("li");
          message.appendChild(document.createTextNode(event.data));
          document.getElementById("messages").appendChild(message);
        };
        function sendMessage(event) {
          var input = document.getElementById("messageText");
          ws.send(input.value);
          input.value = "";
          event.preventDefault();
        }
      </script>`);
  });
  tutorial.listen(0, "localhost");
  await new Promise((resolve) => tutorial.once("listening", resolve));
  t.after(() => tutorial.close().closeAllConnections());
  const visitor = await browser.visit(`http://localhost:${(tutorial.address() as AddressInfo).port}/`);
  await visitor.page.evaluate(
    "new Promise((open) => (ws.readyState === 1 ? open() : ws.addEventListener('open', open)))",
  );
  const ann = await RawClient.join(t, url, { name: "Ann" });
  await visitor.page.locator("#messageText").fill("from the tutorial");
  await visitor.page.getByRole("button", { name: "Send" }).click();
  await visitor.page.getByText("User: from the tutorial").waitFor();
  await ann.say("answer");
  await visitor.page.getByText("User: answer").waitFor();
  await visitor.leave();
});
