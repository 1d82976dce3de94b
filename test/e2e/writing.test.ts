import assert from "node:assert/strict";
import { test } from "node:test";
import { useBrowser } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
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
  // The page listens once it is drawn.
  await page.waitForFunction(bring("paste", "body", textOf("Привіт,\nשלום ")));
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

test("Enter sends, Shift+Enter breaks the line, an input method's Enter does neither; a new language shows at once", async (t) => {
  const { url } = await startTestServer(t);
  const visitor = await browser.visit(`${url}/r/${encodeURIComponent("ห้องเรียน")}`, { reducedMotion: "no-preference" });
  const { page, conversation } = visitor;
  const box = page.getByRole("textbox", { name: "Message" });
  await page.getByRole("button", { name: "Come in without a name" }).click();
  await page.getByRole("heading", { level: 1, name: "ห้องเรียน" }).waitFor();
  assert.match((await page.locator(".me-name").textContent()) ?? "", /^user_[a-z]{6}\d{2}$/);

  await box.fill("น้ำ");
  await box.dispatchEvent("keydown", { key: "Enter", isComposing: true });
  await box.dispatchEvent("keydown", { key: "Enter", keyCode: 229 });
  await box.press("Shift+Enter");
  await box.pressSequentially("แข็ง");
  assert.equal(await box.inputValue(), "น้ำ\nแข็ง");
  assert.equal(await conversation.locator(".bubble").count(), 0);
  await box.press("Enter");
  await page.locator(".message-sent").waitFor();
  assert.equal(await conversation.locator(".bubble p").textContent(), "น้ำ\nแข็ง");
  assert.equal(await box.inputValue(), "");

  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("combobox", { name: "Language" }).selectOption("uk");
  await page.getByRole("button", { name: "Надіслати" }).waitFor();
  await page.getByRole("radio", { name: "Темна" }).check();
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  assert.equal(await page.locator("html").getAttribute("lang"), "uk");
  await page.getByRole("button", { name: "Вийти з чату" }).click();
  await page.getByRole("button", { name: "Увійти без імені" }).waitFor();
  assert.equal(new URL(page.url()).pathname, "/");
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});

test("marks that somebody piles up on a letter cover nothing that others said", async (t) => {
  const { url } = await startTestServer(t);
  const visitor = await browser.visit(`${url}/`);
  await visitor.comeIn("Оля");
  const [taras, guest] = await Promise.all(["Тарас", "Z"].map((name) => RawClient.join(t, url, { name })));
  await taras?.say("สวัสดี\n".repeat(5));
  await guest?.say(`${"ก".padEnd(300, "็")} ${"e".padEnd(300, "\u0301")}`);
  const bubble = visitor.conversation.locator(".bubble");
  const marks = bubble.nth(1).locator("p");
  await marks.waitFor();
  const besideMarks = await bubble.first().screenshot();
  await marks.evaluate((text) => {
    text.style.visibility = "hidden";
  });
  assert.deepEqual(await bubble.first().screenshot(), besideMarks);
  await visitor.leave();
});

test("what is being written stays in sight when the window becomes narrower and wider", async (t) => {
  const { url } = await startTestServer(t);
  const visitor = await browser.visit(`${url}/`, { viewport: { width: 1440, height: 900 } });
  await visitor.comeIn("Оля");
  const { page } = visitor;
  await page.getByRole("textbox", { name: "Message" }).fill("Довге речення, สวัสดีครับ, שלום. ".repeat(8));
  /** Waits, frame by frame, until this is so of the field. */
  const until = (condition: string) =>
    page.evaluate(`new Promise((done) => {
      const area = document.querySelector("#message");
      const look = () => (${condition} ? done() : requestAnimationFrame(look));
      look();
    })`);
  const wide = await page.locator("#message").evaluate((area) => area.clientHeight);
  await page.setViewportSize({ width: 700, height: 900 });
  await until(`area.clientHeight > ${wide} && area.clientHeight === area.scrollHeight`);
  await page.setViewportSize({ width: 1440, height: 900 });
  await until(`area.clientHeight === ${wide}`);
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});

test("a half-written answer is still an answer after a reload, and a half-written edit an edit; what is deleted meanwhile is not answered", async (t) => {
  const { url } = await startTestServer(t);
  const bob = await RawClient.join(t, url, { name: "Боб" });
  const question = await bob.say("о котрій? מתי?");
  await bob.next("message");
  const visitor = await browser.visit(`${url}/r/general`);
  await visitor.comeIn("Оля");
  await visitor.sees("о котрій? מתי?");
  const { page, conversation } = visitor;
  const composer = page.getByRole("textbox", { name: "Message" });
  const answer = async () => {
    await conversation.locator(".bubble", { hasText: "о котрій?" }).first().hover();
    await conversation.getByRole("toolbar").getByRole("button", { name: "Reply" }).click();
    await page.getByText("In reply to Боб").waitFor();
  };
  await answer();
  await composer.fill("о дев’");
  await page.reload();
  await page.getByText("In reply to Боб").waitFor();
  assert.equal(await composer.inputValue(), "о дев’");
  await visitor.hasSaid("о дев’ятій");
  assert.equal((await bob.next("message")).reply_to, question.id);

  await composer.press("ArrowUp");
  await composer.fill("о десятій, ส");
  await page.reload();
  await page.getByText("Editing").waitFor();
  assert.equal(await composer.inputValue(), "о десятій, ส");
  await composer.press("Enter");
  assert.equal((await bob.next("edited")).text, "о десятій, ส");

  await answer();
  await composer.fill("тоді");
  await page.goto("about:blank");
  bob.send({ type: "delete", target: question.id });
  await bob.next("deleted");
  await page.goto(`${url}/r/general`);
  await conversation.locator(".tombstone").waitFor();
  await page.getByText("In reply to Боб").waitFor({ state: "detached" });
  assert.equal(await composer.inputValue(), "тоді");
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});

test("whoever closes a drawer by its button stands again where they opened it", async (t) => {
  const { url } = await startTestServer(t);
  const visitor = await browser.visit(`${url}/`, { viewport: { width: 320, height: 640 } });
  const { page } = visitor;
  await visitor.comeIn("น้อย");
  for (const name of ["Show rooms", "Show members"]) {
    await page.getByRole("button", { name }).press("Enter");
    await page.getByRole("button", { name: "Close" }).press("Enter");
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name }).and(page.locator(":focus")).waitFor();
  }
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});
