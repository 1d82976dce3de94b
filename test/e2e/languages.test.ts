import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
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

/** The words of the last element that a selector finds, in the order in which they are seen, from the left. */
const seen = (page: Page, selector: string, ...words: readonly string[]) =>
  page.evaluate(`(() => {
    const texts = document.createTreeWalker([...document.querySelectorAll("${selector}")].at(-1), NodeFilter.SHOW_TEXT);
    const lefts = [];
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      for (const word of ${JSON.stringify(words)}) {
        const at = node.textContent.indexOf(word);
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + word.length);
        lefts.push([range.getBoundingClientRect().left, word]);
      }
    }
    return lefts.sort(([a], [b]) => a - b).map(([, word]) => word);
  })()`);

/** The side of each list and quote on which its signs stand, and those on which the words in it do. */
const sides = (page: Page) =>
  page.evaluate(`[...document.querySelectorAll(".bubble :is(ul, ol, blockquote)")].map((one) => {
    const { paddingRight, paddingLeft } = getComputedStyle(one);
    const side = parseFloat(paddingRight) > parseFloat(paddingLeft) ? "right" : "left";
    const parts = [...one.querySelectorAll("li, p")].map((part) => {
      const words = document.createRange();
      words.selectNodeContents(part);
      const [inner, outer] = [words.getBoundingClientRect(), part.getBoundingClientRect()];
      const isAt = (side) => Math.abs(inner[side] - outer[side]) < 1;
      return ["left", "right"].filter(isAt).join("+");
    });
    return [one.localName, side, ...parts].join(" ");
  })`);

test("who is called שלום and then אבי is told of in the reader's order, and a list and a quote of theirs stand on their side", async (t) => {
  const { url } = await startTestServer(t);
  const visitor = await browser.visit(`${url}/`);
  await visitor.comeIn("Ann");
  const { page, conversation } = visitor;
  const shalom = await RawClient.join(t, url, { name: "שלום" });
  await conversation.locator(".note", { hasText: "came in" }).waitFor();
  assert.deepEqual(await seen(page, ".note p", "came in", "שלום"), ["שלום", "came in"]);
  shalom.send({ type: "typing" });
  await page.locator(".typing", { hasText: "is typing" }).waitFor();
  assert.deepEqual(await seen(page, ".typing", "is typing", "שלום"), ["שלום", "is typing"]);
  shalom.send({ type: "topic", room: "general", text: "אבגד (1)" });
  await conversation.locator(".note", { hasText: "changed the topic" }).waitFor();
  assert.deepEqual(await seen(page, ".note", "אבגד", "שלום", "changed"), ["שלום", "changed", "אבגד"]);
  shalom.send({ type: "rename", name: "אבי" });
  await conversation.locator(".note", { hasText: "is now" }).waitFor();
  assert.deepEqual(await seen(page, ".note", "אבי", "is now", "שלום"), ["שלום", "is now", "אבי"]);

  await shalom.say("- ראשון ראשון\n- two\n\n> ציטוט\n> - three");
  await shalom.say("1. one and a half\n2. שלוש 3\n3. two\n\n> quote, long\n>\n> - שלום");
  await conversation.locator(".bubble blockquote").nth(1).waitFor();
  assert.deepEqual(await sides(page), [
    "ul right left+right right",
    "blockquote right right right",
    "ul right right",
    "ol left left+right left left",
    "blockquote left left left",
    "ul left left",
  ]);
  assert.deepEqual(await seen(page, "ol li:nth-child(2)", "שלוש", "3"), ["3", "שלוש"]);
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});
