import assert from "node:assert/strict";
import { test } from "node:test";
import { findings } from "../../scripts/findings.ts";
import { useBrowser, type Visitor } from "../support/browser.ts";
import { startTestServer } from "../support/server.ts";

const browser = useBrowser();

/** That the prompt itself is a refusal is no fault of the page's. */
const troubles = (visitor: Visitor) => visitor.troubles.filter((text) => !/\b401\b/.test(text));

const comeIn = async ({ page }: Visitor) => {
  await page.locator("form button[type=submit]").click();
  await page.locator("textarea").waitFor();
};

test("[D6] a browser is asked for the key once, in its language, and then the page works, over a reload and from a link too", async (t) => {
  const first = await startTestServer(t, { accessKey: "ключ", drainMs: 0 });
  const visitor = await browser.visit(`${first.url}/r/кухня`, {
    locale: "uk",
    viewport: { width: 320, height: 640 },
  });
  const { page } = visitor;
  const prompt = page.getByLabel("Ключ доступу");
  assert.deepEqual(await findings(page), []);
  assert.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"));
  const radius = "getComputedStyle(document.getElementById('key')).borderRadius";
  assert.equal(await page.evaluate(radius), "14px", "the page's own policy lets its style through");
  await prompt.fill("не той");
  await prompt.press("Enter");
  await page.getByRole("alert").getByText("Це не той ключ.").waitFor();
  assert.deepEqual(await findings(page), []);
  await prompt.fill("ключ");
  await page.getByRole("button", { name: "Увійти" }).click();
  await comeIn(visitor);
  assert.match(decodeURIComponent(page.url()), /\/r\/кухня$/);
  await page.locator("textarea").fill("привіт");
  await page.locator("textarea").press("Enter");
  await page.getByText("привіт", { exact: true }).first().waitFor();
  await page.reload();
  await page.getByText("привіт", { exact: true }).first().waitFor();
  // From another site, as out of a letter.
  await page.goto("about:blank");
  await page.setContent(`<a href="${first.url}/r/кухня">кухня</a>`);
  await page.getByRole("link").click();
  await page.getByText("привіт", { exact: true }).first().waitFor();
  assert.deepEqual(troubles(visitor), []);

  await first.stop();
  await startTestServer(t, { accessKey: "новий ключ", data: first.data, ports: first.ports });
  await page.getByRole("button", { name: "Оновити" }).click();
  await page.getByLabel("Ключ доступу").fill("новий ключ");
  await page.keyboard.press("Enter");
  await page.getByText("привіт", { exact: true }).first().waitFor();
  await visitor.leave();
});
