import assert from "node:assert/strict";
import { test } from "node:test";
import { findings } from "../../scripts/findings.ts";
import { languages } from "../../src/locales/words.ts";
import { useBrowser } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

const browser = useBrowser();

const longWords = [
  "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(2),
  "กรุงเทพมหานครอมรรัตนโกสินทร์มหินทรายุธยามหาดิลกภพนพรัตนราชธานีบูรีรมย์อุดมราชนิเวศน์มหาสถาน",
  "`нерозривнийтекстбезжодногопропуску_якийнікудинеможнарозірватиаленавузькомуекранімусить`",
  "https://example.org/a/very/long/address/that/goes/on?and=on&without=end 👩🏽‍🚀",
  "@น้อย שלום",
];
/** What people ask of their system, some of it in each language. */
const wishes = {
  en: { forcedColors: "active", contrast: null, colorScheme: "light" },
  th: { forcedColors: "none", contrast: "more", colorScheme: "dark" },
  ru: { forcedColors: "none", contrast: null, colorScheme: "dark" },
  uk: { forcedColors: "none", contrast: "more", colorScheme: "light" },
} as const;

test("axe finds nothing at the entrance, in the chat, and in its drawers, in the light and in the dark", async (t) => {
  const { url } = await startTestServer(t);
  const visitor = await browser.visit(url);
  const { page, conversation } = visitor;
  const box = page.getByRole("textbox", { name: "Message" });
  const check = async (what: string) => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await findings(page), [], `${what}, in the ${colorScheme}`);
    }
  };
  await page.getByRole("button", { name: "Come in without a name" }).waitFor();
  await check("the entrance");
  await visitor.comeIn("Ann");
  await check("the empty room");
  await visitor.say("**bold** `code` https://example.org\n> quoted\n- one\n- two");
  await page.locator(".message-sent").waitFor();
  const guest = await RawClient.join(t, url, { name: "Оля" });
  await guest.say("see https://example.org and `code`, @Ann and @Оля");
  await conversation.locator(".bubble", { hasText: "see" }).waitFor();
  await check("the conversation");
  await box.fill("@");
  await page.getByRole("option").first().waitFor();
  await check("whom to mention");
  await box.fill("");
  await page.getByRole("button", { name: "Emoji", exact: true }).click();
  await page.getByRole("toolbar", { name: "Emoji" }).waitFor();
  await check("emoji");
  await page.keyboard.press("Escape");
  await page.goto(`${url}/r/general/1`);
  await page.locator(".message[aria-current]").waitFor();
  await check("a message's place");
  await page.goto(`${url}/r/general/999`);
  await page.getByText("There is no such message").waitFor();
  await check("no such message");
  await page.setViewportSize({ width: 390, height: 844 });
  // Some are fetched when they are first shown: what is not there yet is neither looked at nor closed.
  for (const [button, name] of [
    ["Show rooms", "Rooms"],
    ["Settings", "Settings"],
    ["Keyboard", "Keyboard"],
  ] as const) {
    await page.getByRole("button", { name: button }).click();
    await page.getByRole("dialog", { name }).waitFor();
    await check(name);
  }
  for (const name of ["Keyboard", "Settings", "Rooms"]) {
    await page.keyboard.press("Escape");
    await page.getByRole("dialog", { name }).waitFor({ state: "detached" });
  }
  assert.equal(await page.evaluate("document.activeElement?.getAttribute('aria-label')"), "Show rooms");
  await page.getByRole("button", { name: "Show members" }).click();
  await page.getByRole("dialog", { name: "Members" }).waitFor();
  await check("Members");
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});

test("in a column of 320 px, in every language and with every wish, nothing sticks out and axe finds nothing", async (t) => {
  const { url } = await startTestServer(t);
  const bob = await RawClient.join(t, url, { name: "Максиміліан Вишневецький-Корибут" });
  for (const text of longWords) await bob.say(text);
  const size = { width: 320, height: 640 };
  const visitor = await browser.visit(`${url}/`, { viewport: size });
  const { page } = visitor;
  await visitor.comeIn("น้อย");
  await page.locator(".message-of-me").waitFor();
  for (const language of languages) {
    await page.emulateMedia(wishes[language]);
    await page.locator(".head .round").first().click();
    await page.locator(".me-row .round").click();
    await page.locator(".settings select").selectOption(language);
    await page.locator(`html[lang=${language}]`).waitFor({ state: "attached" });
    assert.deepEqual(await findings(page), [], `${language}, the settings`);
    for (const layer of ["dialog.sheet", "dialog.drawer"]) {
      await page.keyboard.press("Escape");
      await page.locator(layer).waitFor({ state: "detached" });
    }
    assert.deepEqual(await findings(page), [], `${language}, the conversation`);
    await page.keyboard.press("Control+k");
    await page.locator(".search").waitFor();
    assert.deepEqual(await findings(page), [], `${language}, the search`);
    await page.keyboard.press("Escape");
    await page.locator("dialog.sheet").waitFor({ state: "detached" });
  }
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});

test("a whole conversation is held by keyboard alone, and is read out in the order in which it is seen", async (t) => {
  const { url } = await startTestServer(t);
  const bob = await RawClient.join(t, url, { name: "Боб" });
  await bob.say("Привіт, שלום");
  const visitor = await browser.visit(`${url}/`);
  const { page } = visitor;
  const { keyboard } = page;
  const focused = page.locator(":focus");
  const tabTo = async (name: string, key: "Tab" | "Shift+Tab" = "Tab") => {
    const wanted = page.locator(`:focus[aria-label="${name}"]`);
    for (let presses = 0; presses < 20 && (await wanted.count()) === 0; presses++) await keyboard.press(key);
    await wanted.waitFor();
  };
  await page.locator("#entrance-name:focus").waitFor();
  await keyboard.type("Оля");
  await keyboard.press("Enter");
  await page.locator("#message:focus").waitFor();
  await keyboard.type("Добрий день! 🙂");
  await keyboard.press("Enter");
  assert.equal((await bob.next("message")).text, "Привіт, שלום");
  assert.equal((await bob.next("message")).text, "Добрий день! 🙂");
  await visitor.sees("Добрий день! 🙂");

  await tabTo("Conversation", "Shift+Tab");
  await keyboard.press("Enter");
  assert.match((await focused.getAttribute("href")) ?? "", /\/2$/);
  await keyboard.press("ArrowUp");
  await keyboard.press("Enter");
  await page.locator(".message[aria-current]").getByText("Привіт, שלום").waitFor();
  await keyboard.press("Escape");
  await page.locator(".message[aria-current]").waitFor({ state: "detached" });
  await tabTo("Settings", "Shift+Tab");
  await keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Settings" }).waitFor();
  await keyboard.press("Escape");
  await page.locator(':focus[aria-label="Settings"]').waitFor();
  await tabTo("Message");
  await keyboard.type("До зустрічі");
  await keyboard.press("Enter");
  assert.equal((await bob.next("message")).text, "До зустрічі");

  const tree = await page.locator("body").ariaSnapshot();
  const order = [
    "Skip to writing a message",
    'navigation "Rooms"',
    'heading "Rooms"',
    "main:",
    'heading "general"',
    'log "Conversation"',
    "Привіт, שלום",
    "Добрий день! 🙂",
    "До зустрічі",
    'textbox "Message"',
    'button "Send"',
    'complementary "Members"',
    "Боб",
  ];
  let at = 0;
  for (const part of order) {
    const next = tree.indexOf(part, at);
    assert.ok(next >= 0, `${part} comes after what stands before it:\n${tree}`);
    at = next + part.length;
  }
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});
