import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultLimits } from "../../src/protocol/limits.ts";
import { useBrowser, type Visitor } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

const browser = useBrowser();

/** The message with this text, for who looks at it. */
const message = ({ conversation, page }: Visitor, text: string) =>
  conversation.locator(".message", { has: page.locator(".bubble > p", { hasText: text }) });
const composer = ({ page }: Visitor) => page.getByRole("textbox", { name: "Message" });

/** Brings the mouse to a message, and uses one of its tools. */
async function use(visitor: Visitor, text: string, tool: string): Promise<void> {
  await message(visitor, text).locator(".bubble").hover();
  await message(visitor, text).getByRole("toolbar").getByRole("button", { name: tool }).click();
}

test("[E1] [E2] what one edits, answers, deletes and gives an emoji to is so for the other too", async (t) => {
  const { url } = await startTestServer(t);
  // Nothing moves that would be waited for.
  const olya = await browser.visit(`${url}/`);
  const noi = await browser.visit(`${url}/`);
  await olya.comeIn("Оля");
  await noi.comeIn("น้อย");
  await olya.say("Привіт **усім**");
  await olya.hasSaid("о дев’ятій");
  await noi.sees("о дев’ятій");

  // ↑ in an empty field edits the last own message; Escape gives up.
  await composer(olya).press("ArrowUp");
  await olya.page.getByText("Editing").waitFor();
  assert.equal(await composer(olya).inputValue(), "о дев’ятій");
  await composer(olya).fill("щось інше");
  await composer(olya).press("Escape");
  assert.equal(await composer(olya).inputValue(), "");
  await composer(olya).press("ArrowUp");
  await composer(olya).fill("о **десятій**");
  await composer(olya).press("Enter");
  const edited = message(noi, "о десятій");
  await edited.getByText("edited").waitFor();
  assert.match((await edited.locator(".edited").getAttribute("title")) ?? "", /\d{4}/);
  assert.equal(await edited.locator("strong").textContent(), "десятій");
  assert.equal(await noi.count("о дев’ятій"), 0);

  await use(noi, "Привіт усім", "Reply");
  await noi.page.getByText("In reply to Оля").waitFor();
  await noi.say("สวัสดีครับ");
  const answer = message(olya, "สวัสดีครับ");
  await answer.getByRole("link", { name: "Оля Привіт усім" }).click();
  await olya.conversation.locator(".message[aria-current]", { hasText: "Привіт усім" }).waitFor();

  await use(noi, "о десятій", "Give an emoji");
  await noi.page.getByRole("button", { name: "🎉" }).click();
  const chip = message(olya, "о десятій").getByRole("button", { name: "🎉 1 reaction: น้อย" });
  await chip.and(olya.page.locator("[aria-pressed=false]")).click();
  const both = message(noi, "о десятій").getByRole("button", { name: "🎉 2 reactions: you and Оля" });
  await both.and(noi.page.locator("[aria-pressed=true]")).click();
  await message(olya, "о десятій").getByRole("button", { name: "🎉 1 reaction: you" }).waitFor();
  await olya.page.getByText("น้อย answers your message with 🎉").waitFor({ state: "attached" });

  await use(olya, "Привіт усім", "Delete");
  await olya.page.getByRole("button", { name: "Keep" }).click();
  await use(olya, "Привіт усім", "Delete");
  await olya.page.getByRole("group", { name: "Delete" }).getByRole("button", { name: "Delete" }).click();
  await noi.conversation.locator(".tombstone").waitFor();
  assert.equal(await noi.conversation.getByText("Привіт усім").count(), 0, "not in the answer either");
  await noi.conversation.getByRole("link", { name: "Message deleted" }).waitFor();

  await noi.page.getByRole("button", { name: "Add a topic" }).click();
  await noi.page.getByRole("textbox", { name: "What this room is about" }).fill("ชา и чай");
  await noi.page.keyboard.press("Enter");
  await olya.page.getByRole("button", { name: "Change the topic: ชา и чай" }).waitFor();
  await olya.page.reload();
  await olya.conversation.locator(".tombstone").waitFor();
  await olya.page.getByRole("button", { name: "Change the topic: ชา и чай" }).waitFor();
  await message(olya, "о десятій").getByRole("button", { name: "🎉 1 reaction: you" }).waitFor();
  assert.deepEqual([...olya.troubles, ...noi.troubles], []);
  await olya.leave();
  await noi.leave();
});

test("[E1] a change that is refused is taken back and its text is not lost; by keyboard one edits and gives emoji", async (t) => {
  const { url } = await startTestServer(t, { limits: { ...defaultLimits, sendRate: 0, maxFrame: 1_024 } });
  const ann = await browser.visit(`${url}/`);
  await ann.comeIn("Ann");
  // Before Bob speaks: a page that is still coming in sends it later.
  await ann.hasSaid("as it was");
  const bob = await RawClient.join(t, url, { name: "Bob" });
  const { id: shalom } = await bob.say("שלום");
  await ann.sees("שלום");
  const { page, conversation } = ann;
  await conversation.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("e");
  await page.getByText("Editing").waitFor();
  // More bytes than the server takes at once, though not too many characters.
  const tooLarge = "ы".repeat(600);
  await composer(ann).fill(tooLarge);
  await page.keyboard.press("Enter");
  const refused = message(ann, "as it was").getByRole("alert");
  await refused.getByText("Not changed").waitFor();
  assert.equal(await ann.count(tooLarge), 0);
  await refused.getByRole("button", { name: "Edit again" }).click();
  assert.equal(await composer(ann).inputValue(), tooLarge);
  await refused.waitFor({ state: "detached" });
  await page.keyboard.press("Escape");

  const others = "😀😁😂😃😄😅😆😇😈😉😊😋😌😍😎😏😐😑😒😓";
  for (const emoji of others) bob.send({ type: "react", target: shalom, emoji });
  const chips = message(ann, "שלום").locator(".reaction");
  await chips.nth(19).waitFor();
  await conversation.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("+");
  await page
    .getByRole("group", { name: "Give an emoji" })
    .getByRole("button", { name: "👍" })
    .and(page.locator(":focus"))
    .waitFor();
  await page.keyboard.press("Enter");
  await message(ann, "שלום").getByRole("alert").waitFor();
  assert.equal(await chips.count(), 20);
  await page.locator(".tools button:focus").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".moment-link:focus").waitFor();

  // Two of one's own under one time: the second is deleted, and the keyboard goes on from it.
  await ann.say("one more");
  await ann.hasSaid("and another");
  await conversation.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.locator(".tools button:focus").waitFor();
  await page.keyboard.press("Escape");
  const second = conversation.locator(".message").last();
  await second.locator(".moment-link:focus").waitFor();
  await page.keyboard.press("Delete");
  await page
    .getByRole("group", { name: "Delete" })
    .getByRole("button", { name: "Delete" })
    .and(page.locator(":focus"))
    .waitFor();
  await page.keyboard.press("Enter");
  await second.locator(".tombstone").waitFor();
  await bob.next("deleted");
  await second.locator(".moment-link:focus").waitFor();
  await page.keyboard.press("ArrowUp");
  await page.locator(".byline .moment-link:focus").waitFor();
  assert.deepEqual(ann.troubles, []);
  await ann.leave();
});

test("that a message was not sent is told, also to who does not see it", async (t) => {
  const { url } = await startTestServer(t, { limits: { ...defaultLimits, maxFrame: 1_024 } });
  const ann = await browser.visit(`${url}/`);
  await ann.comeIn("Ann");
  await ann.say("ы".repeat(600));
  await ann.page.getByRole("alert").getByText("Not sent").waitFor();
  await ann.page.getByRole("button", { name: "Discard" }).click();
  await ann.page.getByRole("alert").getByText("Not sent").waitFor({ state: "detached" });
  assert.deepEqual(ann.troubles, []);
  await ann.leave();
});

/** A phone, on which nothing moves while it is touched. */
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** How wide and how high what a finger finds is, in pixels, from the middle of what matches `selector` last. */
const reach = ({ page }: Visitor, selector: string): Promise<readonly [number, number]> =>
  page.evaluate(`(() => {
    const target = [...document.querySelectorAll(${JSON.stringify(selector)})].at(-1);
    const { x, y, width, height } = target.getBoundingClientRect();
    const isFound = (left, top) => target.contains(document.elementFromPoint(left, top));
    const far = (byX, byY) => {
      let steps = 0;
      while (isFound(x + width / 2 + byX * steps, y + height / 2 + byY * steps)) steps++;
      return steps;
    };
    return [far(-1, 0) + far(1, 0), far(0, -1) + far(0, 1)];
  })()`);

test("whatever is small to look at is large enough for a thumb on a phone", async (t) => {
  const { url } = await startTestServer(t);
  const bob = await RawClient.join(t, url, { name: "Bob" });
  const { id: first } = await bob.say("שלום");
  await bob.say("```\nsudo make чай\n```", { reply_to: first });
  const ann = await browser.visit(`${url}/`, phone);
  await ann.comeIn("Ann");
  const { page } = ann;
  await ann.conversation.locator(".copy").waitFor();
  // For a time there is as much room as between two who speak.
  assert.ok((await reach(ann, ".byline .moment-link"))[1] >= 32);
  const sizes = [];
  for (const small of [".topic", ".quote", ".copy"]) sizes.push(...(await reach(ann, small)));
  await page.getByRole("button", { name: "Show rooms" }).tap();
  // It would be touched now: the drawer stands still.
  await page.getByRole("button", { name: "Ann", exact: true }).tap({ trial: true });
  for (const small of [".me-name", ".me .round", ".room-leave"]) sizes.push(...(await reach(ann, small)));
  assert.ok(Math.min(...sizes) >= 44, sizes.join());
  assert.deepEqual(ann.troubles, []);
  await ann.leave();
});

test("a finger that is held on a message asks what to do with it, one that moves scrolls", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await browser.visit(`${url}/`, phone);
  await ann.comeIn("Ann");
  const bob = await RawClient.join(t, url, { name: "Bob" });
  await bob.say("สวัสดีครับ");
  await ann.sees("สวัสดีครับ");
  const { page } = ann;
  const finger = await page.context().newCDPSession(page);
  const where = async () => {
    const box = await message(ann, "สวัสดีครับ").locator(".bubble").boundingBox();
    assert.ok(box);
    return { x: box.x + 20, y: box.y + 12 };
  };
  const send = (type: "touchStart" | "touchMove" | "touchEnd", touchPoints: { x: number; y: number }[]) =>
    finger.send("Input.dispatchTouchEvent", { type, touchPoints });
  const touch = async (type: "touchStart" | "touchEnd") => send(type, type === "touchEnd" ? [] : [await where()]);
  await touch("touchStart");
  const sheet = page.getByRole("dialog", { name: "What to do with this message" });
  await sheet.waitFor();
  await touch("touchEnd");
  await sheet.getByRole("button", { name: "🎉" }).tap();
  await message(ann, "สวัสดีครับ").getByRole("button", { name: "🎉 1 reaction: you" }).waitFor();
  await touch("touchStart");
  await sheet.waitFor();
  await touch("touchEnd");
  assert.equal(await sheet.getByRole("button", { name: "Edit" }).count(), 0, "it is not hers");
  await sheet.getByRole("button", { name: "Reply" }).tap();
  await page.getByText("In reply to Bob").waitFor();
  await page.getByRole("button", { name: "Cancel" }).tap();
  const { x, y } = await where();
  // One upon the other: a finger that rests between them, on a slow machine, is one that is held.
  await Promise.all([send("touchStart", [{ x, y }]), send("touchMove", [{ x, y: y + 40 }])]);
  await touch("touchEnd");
  assert.equal(await sheet.count(), 0);
  assert.deepEqual(ann.troubles, []);
  await ann.leave();
});
