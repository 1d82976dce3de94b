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
const cachesOf = (page: Page) => page.evaluate<string[]>("caches.keys()");

test("[K3] without a server the page opens with what was last said, takes what is written, and sends it once there is a line", async (t) => {
  const first = await startTestServer(t);
  const visitor = await browser.visit(`${first.url}/r/кухня`);
  await visitor.comeIn("Оля");
  const { page } = visitor;
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

  const second = await startTestServer(t, { data: first.data, ports: first.ports });
  const bob = await RawClient.join(t, second.url, { name: "Боб", room: "кухня" });
  await page
    .getByRole("button", { name: "Now" })
    .click({ timeout: 3_000 })
    .catch(() => {});
  assert.equal((await bob.next("message")).text, "написано без мережі");
  await visitor.conversation.locator(".message-sent", { hasText: "написано без мережі" }).waitFor();
  for (const text of ["Привіт, שלום 🙂", "написано без мережі"]) assert.equal(await visitor.count(text), 1, text);

  // Whoever leaves leaves nothing of the rooms behind.
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Leave the chat" }).click();
  await page.getByRole("textbox", { name: "Name", exact: true }).waitFor();
  assert.ok(!(await cachesOf(page)).includes("parlance-rooms"));
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});

test("[D6] a browser that is asked for the key again forgets the page and the rooms that it kept", async (t) => {
  const first = await startTestServer(t, { accessKey: "ключ" });
  const visitor = await browser.visit(`${first.url}/r/general`);
  const { page } = visitor;
  await page.getByLabel("Access key").fill("ключ");
  await page.keyboard.press("Enter");
  await visitor.comeIn("Ann");
  await visitor.say("for those who know the key");
  await isKept(page, "general", "for those who know the key");
  await first.stop();
  await startTestServer(t, { accessKey: "новий ключ", data: first.data, ports: first.ports });
  await page.reload();
  await page.getByLabel("Access key").waitFor();
  assert.deepEqual(await cachesOf(page), []);
  assert.equal(await page.evaluate("navigator.serviceWorker.getRegistration().then(Boolean)"), false);
  await visitor.leave();
});
