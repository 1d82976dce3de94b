import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { browserOptions, findBrowser } from "../../scripts/browser.mjs";
import { findings } from "../../scripts/findings.ts";
import { connect } from "../../src/sdk/index.ts";
import { startTestServer, temporaryFolder } from "../support/server.ts";

const options = { skip: !findBrowser() && "no Chromium here" };

async function openBrowser(t: TestContext): Promise<Browser> {
  const browser = await chromium.launch(browserOptions());
  t.after(() => browser.close());
  return browser;
}

async function openPage(browser: Browser, url: string, more: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: "en", reducedMotion: "reduce", bypassCSP: false, ...more });
  context.setDefaultTimeout(8_000);
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

async function comeIn(page: Page, name: string): Promise<void> {
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("button", { name: "Come in" }).click();
  await page.getByRole("log", { name: "Conversation" }).waitFor();
}

const bubble = (page: Page, text: string | RegExp) => page.locator(".bubble", { hasText: text });
const box = (page: Page) => page.getByRole("textbox", { name: "Message" });

async function say(page: Page, text: string): Promise<void> {
  await box(page).fill(text);
  await box(page).press("Enter");
}

test(
  "two people talk: a message appears once for each, typing is told, and formatting is elements [S1] [R1] [D3]",
  options,
  async (t) => {
    const { url } = await startTestServer(t);
    const browser = await openBrowser(t);
    const ann = await openPage(browser, url);
    await comeIn(ann, "Ann");
    assert.equal(new URL(ann.url()).pathname, "/r/general");
    const olya = await openPage(browser, `${url}/r/general`);
    await comeIn(olya, "Оля");

    await box(olya).pressSequentially("Привіт");
    await ann.getByText("Оля is typing…").waitFor();
    await box(olya).fill("Привіт, **Ann**! <img src=x onerror=alert(1)> https://example.org/x.");
    await box(olya).press("Enter");
    await bubble(ann, "Привіт").waitFor();
    await ann.getByText("Оля is typing…").waitFor({ state: "detached" });
    assert.equal(await bubble(ann, "Привіт").locator("strong").textContent(), "Ann");
    assert.equal(await bubble(ann, "Привіт").getByRole("link").getAttribute("href"), "https://example.org/x");
    assert.equal(await ann.locator(".log img").count(), 0);
    assert.equal(await bubble(olya, "Привіт").count(), 1);
    assert.equal(await olya.locator(".group-mine .bubble").count(), 1);
  },
);

test("a taken name is told at the field in the reader's language, and the free one comes in", options, async (t) => {
  const { url } = await startTestServer(t);
  const browser = await openBrowser(t);
  await comeIn(await openPage(browser, url), "Ann");
  const second = await openPage(browser, url, { locale: "uk-UA" });
  await second.getByRole("textbox", { name: "Ім’я" }).fill("Ann");
  await second.getByRole("button", { name: "Увійти" }).click();
  await second.getByText("Це ім’я зайняте").waitFor();
  await second.getByRole("button", { name: "Узяти ім’я «Ann2»" }).click();
  await second.getByRole("log", { name: "Розмова" }).waitFor();
  assert.equal(await second.locator("html").getAttribute("lang"), "uk");
  assert.equal(await second.locator(".me-name").textContent(), "Ann2");
});

test(
  "rooms: one is added, unread is counted, back and forward lead through them, a reload stays in",
  options,
  async (t) => {
    const { url } = await startTestServer(t);
    const browser = await openBrowser(t);
    const ann = await openPage(browser, url);
    await comeIn(ann, "Ann");
    await ann.getByRole("button", { name: "Add a room" }).click();
    await ann.getByRole("textbox", { name: "Name of the room" }).fill("bad name!");
    await ann.keyboard.press("Enter");
    await ann.getByText("64 at most").waitFor();
    await ann.getByRole("textbox", { name: "Name of the room" }).fill("Кухня");
    await ann.keyboard.press("Enter");
    await ann.getByRole("heading", { level: 1, name: "кухня" }).waitFor();
    await ann.getByText("It is quiet here.").waitFor();

    await using guest = disposable(connect(url, { name: "สมชาย" }));
    const general = guest.client.join("general");
    await general.settled(general.send("สวัสดี"));
    await ann.getByRole("link", { name: "1 unread message" }).waitFor();

    await box(ann).fill("a draft");
    await ann.goBack();
    await ann.getByRole("heading", { level: 1, name: "general" }).waitFor();
    await ann.getByText("New since you left").waitFor();
    await ann.getByRole("link", { name: "unread message" }).waitFor({ state: "detached" });
    await ann.goForward();
    await ann.getByRole("heading", { level: 1, name: "кухня" }).waitFor();
    assert.equal(await box(ann).inputValue(), "a draft");
    await ann.reload();
    await ann.getByRole("heading", { level: 1, name: "кухня" }).waitFor();
    await ann.getByText("It is quiet here.").waitFor();
    assert.equal(await box(ann).inputValue(), "a draft");
    await ann.getByRole("button", { name: "Leave кухня" }).click();
    await ann.getByRole("heading", { level: 1, name: "general" }).waitFor();
    assert.equal(await ann.getByRole("link", { name: "кухня" }).count(), 0);
  },
);

function disposable(client: ReturnType<typeof connect>) {
  return {
    client,
    async [Symbol.asyncDispose]() {
      client.close();
    },
  };
}

test(
  "when the server is away, the bar says so, writing goes on, and it is sent once after the return [K3]",
  options,
  async (t) => {
    const data = temporaryFolder(t);
    const first = await startTestServer(t, { data, drainMs: 0 });
    const browser = await openBrowser(t);
    const ann = await openPage(browser, first.url);
    await comeIn(ann, "Ann");
    await say(ann, "before");
    await ann.locator(".message-sent", { hasText: "before" }).waitFor();
    await first.stop();
    await ann.getByText(/Offline, trying again in \d+ s/).waitFor();
    await say(ann, "meanwhile");
    await ann.locator(".message-sending", { hasText: "meanwhile" }).waitFor();
    await startTestServer(t, { data, ports: first.ports });
    // On a busy machine it may have come back by itself.
    const now = ann.getByRole("button", { name: "Now" });
    if (await now.isVisible()) await now.click({ timeout: 2_000 }).catch(() => {});
    await ann.locator(".message-sent", { hasText: "meanwhile" }).waitFor();
    await ann.getByText("Back online").waitFor();
    assert.equal(await bubble(ann, "meanwhile").count(), 1);
    assert.equal(await bubble(ann, "before").count(), 1);
  },
);

test("history loads upwards and what is looked at stays where it is", options, async (t) => {
  const { url } = await startTestServer(t, {});
  await using guest = disposable(connect(url, { name: "Пётр" }));
  const room = guest.client.join("general");
  const count = 200;
  for (let number = 1; number <= count; number += 1) {
    const posted = await fetch(`${url}/rooms/general/messages`, { method: "POST", body: `line ${number}.` });
    assert.equal(posted.status, 201);
  }
  await room.settled(room.send("last"));
  const browser = await openBrowser(t);
  const ann = await openPage(browser, url);
  await comeIn(ann, "Ann");
  await bubble(ann, "last").waitFor();
  const log = ann.getByRole("log");
  const distance = () => log.evaluate((view) => view.scrollHeight - view.scrollTop - view.clientHeight);
  assert.ok((await distance()) < 2, "begins at the end");

  // A view that is scrolled between two frames may be taken back to the end, before the browser tells of it.
  do {
    await log.evaluate((view) => view.scrollTo(0, 300));
    await ann.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
  } while ((await distance()) < 2);
  const shown = bubble(ann, /^line 15[3-9]\.$/).first();
  const topOf = () => shown.evaluate((element) => element.getBoundingClientRect().top);
  const before = await topOf();
  await bubble(ann, /^line 110\.$/).waitFor({ state: "attached" });
  assert.ok(Math.abs((await topOf()) - before) < 3, `it moved from ${before} to ${await topOf()}`);

  await room.settled(room.send("something new"));
  await ann.getByRole("button", { name: "1 new message" }).click();
  assert.ok((await distance()) < 60);
  await bubble(ann, "something new").waitFor();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(
    `axe finds nothing at the entrance, in the chat, and in its drawers, in the ${colorScheme}`,
    options,
    async (t) => {
      const { url } = await startTestServer(t);
      const browser = await openBrowser(t);
      const ann = await openPage(browser, url, { colorScheme });
      await ann.getByRole("button", { name: "Come in" }).waitFor();
      assert.deepEqual(await findings(ann), []);
      await comeIn(ann, "Ann");
      assert.deepEqual(await findings(ann), []);
      await say(ann, "**bold** `code` https://example.org\n> quoted\n- one\n- two");
      await ann.locator(".message-sent").waitFor();
      await using guest = disposable(connect(url, { name: "Оля" }));
      const room = guest.client.join("general");
      await room.settled(room.send("see https://example.org and `code`, @Ann and @Оля"));
      await bubble(ann, "see").waitFor();
      assert.deepEqual(await findings(ann), []);
      await ann.reload();
      await bubble(ann, "see").waitFor();
      await box(ann).fill("@");
      await ann.getByRole("option").first().waitFor();
      assert.deepEqual(await findings(ann), []);
      await box(ann).fill("");
      await ann.getByRole("button", { name: "Emoji" }).click();
      await ann.getByRole("toolbar", { name: "Emoji" }).waitFor();
      assert.deepEqual(await findings(ann), []);
      await ann.keyboard.press("Escape");
      await ann.goto(`${url}/r/general/1`);
      await ann.locator(".message[aria-current]").waitFor();
      assert.deepEqual(await findings(ann), []);
      await ann.goto(`${url}/r/general/999`);
      await ann.getByText("There is no such message").waitFor();
      assert.deepEqual(await findings(ann), []);
      await ann.setViewportSize({ width: 390, height: 844 });
      await ann.getByRole("button", { name: "Show rooms" }).click();
      // Both are fetched when they are first shown: what is not there yet is neither looked at nor closed.
      for (const name of ["Settings", "Keyboard"]) {
        await ann.getByRole("button", { name }).click();
        await ann.getByRole("dialog", { name }).waitFor();
        assert.deepEqual(await findings(ann), []);
      }
      for (const name of ["Keyboard", "Settings", "Rooms"]) {
        await ann.keyboard.press("Escape");
        await ann.getByRole("dialog", { name }).waitFor({ state: "detached" });
      }
      assert.equal(await ann.evaluate("document.activeElement?.getAttribute('aria-label')"), "Show rooms");
      await ann.getByRole("button", { name: "Show members" }).click();
      await ann.getByRole("dialog", { name: "Members" }).waitFor();
      assert.deepEqual(await findings(ann), []);
    },
  );
}

test(
  "Enter sends, Shift+Enter breaks the line, an input method's Enter does neither; a new language shows at once",
  options,
  async (t) => {
    const { url } = await startTestServer(t);
    const browser = await openBrowser(t);
    const page = await openPage(browser, `${url}/r/${encodeURIComponent("ห้องเรียน")}`, {
      reducedMotion: "no-preference",
    });
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.getByRole("button", { name: "Come in without a name" }).click();
    await page.getByRole("heading", { level: 1, name: "ห้องเรียน" }).waitFor();
    assert.match((await page.locator(".me-name").textContent()) ?? "", /^user_[a-z]{6}\d{2}$/);

    await box(page).fill("น้ำ");
    await box(page).dispatchEvent("keydown", { key: "Enter", isComposing: true });
    await box(page).dispatchEvent("keydown", { key: "Enter", keyCode: 229 });
    await box(page).press("Shift+Enter");
    await box(page).pressSequentially("แข็ง");
    assert.equal(await box(page).inputValue(), "น้ำ\nแข็ง");
    assert.equal(await page.locator(".bubble").count(), 0);
    await box(page).press("Enter");
    await page.locator(".message-sent").waitFor();
    assert.equal(await bubble(page, "น้ำ").locator("p").textContent(), "น้ำ\nแข็ง");
    assert.equal(await box(page).inputValue(), "");

    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("combobox", { name: "Language" }).selectOption("uk");
    await page.getByRole("button", { name: "Надіслати" }).waitFor();
    await page.getByRole("radio", { name: "Темна" }).check();
    assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
    assert.equal(await page.locator("html").getAttribute("lang"), "uk");
    await page.getByRole("button", { name: "Вийти з чату" }).click();
    await page.getByRole("button", { name: "Увійти без імені" }).waitFor();
    assert.equal(new URL(page.url()).pathname, "/");
    assert.deepEqual(complaints, []);
  },
);
