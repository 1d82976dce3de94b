import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { findings } from "../../scripts/findings.ts";
import { type Language, languages } from "../../src/locales/words.ts";
import { useBrowser, type Visitor } from "../support/browser.ts";
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

/** In what light each language is looked at. */
const schemes = { en: "light", th: "dark", ru: "dark", uk: "light" } as const;

test("axe finds nothing at the entrance, in the chat, and in its drawers, in the light and in the dark", async (t) => {
  const { url } = await startTestServer(t);
  const visitor = await browser.visit(url);
  const { page } = visitor;
  // One page for all: most of what a look takes is to come in.
  await page.getByRole("button", { name: "Come in without a name" }).waitFor();
  for (const language of languages) {
    await page.emulateMedia({ colorScheme: schemes[language] });
    await speak(page, language);
    assert.deepEqual(await findings(page), [], `${language}, the entrance`);
  }
  await speak(page, "en");
  await visitor.comeIn("Ann");
  const guest = await RawClient.join(t, url, { name: "Оля" });
  await visitor.say("**bold** `code` https://example.org\n> quoted\n- one\n- two");
  await page.locator(".message-sent").waitFor();
  await guest.say("see https://example.org and `code`, @Ann and @Оля");
  await page.locator(".bubble", { hasText: "see" }).waitFor();
  // The words of the others are looked at in a column of 320 px: most of what this takes is axe's.
  for (const language of ["th", "uk"] as const) await lookAtAll(visitor, language);
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});

async function speak(page: Page, wanted: Language): Promise<void> {
  await page.locator("select").selectOption(wanted);
  await page.locator(`html[lang=${wanted}]`).waitFor({ state: "attached" });
}

async function lookAtAll({ page }: Visitor, language: Language): Promise<void> {
  const go = (path: string) =>
    page.evaluate(`history.pushState(null, "", "${path}"); dispatchEvent(new PopStateEvent("popstate"))`);
  /** Closes the uppermost of what lies over the conversation. */
  const close = async (layer: string) => {
    await page.keyboard.press("Escape");
    await page.locator(layer).waitFor({ state: "detached" });
  };
  const check = async (what: string) => assert.deepEqual(await findings(page), [], `${language}, ${what}`);

  await page.emulateMedia({ colorScheme: schemes[language] });
  await go("/r/general");
  await page.locator(".bubble", { hasText: "see" }).waitFor();
  // Small, for their width: what takes the time is the drawing.
  const narrow = { width: 390, height: 560 };
  const wide = { width: 920, height: 420 };
  await page.setViewportSize(narrow);
  await page.locator(".region-rooms").waitFor({ state: "detached" });
  // Some are fetched when they are first shown: what is not there yet is neither looked at nor closed.
  await page.locator(".head .round").first().click();
  await page.locator("dialog.drawer").waitFor();
  await page.locator(".me-row .round").click();
  await speak(page, language);
  await check("the settings");
  await page.locator(".sheet-foot .quiet").first().click();
  await page.locator(".keys").waitFor();
  await check("the keys");
  await close(".keys");
  await close("dialog.sheet");
  await check("the rooms");
  await close("dialog.drawer");
  await page.locator(".head .round:focus").and(page.locator(".head .round").first()).waitFor();
  await page.locator(".head .round").last().click();
  await page.locator("dialog.drawer .members").waitFor();
  await check("the members");
  await close("dialog.drawer");
  await page.setViewportSize(wide);
  await page.locator(".region-members").waitFor();
  await check("the conversation");
  await page.locator("#message").fill("@");
  await page.locator("[role=option]").first().waitFor();
  await check("whom to mention");
  await page.locator("#message").fill("");
  await page.locator(".emoji-button").click();
  await page.locator(".emoji").waitFor();
  await check("emoji");
  await close(".emoji");
  await go("/r/general/1");
  await page.locator(".message[aria-current]").waitFor();
  await check("a message's place");
  await go("/r/general/999");
  await page.locator(".found .line").waitFor();
  await check("no such message");
  await go(`/r/empty-${language}`);
  await page.locator(".empty").waitFor();
  await check("an empty room");
}

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
  // Others may hear of a message before its author's page does, and until then it has no link.
  await visitor.conversation.locator("a[href$='/2']").first().waitFor({ state: "attached" });

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

test("the keyboard goes on from what it has closed, and whoever went on elsewhere is not called back", async (t) => {
  const { url } = await startTestServer(t);
  const visitor = await browser.visit(`${url}/`);
  await visitor.comeIn("Оля");
  const { page } = visitor;
  const { keyboard } = page;
  const composer = page.locator("#message");
  const topic = page.getByRole("button", { name: "Add a topic" });
  const field = page.getByRole("textbox", { name: "What this room is about" });
  await topic.click();
  await field.press("Escape");
  await topic.and(page.locator(":focus")).waitFor();
  await topic.click();
  await field.fill("чай");
  await composer.click();
  await topic.waitFor();
  const drawn = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(drawn))))";
  await page.evaluate(drawn);
  await keyboard.type("tea");
  assert.equal(await composer.inputValue(), "tea");
  await keyboard.press("Enter");
  // Acknowledged it is shown as sent, but only what has come back can be edited.
  await page.locator(".message-sent .moment-link").waitFor({ state: "attached" });

  await keyboard.press("ArrowUp");
  await page.getByRole("button", { name: "Cancel" }).focus();
  await keyboard.press("Enter");
  await page.locator("#message:focus").waitFor();

  const add = page.getByRole("button", { name: "Add a room" });
  await add.focus();
  await keyboard.press("Enter");
  const room = page.getByRole("textbox", { name: "Name of the room" });
  await room.press("Escape");
  await add.and(page.locator(":focus")).waitFor();
  await keyboard.press("Enter");
  await room.fill("кухня");
  await room.press("Enter");
  await page.getByRole("heading", { name: "кухня" }).waitFor();
  await page.locator("#message:focus").waitFor();
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});

test("with forced colours, too, it is seen which name is about to be taken and which emoji is one's own", async (t) => {
  const { url } = await startTestServer(t);
  const bob = await RawClient.join(t, url, { name: "Боб" });
  await RawClient.join(t, url, { name: "น้อย" });
  const { id } = await bob.say("שלום");
  for (const emoji of ["👍", "🎉"]) bob.send({ type: "react", target: id, emoji });
  const visitor = await browser.visit(`${url}/`, { forcedColors: "active" });
  await visitor.comeIn("Оля");
  const { page } = visitor;
  /** Whether what `selector` finds first looks otherwise than what it finds second. */
  const differs = (selector: string) =>
    page.evaluate(`(() => {
      const [one, other] = [...document.querySelectorAll("${selector}")].map((found) => {
        const { backgroundColor, outline } = getComputedStyle(found);
        return backgroundColor + outline;
      });
      return one !== other;
    })()`);
  await page.getByRole("button", { name: "👍 1 reaction: Боб" }).click();
  await page.getByRole("button", { name: "👍 2 reactions" }).waitFor();
  await page.locator("#message").fill("@");
  await page.locator("[role=option]").nth(1).waitFor();
  assert.ok(await differs("[role=option]"));
  assert.ok(await differs(".reaction"));
  await page.locator("#message").fill("");
  await page.locator(".bubble").hover();
  await page.getByRole("button", { name: "Give an emoji" }).click();
  await page.locator(".quick").waitFor();
  assert.ok(await differs(".quick button"));
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});
