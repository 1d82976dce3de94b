import assert from "node:assert/strict";
import { test } from "node:test";
import { useBrowser } from "../support/browser.ts";
import { startTestServer } from "../support/server.ts";

const browser = useBrowser();

/** What a browser tells of a text, or a file, that is pasted or dropped on `selector`. */
const bring = (how: "paste" | "drop", selector: string, what: string) => `{
  const data = new DataTransfer();
  data.${what};
  const options = { bubbles: true, cancelable: true };
  const event = "${how}" === "drop"
    ? new DragEvent("drop", { ...options, dataTransfer: data })
    : new ClipboardEvent("paste", { ...options, clipboardData: data });
  document.querySelector("${selector}").dispatchEvent(event);
  event.defaultPrevented;
}`;
const textOf = (text: string) => `setData("text/plain", ${JSON.stringify(text)})`;

test("text that is pasted or dropped beside the message goes into it, a file does not take the page's place; emoji come by keyboard", async (t) => {
  const { url } = await startTestServer(t);
  const visitor = await browser.visit(`${url}/`);
  await visitor.comeIn("Оля");
  const { page } = visitor;
  const composer = page.getByRole("textbox", { name: "Message" });
  assert.ok(await page.evaluate(bring("paste", "body", textOf("Привіт,\nשלום "))));
  assert.ok(await page.evaluate(bring("drop", ".log", textOf("สวัสดี"))));
  assert.ok(await page.evaluate(bring("drop", ".composer-text", 'items.add(new File(["x"], "x.txt"))')));
  assert.equal(await composer.inputValue(), "Привіт,\nשלום สวัสดี");

  await page.getByRole("button", { name: "Emoji" }).click();
  const board = page.getByRole("toolbar", { name: "Emoji" });
  const focused = page.locator(":focus");
  await board.getByRole("button").first().and(focused).waitFor();
  await page.keyboard.press("Escape");
  await board.waitFor({ state: "detached" });
  await page.locator("#message:focus").waitFor();
  await page.getByRole("button", { name: "Emoji" }).click();
  await board.getByRole("button").first().and(focused).waitFor();
  await page.keyboard.press("ArrowRight");
  await board.getByRole("button").nth(1).and(focused).waitFor();
  await page.keyboard.press("Enter");
  await page.locator("#message:focus").waitFor();
  assert.equal(await composer.inputValue(), "Привіт,\nשלום สวัสดี😄");
  await page.reload();
  await visitor.conversation.waitFor();
  assert.equal(await composer.inputValue(), "Привіт,\nשלום สวัสดี😄");
  await page.getByRole("button", { name: "Emoji" }).click();
  assert.equal(await board.getByRole("button").first().textContent(), "😄");
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});
