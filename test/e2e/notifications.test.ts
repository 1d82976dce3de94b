import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { useBrowser } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

const browser = useBrowser();

/** Stands in for the system: answers as told, and keeps what is shown. */
const standIn = `
  window.asked = 0;
  window.answer = "denied";
  window.shown = [];
  window.Notification = class extends EventTarget {
    static get permission() { return window.asked > 0 ? window.answer : "default"; }
    static async requestPermission() { window.asked++; return window.answer; }
    constructor(title, { body, tag }) { super(); window.shown.push({ title, body, tag }); window.last = this; }
    close() {}
  };
`;

const look = (page: Page, isSeen: boolean) =>
  page.evaluate(`
    Object.defineProperty(document, "hidden", { configurable: true, get: () => ${!isSeen} });
    document.dispatchEvent(new Event("visibilitychange"));
  `);

/** Another program's window is in front, or beside this one; or no longer. */
const focus = (page: Page, isHere: boolean) =>
  page.evaluate(`
    document.hasFocus = () => ${isHere};
    window.dispatchEvent(new Event("${isHere ? "focus" : "blur"}"));
    new Promise((settled) => setTimeout(settled));
  `);

const icon = (page: Page) => page.locator("link[rel=icon]").getAttribute("href");

test("the browser is asked for leave only by whoever turns notifications on; a mention is told of while nobody looks", async (t) => {
  const { url } = await startTestServer(t);
  const bob = await RawClient.join(t, url, { name: "Боб" });
  // The page's policy would keep the test itself from asking again and again.
  const visitor = await browser.visit(`${url}/r/general`, { bypassCSP: true });
  await visitor.comeIn("Ann");
  const { page } = visitor;
  await page.evaluate(standIn);
  await page.getByRole("button", { name: "Settings" }).click();
  assert.equal(await page.evaluate("asked"), 0);
  await page.getByRole("radio", { name: "All messages" }).click();
  await page.getByText("The browser does not allow notifications here.").waitFor();
  assert.ok(await page.getByRole("group", { name: "Notifications" }).getByRole("radio", { name: "Off" }).isChecked());
  // Also when it is asked for once more, to no avail.
  await page.getByRole("radio", { name: "Mentions" }).click();
  await page.waitForFunction("asked === 2");
  await page.locator("[name=told][value=off]:checked").waitFor({ state: "attached" });
  await page.evaluate('answer = "granted"');
  await page.getByRole("radio", { name: "Mentions" }).click();
  await page.getByText("The browser does not allow").waitFor({ state: "detached" });
  await page.keyboard.press("Escape");

  await bob.say("@Ann, looked at");
  await visitor.sees("@Ann, looked at");
  await page.waitForFunction("localStorage.getItem('parlance-read-general') === '1'");
  await look(page, false);
  await bob.say("nobody is meant");
  await bob.say("@Ann, привіт שלום");
  await page.waitForFunction("shown.length > 0");
  assert.deepEqual(await page.evaluate("shown"), [
    { title: "Боб · general", body: "@Ann, привіт שלום", tag: "parlance-general" },
  ]);
  assert.equal(await page.title(), "(2) general · Parlance");
  assert.match((await icon(page)) ?? "", /^data:image\/svg\+xml,.*%3E2%3C/);

  const second = await page.context().newPage();
  await second.goto(`${url}/r/general`);
  await second.getByText("New since you left").waitFor();
  await page.waitForFunction("document.title === 'general · Parlance'");
  assert.equal(await icon(page), "/icon.svg");
  await bob.say("@Ann, read in the second tab");
  await second.getByText("@Ann, read in the second tab").waitFor();
  await second.close();
  await bob.say("@Ann, read in none");
  // Whether the other tab was in time with the one before is a matter of half a second, and of test/web.
  await page.waitForFunction("shown.at(-1).body === '@Ann, read in none'");

  await look(page, true);
  await page.waitForFunction("document.title === 'general · Parlance'");

  await focus(page, false);
  await bob.say("@Ann, מאחורי חלון");
  await page.waitForFunction("shown.at(-1).body === '@Ann, מאחורי חלון'");
  assert.equal(await page.title(), "(1) general · Parlance");
  await focus(page, true);
  await page.getByText("New since you left").waitFor();
  await page.waitForFunction("document.title === 'general · Parlance'");
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});
