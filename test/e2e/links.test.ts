import assert from "node:assert/strict";
import { test } from "node:test";
import { useBrowser } from "../support/browser.ts";
import { startTestServer } from "../support/server.ts";

const browser = useBrowser();

const post = async (url: string, text: string) => {
  const posted = await fetch(`${url}/rooms/кухня/messages`, { method: "POST", body: text });
  assert.equal(posted.status, 201);
};

test("[R1] a message's time is its link, which shows it amid what was said around it, and the way back goes on without a hole", async (t) => {
  const { url } = await startTestServer(t);
  for (let number = 1; number <= 320; number++) await post(url, `№${number}.`);
  // Nothing is scrolled little by little.
  const visitor = await browser.visit(`${url}/r/кухня/100`);
  const { page, conversation } = visitor;
  await page.getByRole("textbox", { name: "Name" }).fill("Оля");
  await page.getByRole("button", { name: "Come in", exact: true }).click();
  const marked = conversation.locator(".message[aria-current]");
  await marked.getByText("№100.", { exact: true }).waitFor();
  const box = await marked.boundingBox();
  assert.ok(box && box.y > 100 && box.y < 600, "it stands amid the screen");
  await page.getByText("This is the message of the link.").waitFor({ state: "attached" });

  // What is said meanwhile is not shown here, but told of.
  await post(url, "שלום 🙂");
  const pill = page.getByRole("button", { name: "1 new message" });
  await pill.waitFor();
  assert.equal(await visitor.count("שלום 🙂"), 0);
  await conversation.focus();
  const latest = conversation.getByText("שלום 🙂", { exact: true });
  // What was only guessed to be so high grows once it is on the screen: the end is further off than it was.
  for (let presses = 0; presses < 30 && (await latest.count()) === 0; presses++) {
    await page.keyboard.press("End");
    await latest.waitFor({ timeout: 250 }).catch(() => {});
  }
  const numbers = await conversation.locator(".bubble p").allTextContents();
  const first = Number(numbers[0]?.slice(1, -1));
  assert.deepEqual(
    numbers.slice(0, -1),
    Array.from({ length: 321 - first }, (_, index) => `№${first + index}.`),
  );

  await page.keyboard.press("Escape");
  await pill.waitFor({ state: "detached" });
  assert.doesNotMatch(page.url(), /\/\d+$/);
  await conversation.focus();
  await page.keyboard.press("Enter");
  const picked = page.locator(".moment-link:focus");
  const lowest = await picked.getAttribute("href");
  await page.keyboard.press("ArrowUp");
  const above = await picked.getAttribute("href");
  assert.deepEqual([lowest, above], ["/r/%D0%BA%D1%83%D1%85%D0%BD%D1%8F/321", "/r/%D0%BA%D1%83%D1%85%D0%BD%D1%8F/320"]);
  await page.keyboard.press("Enter");
  await marked.getByText("№320.", { exact: true }).waitFor();
  assert.ok(new URL(page.url()).pathname.endsWith("/320"));
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});

test("a link to a message that is not there says so, and whoever writes while looking at an earlier one is at the end again", async (t) => {
  const { url } = await startTestServer(t);
  const long = Array.from({ length: 60 }, (_, index) => `рядок ${index + 1}`).join("\n");
  for (let number = 1; number <= 130; number++) await post(url, number === 3 ? long : `${number}`);
  const visitor = await browser.visit(`${url}/r/кухня/9999`);
  await visitor.comeIn("น้อย");
  const { page, conversation } = visitor;
  await page.getByText("There is no such message in this room.").waitFor();
  await visitor.sees("130");
  await page.goto(`${url}/r/кухня/2`);
  await conversation.locator(".message[aria-current]").getByText("2", { exact: true }).waitFor();
  await page.getByText("There is no such message").waitFor({ state: "detached" });
  // A long message that one is led to shows all of itself, from its beginning.
  const folded = conversation.locator(".message", { hasText: "рядок 60" });
  await folded.getByRole("button", { name: "Show more" }).waitFor();
  await conversation.locator('.moment-link[href$="/3"]:visible').click();
  await folded.and(page.locator("[aria-current]")).getByRole("button", { name: "Show less" }).waitFor();
  const height = await folded.evaluate((message) => message.clientHeight);
  assert.ok(height > 60 * 15, `${height} px`);
  await page.waitForFunction(`document.querySelector(".message[aria-current]").getBoundingClientRect().top > 0`);
  await visitor.say("สวัสดีค่ะ");
  await visitor.sees("สวัสดีค่ะ");
  await conversation.locator(".message-sent", { hasText: "สวัสดีค่ะ" }).waitFor();
  assert.doesNotMatch(page.url(), /\/\d+$/);
  const left = await conversation.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
  assert.ok(left < 60, `${left} px from the end`);
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});

test("a link that is followed again leads there again; whoever is led to a message has not read what is new, and comes back to it", async (t) => {
  const { url } = await startTestServer(t);
  for (let number = 1; number <= 40; number++) await post(url, `№${number}.`);
  const visitor = await browser.visit(`${url}/r/кухня`);
  await visitor.comeIn("Оля");
  await visitor.sees("№40.");
  const { page, conversation } = visitor;
  /** Waits, frame by frame, until this is so of the conversation. */
  const until = (condition: string) =>
    page.evaluate(`new Promise((done) => {
      const look = () => {
        const log = document.querySelector("[role=log]");
        return ${condition} ? done() : requestAnimationFrame(look);
      };
      look();
    })`);
  const isAtEnd = "log.scrollHeight - log.scrollTop - log.clientHeight < 2 && !document.querySelector('.pill')";
  const isLed = "log.querySelector('.message[aria-current]')?.getBoundingClientRect().top > 0";
  // Where it is, out of sight: a click of the mouse would bring it there.
  const follow = () =>
    conversation
      .locator('.moment-link[href$="/5"]')
      .first()
      .evaluate((link: { click(): void }) => link.click());
  await follow();
  await until(isLed);
  await conversation.evaluate((view) => view.scrollTo(0, view.scrollHeight));
  await until(isAtEnd);
  await follow();
  await until(isLed);

  await page.getByRole("button", { name: "Add a room" }).click();
  await page.getByRole("textbox", { name: "Name of the room" }).fill("сад");
  await page.keyboard.press("Enter");
  await page.getByText("It is quiet here.").waitFor();
  await page.getByRole("link", { name: "кухня" }).click();
  await visitor.sees("№40.");
  await until(isAtEnd);

  await page.goBack();
  await page.getByText("It is quiet here.").waitFor();
  await post(url, "ใหม่");
  await page.getByRole("link", { name: "кухня 1 unread message" }).waitFor();
  await page.goBack();
  await until(isLed);
  await page.getByRole("button", { name: "1 new message" }).click();
  await until(isAtEnd);
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});
