import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import type { AxeResults } from "axe-core";
import { useBrowser, type Visitor } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

const browser = useBrowser();
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** What axe finds wrong, a line each. */
async function violations({ page }: Visitor): Promise<string[]> {
  // The page's policy lets no script in but its own; the test's comes by the debugger, past it.
  await page.evaluate(await readFile(axe, "utf8"));
  const { violations } = (await page.evaluate("axe.run()")) as AxeResults;
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

for (const colorScheme of ["light", "dark"] as const) {
  for (const [size, viewport] of [
    ["a phone", { width: 390, height: 844 }],
    ["a desktop", { width: 1440, height: 900 }],
  ] as const) {
    test(`axe finds nothing, at the entrance or in a room: ${colorScheme}, on ${size}`, async (t) => {
      const { url } = await startTestServer(t);
      const bob = await RawClient.join(t, url, { name: "Дуже-Довге-Ім’я-Бабусі-Палажки" });
      await bob.say("Hello **bold** `code`\n> quoted\n- one\n- two\nhttps://example.org");
      const ann = await browser.visit(`${url}/`, { colorScheme, viewport, reducedMotion: "reduce" });
      await ann.page.getByRole("textbox", { name: "Name", exact: true }).waitFor();
      assert.deepEqual(await violations(ann), []);
      await ann.comeIn("Ann");
      await ann.say("mine");
      await ann.sees("mine");
      assert.deepEqual(await violations(ann), []);
      await ann.leave();
    });
  }
}

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
