import assert from "node:assert/strict";
import { test } from "node:test";
import { findings } from "../../scripts/findings.ts";
import { useBrowser } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

const browser = useBrowser({ fontPx: 24 });

test("whose browser has larger letters reads larger ones here, with room for them", async (t) => {
  const { url } = await startTestServer(t);
  const bob = await RawClient.join(t, url, { name: "Максиміліан Вишневецький-Корибут" });
  await bob.say("กรุงเทพมหานครอมรรัตนโกสินทร์มหินทรายุธยามหาดิลกภพนพรัตนราชธานีบูรีรมย์");
  await bob.say("`нерозривнийтекстбезжодногопропуску`, @น้อย: https://example.org/a/very/long/address 👩🏽‍🚀 שלום");
  const visitor = await browser.visit(url, { locale: "ru", viewport: { width: 1_440, height: 700 } });
  const { page } = visitor;
  await page.getByRole("button", { name: "Войти без имени" }).click();
  await page.locator(".message").nth(1).waitFor();
  await page.locator(".region-members").waitFor();
  const sizes = await page.evaluate<number[]>(`
    [...document.querySelectorAll(".bubble p, .message-side, .members, .composer-text")]
      .map((one) => Number.parseFloat(getComputedStyle(one).fontSize))`);
  assert.ok(sizes.length >= 5, String(sizes));
  assert.ok(Math.min(...sizes) >= 0.8 * 24, String(sizes));
  assert.deepEqual(await findings(page), [], "three columns");
  // As narrow for such letters as 800 px are for usual ones, and as 260 px are.
  await page.setViewportSize({ width: 1_200, height: 700 });
  await page.locator(".region-members").waitFor({ state: "detached" });
  assert.deepEqual(await findings(page), [], "two columns");
  await page.setViewportSize({ width: 390, height: 700 });
  await page.locator(".region-rooms").waitFor({ state: "detached" });
  assert.deepEqual(await findings(page), [], "the conversation");
  await page.locator(".head .round").first().click();
  await page.locator(".me-row .round").click();
  await page.locator(".settings").waitFor();
  assert.deepEqual(await findings(page), [], "the settings");
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});
