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
  const visitor = await browser.visit(`${url}/`);
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

test("[R1] what was said before loads upwards, and what is looked at stays where it is", async (t) => {
  const { url } = await startTestServer(t);
  for (let number = 1; number <= 200; number++) {
    const posted = await fetch(`${url}/rooms/general/messages`, { method: "POST", body: `line ${number}.` });
    assert.equal(posted.status, 201);
  }
  const visitor = await browser.visit(url);
  await visitor.comeIn("Ann");
  await visitor.sees("line 200.");
  const { page, conversation } = visitor;
  const left = () => conversation.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
  assert.ok((await left()) < 2, "begins at the end");

  // A view that is scrolled between two frames may be taken back to the end, before the browser tells of it.
  do {
    await conversation.evaluate((log) => log.scrollTo(0, 300));
    await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
  } while ((await left()) < 2);
  const shown = conversation.locator(".bubble", { hasText: /^line 15[3-9]\.$/ }).first();
  const topOf = () => shown.evaluate((element) => element.getBoundingClientRect().top);
  const before = await topOf();
  await conversation.locator(".bubble", { hasText: /^line 110\.$/ }).waitFor({ state: "attached" });
  assert.ok(Math.abs((await topOf()) - before) < 3, `it moved from ${before} to ${await topOf()}`);
  await visitor.leave();
});
