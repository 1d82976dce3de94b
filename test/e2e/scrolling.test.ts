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

test("whoever writes many lines, or turns the device meanwhile, still sees the end", async (t) => {
  const { url } = await startTestServer(t);
  const bob = await RawClient.join(t, url, { name: "Боб" });
  for (let number = 1; number <= 40; number++) await bob.say(`№${number}, a few words in a line of their own`);
  const visitor = await browser.visit(url, { viewport: { width: 375, height: 667 } });
  await visitor.comeIn("น้อย");
  await visitor.sees("№40, a few words in a line of their own");
  const { page, conversation } = visitor;
  const drawn = () =>
    page.evaluate(
      "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(drawn))))",
    );
  const left = () => conversation.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
  for (let line = 1; line <= 9; line++) {
    await page.locator("#message").pressSequentially(`line ${line}`);
    await page.keyboard.press("Shift+Enter");
    await drawn();
    assert.ok((await left()) < 2, `${await left()} pixels above the end after ${line} lines`);
  }
  for (const size of [
    { width: 667, height: 375 },
    { width: 375, height: 667 },
  ]) {
    await page.setViewportSize(size);
    await drawn();
    assert.ok((await left()) < 2, `${await left()} pixels above the end, ${size.width} wide`);
  }
  await visitor.leave();
});

test("whoever reads above the end goes on reading there when the conversation becomes narrower and at once wider", async (t) => {
  const { url } = await startTestServer(t);
  const bob = await RawClient.join(t, url, { name: "Боб" });
  for (let number = 1; number <= 40; number++) await bob.say(`№${number} ${"words ".repeat(number % 20)}`);
  const visitor = await browser.visit(url, { viewport: { width: 500, height: 600 } });
  await visitor.comeIn("น้อย");
  await visitor.conversation.locator(".bubble", { hasText: "№40" }).waitFor();
  const { page } = visitor;
  await page.mouse.move(250, 300);
  await page.mouse.wheel(0, -900);
  await page.getByRole("button", { name: "To the latest messages" }).waitFor();
  const narrowAndWiden = `new Promise((done) => {
    const log = document.querySelector("[role=log]");
    const bottom = log.getBoundingClientRect().bottom;
    const message = [...log.querySelectorAll(".message")].findLast((one) => one.getBoundingClientRect().bottom < bottom);
    const before = message.getBoundingClientRect().top;
    log.style.width = "300px";
    // Between two frames: the first has scrolled the view, of which the second begins by telling.
    requestAnimationFrame(() => setTimeout(() => {
      log.style.width = "";
      requestAnimationFrame(() => requestAnimationFrame(() => done(message.getBoundingClientRect().top - before)));
    }));
  })`;
  for (let time = 1; time <= 5; time++) {
    const moved = await page.evaluate(narrowAndWiden);
    assert.ok(Math.abs(Number(moved)) < 3, `it moved by ${moved} pixels`);
  }
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

test("[P3] whoever comes back stands at the line above what is new, and at the end if it was read on another device", async (t) => {
  const { url } = await startTestServer(t);
  const bob = await RawClient.join(t, url, { name: "Боб" });
  await bob.say("прочитане");
  const ann = await browser.visit(`${url}/`);
  await ann.comeIn("Ann");
  await ann.sees("прочитане");
  await ann.page.waitForFunction(() => localStorage.getItem("parlance-read-general") === "1");
  const storageState = await ann.page.context().storageState();
  await ann.leave();
  for (let number = 1; number <= 40; number++) await bob.say(`ใหม่ ${number}`);

  const tablet = await browser.visit(`${url}/r/general`, { storageState });
  await tablet.page.getByRole("button", { name: "40 new messages" }).waitFor();
  const line = tablet.page.getByText("New since you left");
  assert.ok(
    await line.evaluate((element) => {
      const { top } = element.getBoundingClientRect();
      const log = element.closest("[role=log]")?.getBoundingClientRect();
      return log !== undefined && top >= log.top && top < log.top + log.height / 2;
    }),
  );
  await tablet.page.getByRole("button", { name: "40 new messages" }).click();
  const token = storageState.origins[0]?.localStorage.find(({ name }) => name === "parlance-token")?.value ?? "";
  const other = await RawClient.join(t, url, { token });
  if (other.joined.read !== 41) await other.next("read");

  const phone = await browser.visit(`${url}/r/general`, { storageState });
  await phone.page.locator(".recalled").waitFor({ state: "detached" });
  await phone.sees("ใหม่ 40");
  const left = await phone.conversation.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
  assert.ok(left < 2, `${left} pixels above the end`);
  assert.equal(await phone.page.getByText("New since you left").count(), 0);
  for (const visitor of [tablet, phone]) {
    assert.deepEqual(visitor.troubles, []);
    await visitor.leave();
  }
});
