import assert from "node:assert/strict";
import { test } from "node:test";
import { useBrowser } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

const browser = useBrowser();

test("whoever scrolls up as a message comes in stays there, and whoever is at the end stays at the end", async (t) => {
  const { url } = await startTestServer(t);
  const bob = await RawClient.join(t, url, { name: "Боб" });
  for (let number = 1; number <= 40; number++) await bob.say(`№${number}`);
  const visitor = await browser.visit(`${url}/`, { reducedMotion: "reduce" });
  await visitor.comeIn("น้อย");
  await visitor.sees("№40");
  const { page, conversation } = visitor;
  const left = () => conversation.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
  await bob.say("at the end");
  await visitor.sees("at the end");
  await page.evaluate("new Promise(requestAnimationFrame)");
  assert.ok((await left()) < 2);

  // Between the message and the next drawing, when the browser has told nobody of it yet.
  await page.evaluate(`{
    const log = document.querySelector("[role=log]");
    window.top_ = log.scrollTop - 120;
    new MutationObserver((_, watcher) => {
      watcher.disconnect();
      log.scrollTop -= 120;
    }).observe(log, { childList: true, subtree: true });
  }`);
  await bob.say("while going up");
  await page.getByRole("button", { name: "1 new message" }).waitFor();
  assert.equal(await page.evaluate("document.querySelector('[role=log]').scrollTop - top_"), 0);
  await page.getByRole("button", { name: "1 new message" }).click();
  assert.ok((await left()) < 2);
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});
