import assert from "node:assert/strict";
import { test } from "node:test";
import { useBrowser } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

const browser = useBrowser();

for (const [locale, typing] of [
  ["th", /พิมพ์/],
  ["ru", /печатает/],
  ["uk", /пише|друкує|набирає/],
] as const) {
  test(`the page speaks the browser's language: ${locale}`, async (t) => {
    const { url } = await startTestServer(t);
    const visitor = await browser.visit(`${url}/`, { locale });
    await visitor.page.locator(`html[lang=${locale}]`).waitFor({ state: "attached" });
    await visitor.page.locator("form button[type=submit]").click();
    await visitor.page.locator("textarea").waitFor();
    const bob = await RawClient.join(t, url, { name: "Оля" });
    bob.send({ type: "typing" });
    await visitor.page.getByText(typing).first().waitFor();
    assert.deepEqual(visitor.troubles, []);
    await visitor.leave();
  });
}
