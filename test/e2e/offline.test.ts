import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { useBrowser } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

const browser = useBrowser();

/** Waits until the page is kept, and what was said in a room last. */
const isKept = (page: Page, room: string, text: string) =>
  page.evaluate(`new Promise((resolve) => {
    const look = async () => {
      await navigator.serviceWorker.ready;
      const kept = await caches.match("/r/${encodeURIComponent(room)}", { cacheName: "parlance-rooms" });
      if ((await kept?.text())?.includes("${text}")) resolve();
      else setTimeout(look, 50);
    };
    look();
  })`);

test("[K3] [D6] without a server the page opens with what was last said, and sends what is written once there is a line; asked for the key again, it forgets", async (t) => {
  const first = await startTestServer(t, { accessKey: "ключ" });
  const { data, ports } = first;
  const visitor = await browser.visit(`${first.url}/r/кухня`);
  const { page } = visitor;
  await page.getByLabel("Access key").fill("ключ");
  await page.keyboard.press("Enter");
  await visitor.comeIn("Оля");
  await visitor.say("Привіт, שלום 🙂");
  await isKept(page, "кухня", "Привіт, שלום 🙂");
  await first.stop();

  await page.reload();
  await visitor.sees("Привіт, שלום 🙂");
  await page.getByText("This is what was here the last time.").waitFor();
  await page.getByText("Offline, trying again").waitFor();
  await visitor.say("написано без мережі");
  await visitor.conversation.locator(".message-sending", { hasText: "написано без мережі" }).waitFor();
  // From the entrance, too, whoever comes back comes in.
  await page.goto(`${first.url}/`);
  await page.getByRole("textbox", { name: "Room" }).fill("кухня");
  await page.getByRole("button", { name: "Come in", exact: true }).click();
  await visitor.sees("написано без мережі");

  const second = await startTestServer(t, { accessKey: "ключ", data, ports });
  const bob = await RawClient.join(t, second.url, { name: "Боб", room: "кухня", key: "ключ" });
  const now = page.getByRole("button", { name: "Now" });
  if (await now.isVisible()) await now.click({ timeout: 2_000 }).catch(() => {});
  assert.equal((await bob.next("message")).text, "написано без мережі");
  await visitor.conversation.locator(".message-sent", { hasText: "написано без мережі" }).waitFor();
  for (const text of ["Привіт, שלום 🙂", "написано без мережі"]) assert.equal(await visitor.count(text), 1, text);
  await isKept(page, "кухня", "написано без мережі");
  // That the prompt itself is a refusal is no fault of the page's.
  const troubles = visitor.troubles.filter((text) => !/\b401\b/.test(text));
  assert.deepEqual(troubles, []);

  await second.stop();
  await startTestServer(t, { accessKey: "новий ключ", data, ports });
  await page.reload();
  await page.getByLabel("Access key").waitFor();
  assert.deepEqual(await page.evaluate("caches.keys()"), []);
  assert.equal(await page.evaluate("navigator.serviceWorker.getRegistration().then(Boolean)"), false);
  await visitor.leave();
});

test("[K3] what is said in a room that there is no line to is seen to wait, also after a reload, and is said once there is one", async (t) => {
  const { url, data, ports, stop } = await startTestServer(t);
  const ann = await browser.visit(`${url}/`);
  const { page } = ann;
  await ann.comeIn("Ann");
  await page.evaluate("navigator.serviceWorker.ready");
  await stop();
  await page.getByText("Offline, trying again").waitFor();
  await page.getByRole("button", { name: "Add a room" }).click();
  await page.getByRole("textbox", { name: "Name of the room" }).fill("кухня");
  await page.keyboard.press("Enter");
  await page.getByText("Fetching the conversation").waitFor({ state: "attached" });
  await ann.say("написано без мережі");
  const waiting = ann.conversation.locator(".message-sending", { hasText: "написано без мережі" });
  await waiting.waitFor();
  await page.reload();
  await waiting.waitFor();
  assert.equal(await page.getByText("This is what was here the last time.").count(), 0);

  await startTestServer(t, { data, ports });
  const now = page.getByRole("button", { name: "Now" });
  await now.click({ timeout: 2_000 }).catch(() => {});
  await ann.conversation.locator(".message-sent", { hasText: "написано без мережі" }).waitFor();
  assert.equal(await ann.count("написано без мережі"), 1);
  assert.deepEqual(ann.troubles, []);
  await ann.leave();
});

test("a phone loads the conversation alone, and what a drawer shows is there soon after it, also once the line is gone", async (t) => {
  const server = await startTestServer(t);
  const ann = await browser.visit(`${server.url}/r/кухня`);
  await ann.comeIn("Ann");
  const storageState = await ann.page.context().storageState();
  await ann.leave();

  const phone = await browser.visit("about:blank", {
    storageState,
    viewport: { width: 390, height: 844 },
    serviceWorkers: "block",
  });
  const { page } = phone;
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(`${server.url}/r/кухня`);
  await phone.conversation.waitFor();
  await page.waitForLoadState("networkidle");
  const [messages = 0, beside = 0] = ["/messages", "/beside-"].map((part) =>
    asked.findIndex((path) => path.includes(part)),
  );
  assert.ok(messages < beside, `what a phone shows later is not asked for first: ${asked.join(" ")}`);
  await server.stop();
  await page.getByRole("button", { name: "Show rooms" }).click();
  await page.getByRole("dialog", { name: "Rooms" }).getByRole("link", { name: "кухня" }).waitFor();
  await phone.leave();
});

test("a part of the page that cannot be fetched is asked for again by the next click, and the log stays alive meanwhile", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await browser.visit(`${url}/`, {
    viewport: { width: 700, height: 844 },
    hasTouch: true,
    serviceWorkers: "block",
  });
  const { page } = ann;
  await ann.comeIn("Ann");
  await ann.say(`${url}/healthz`);
  const parts = "**/assets/{settings-dialog,message-sheet}-*";
  await page.route(parts, (route) => route.fulfill({ status: 404 }));
  const settings = page.getByRole("button", { name: "Settings" });
  await settings.click();
  await page.getByText("A part of the page could not be loaded.").waitFor();
  await page.getByRole("button", { name: "Reload" }).waitFor();
  await page.unroute(parts);
  await settings.click();
  await page.getByRole("dialog", { name: "Settings" }).getByRole("button", { name: "Close" }).click();
  await page.getByText("A part of the page could not be loaded.").waitFor({ state: "detached" });

  // A sheet that never comes: the finger that asked for it is gone, and the next one is somebody's tap.
  await page.route(parts, () => {});
  const finger = await page.context().newCDPSession(page);
  const bubble = page.locator(".bubble").first();
  const box = await bubble.boundingBox();
  assert.ok(box);
  const sheet = page.waitForRequest(/message-sheet/);
  const touchPoints = [{ x: box.x + 4, y: box.y + 4 }];
  await finger.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints });
  await sheet;
  await finger.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  const opened = page.context().waitForEvent("page");
  await bubble.getByRole("link").tap();
  await (await opened).close();
  assert.deepEqual(
    ann.troubles.filter((text) => !/\b404\b/.test(text)),
    [],
  );
  await ann.leave();
});

test("a language whose words cannot be fetched is not the one that is chosen, and can be chosen again", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await browser.visit(`${url}/`, { serviceWorkers: "block" });
  const { page } = ann;
  await ann.comeIn("Ann");
  await page.getByRole("button", { name: "Settings" }).click();
  const words = "**/assets/page-*";
  await page.route(words, (route) => route.fulfill({ status: 404 }));
  const language = page.getByRole("combobox", { name: "Language" });
  await language.selectOption("th");
  await page.getByText("A part of the page could not be loaded.").waitFor();
  assert.equal(await language.inputValue(), "en");
  await page.unroute(words);
  await language.selectOption("th");
  await page.locator("html[lang=th]").waitFor({ state: "attached" });
  await page.locator(".line-closed").waitFor({ state: "detached" });
  assert.deepEqual(
    ann.troubles.filter((text) => !/\b404\b/.test(text)),
    [],
  );
  await ann.leave();
});
