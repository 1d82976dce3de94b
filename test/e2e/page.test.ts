import assert from "node:assert/strict";
import { test } from "node:test";
import { useBrowser } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

const browser = useBrowser();

/** What the log of the first room holds. */
async function textsOf(url: string): Promise<string[]> {
  const { messages } = (await (await fetch(`${url}/rooms/general/messages?after=0`)).json()) as {
    messages: { text: string }[];
  };
  return messages.map(({ text }) => text);
}

test("[S1] [R1] two people come in and talk, each in their own browser, and see each other type", async (t) => {
  const { url } = await startTestServer(t);
  const olya = await browser.visit(`${url}/`, { reducedMotion: "no-preference" });
  await olya.comeIn("Оля");
  assert.equal(new URL(olya.page.url()).pathname, "/r/general");
  const noi = await browser.visit(`${url}/r/general`, { reducedMotion: "no-preference" });
  await noi.comeIn("น้อย");
  await olya.say("Привіт! 👋");
  await noi.sees("Привіт! 👋");
  await noi.page.getByRole("textbox", { name: "Message" }).pressSequentially("ส");
  await olya.page.getByText("น้อย is typing").waitFor();
  await noi.say("สวัสดี **ครับ**");
  await olya.conversation.locator("strong", { hasText: /^ครับ$/ }).waitFor();
  await olya.page.getByText("น้อย is typing").waitFor({ state: "detached" });
  const members = olya.page.getByRole("complementary", { name: "Members" });
  await members.getByText("น้อย", { exact: true }).waitFor();
  assert.deepEqual([await olya.count("Привіт! 👋"), await noi.count("Привіт! 👋")], [1, 1]);
  assert.equal(await noi.page.locator(".group-mine .bubble").count(), 1);
  assert.deepEqual([...olya.troubles, ...noi.troubles], []);
  await noi.leave();
  await olya.leave();
});

test("a taken name is told at the field in the reader's language, and the free one comes in", async (t) => {
  const { url } = await startTestServer(t);
  await RawClient.join(t, url, { name: "Ann" });
  const visitor = await browser.visit(url, { locale: "uk-UA" });
  const { page } = visitor;
  await page.getByRole("textbox", { name: "Ім’я" }).fill("Ann");
  await page.getByRole("button", { name: "Увійти" }).click();
  await page.getByText("Це ім’я зайняте").waitFor();
  await page.getByRole("button", { name: "Узяти ім’я «Ann2»" }).click();
  await page.getByRole("log", { name: "Розмова" }).waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "uk");
  assert.equal(await page.locator(".me-name").textContent(), "Ann2");
  await visitor.leave();
});

test("[K5] whoever reloads is still who they were, in the room where they were, and has everything once", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await browser.visit(`${url}/r/кухня`);
  await ann.comeIn("Ann");
  const bob = await RawClient.join(t, url, { name: "Bob", room: "кухня" });
  await ann.say("before the reload");
  await bob.next("message");
  await ann.page.reload();
  await ann.sees("before the reload");
  await bob.say("after the reload");
  await ann.sees("after the reload");
  assert.equal(await ann.count("before the reload"), 1);
  assert.match(ann.page.url(), /\/r\/%D0%BA%D1%83%D1%85%D0%BD%D1%8F$/);
  await ann.say("me again");
  assert.deepEqual([(await bob.next("message")).user.name, (await bob.next("message")).user.name], ["Bob", "Ann"]);
  assert.ok(!(await bob.settle()).some(({ type }) => type === "user_left" || type === "user_joined"));
  assert.deepEqual(ann.troubles, []);
  await ann.leave();
});

test("[R2] [K3] a server that goes away and comes back: what was written meanwhile is sent once, what was missed is read once", async (t) => {
  const first = await startTestServer(t);
  const ann = await browser.visit(`${first.url}/`);
  await ann.comeIn("Ann");
  await ann.say("while there was a line");
  await ann.sees("while there was a line");
  await first.stop();
  await ann.page.getByText(/^Offline, trying again in \d+ s/).waitFor();
  await ann.say("written without a line");
  await ann.say("and another");
  await ann.page.locator(".message-sending", { hasText: "and another" }).waitFor();
  // It is said for a moment only, and the page may be back by itself before it is asked to.
  const back = ann.page.getByText("Back online").waitFor();
  const second = await startTestServer(t, { data: first.data, ports: first.ports });
  const bob = await RawClient.join(t, second.url, { name: "Bob" });
  await bob.say("missed by Ann");
  const now = ann.page.getByRole("button", { name: /now/i });
  if (await now.isVisible()) await now.click({ timeout: 2_000 }).catch(() => {});
  await back;
  await ann.page.locator(".message-sent", { hasText: "and another" }).waitFor();
  const texts = ["and another", "missed by Ann", "while there was a line", "written without a line"];
  assert.deepEqual((await textsOf(second.url)).toSorted(), texts);
  for (const text of texts) {
    await ann.sees(text);
    assert.equal(await ann.count(text), 1, text);
  }
  await ann.leave();
});

test("[K3] what was not sent yet outlives a reload", async (t) => {
  const first = await startTestServer(t);
  const ann = await browser.visit(`${first.url}/`);
  await ann.comeIn("Ann");
  await first.stop();
  await ann.page
    .getByText(/^Offline/)
    .first()
    .waitFor();
  await ann.say("kept over the reload");
  const second = await startTestServer(t, { data: first.data, ports: first.ports });
  await ann.page.reload();
  await ann.page.locator(".message-sent", { hasText: "kept over the reload" }).waitFor();
  assert.deepEqual(await textsOf(second.url), ["kept over the reload"]);
  assert.equal(await ann.count("kept over the reload"), 1);
  await ann.leave();
});

test("[D3] markup is text: nothing that somebody writes runs, and links lead only where links may", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await browser.visit(`${url}/`);
  await ann.comeIn("Ann");
  const mallory = await RawClient.join(t, url, { name: "<b>Mallory</b>" });
  await mallory.say('<img src=x onerror="document.title=1"> <script>document.title=2</script>');
  await mallory.say("javascript:alert(1) and https://example.org/a?b=c");
  await ann.sees('<img src=x onerror="document.title=1"> <script>document.title=2</script>');
  const links = ann.conversation.locator(".bubble").getByRole("link");
  await links.first().waitFor();
  assert.deepEqual(await links.evaluateAll((found) => found.map((link) => link.getAttribute("href"))), [
    "https://example.org/a?b=c",
  ]);
  assert.equal(await ann.conversation.locator("img, script").count(), 0);
  assert.match(await ann.page.title(), /Parlance/);
  assert.deepEqual(ann.troubles, []);
  await ann.leave();
});

test("[R1] whoever comes back reads a room's last messages before there is a line, which then brings each message once", async (t) => {
  const { url } = await startTestServer(t);
  const say = (text: string) => fetch(`${url}/rooms/кухня/messages`, { method: "POST", body: text });
  for (let number = 1; number <= 40; number++) await say(`№${number}. สวัสดี 🙂`);
  // What a service worker keeps would come sooner than what is asked for.
  const visitor = await browser.visit(`${url}/r/кухня`, { serviceWorkers: "block" });
  const { page } = visitor;
  await visitor.comeIn("Оля");
  await visitor.sees("№1. สวัสดี 🙂");
  await page.evaluate(`caches.delete("parlance-rooms")`);
  let connect = () => {};
  await page.routeWebSocket(/\/api\/v1\/ws$/, (socket) => {
    const waiting: (string | Buffer)[] = [];
    socket.onMessage((frame) => void waiting.push(frame));
    connect = () => {
      const server = socket.connectToServer();
      for (const frame of waiting) server.send(frame);
      socket.onMessage((frame) => server.send(frame));
    };
  });
  await say("שלום");
  await page.reload();
  await visitor.sees("שלום");
  assert.equal(await visitor.count("№1. สวัสดี 🙂"), 0, "no more than a screen's worth comes early");
  await say("ще одне");
  connect();
  await visitor.sees("ще одне");
  await visitor.sees("№1. สวัสดี 🙂");
  for (const text of ["№40. สวัสดี 🙂", "שלום", "ще одне"]) assert.equal(await visitor.count(text), 1, text);
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});

test("what was said today was said yesterday once it is midnight, though nothing else happens", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await browser.visit("about:blank", { serviceWorkers: "block", timezoneId: "UTC" });
  const { page, conversation } = ann;
  await page.clock.install();
  await page.goto(url);
  await ann.comeIn("Ann");
  await ann.say("на добраніч");
  await conversation.getByText("Today", { exact: true }).waitFor();
  await page.clock.fastForward("24:00:00");
  await conversation.getByText("Yesterday", { exact: true }).waitFor();
  assert.equal(await conversation.getByText("Today", { exact: true }).count(), 0);
  await ann.leave();
});
