// Pictures of the page over a real server. `npm run shots` draws those of the README into docs/shots;
// `npm run shots -- --all` draws every size, theme, language and state, to look through, and has each judged: into a new
// folder, or into the one that follows.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type BrowserContextOptions, chromium, type Page, type WebSocketRoute } from "playwright-core";
import english from "../src/locales/en/page.ts";
import russian from "../src/locales/ru/page.ts";
import thai from "../src/locales/th/page.ts";
import ukrainian from "../src/locales/uk/page.ts";
import { type Language, languages, speaker } from "../src/locales/words.ts";
import { readConfig } from "../src/ops/config.ts";
import { startServer } from "../src/server/index.ts";
import { browserOptions } from "./browser.mjs";
import { findings } from "./findings.ts";
import { playScene, type Scene } from "./scene.ts";

const sizes = {
  phone: { width: 390, height: 844 },
  tablet: { width: 820, height: 1180 },
  desktop: { width: 1440, height: 900 },
} as const;
type Size = keyof typeof sizes;
type Scheme = "light" | "dark";

const words = { en: english, th: thai, ru: russian, uk: ukrainian };

interface Look {
  readonly size: Size;
  readonly theme: Scheme;
  readonly language: Language;
}

const { values: asked, positionals } = parseArgs({
  allowPositionals: true,
  options: { all: { type: "boolean", default: false } },
});
if (positionals.length > (asked.all ? 1 : 0)) throw new Error("A folder is for --all, and one is enough.");
const folder = asked.all ? (positionals[0] ?? mkdtempSync(join(tmpdir(), "parlance-all-shots-"))) : "docs/shots";
mkdirSync(folder, { recursive: true });
if (asked.all) console.log(`into ${folder}`);

const data = mkdtempSync(join(tmpdir(), "parlance-shots-"));
const silent = { debug() {}, info() {}, warn: console.warn, error: console.error };
const config = readConfig({ ports: ["0"], tcpPort: ["none"], tcpEchoPort: ["none"], data: [data] }, {});
if (!config.ok) throw new Error(config.message);
const server = await startServer({ ...config.value, drainMs: 0 }, { log: silent });
const [url = ""] = server.urls;
const browser = await chromium.launch(browserOptions());
const scene = await playScene(url);

/** Opens a page in a browser of its own, which knows what is given as `kept`. */
async function open(
  { size, theme, language }: Look,
  path: string,
  kept: Readonly<Record<string, string>> = {},
  line?: Line,
) {
  const options: BrowserContextOptions = {
    viewport: sizes[size],
    colorScheme: theme,
    locale: language,
    deviceScaleFactor: 2,
    reducedMotion: "reduce",
    hasTouch: size === "phone",
  };
  const context = await browser.newContext(options);
  await context.addInitScript((entries) => {
    for (const [key, value] of Object.entries(entries)) localStorage.setItem(`parlance-${key}`, value);
  }, kept);
  const page = await context.newPage();
  if (line) await page.routeWebSocket("**", line.carry);
  await page.goto(url + path);
  return page;
}

interface Line {
  carry(socket: WebSocketRoute): void;
  /** Breaks what is open, and whatever is tried after it. */
  cut(): void;
}

function createLine(): Line {
  const broken = 4105;
  let isCut = false;
  let open: WebSocketRoute | undefined;
  return {
    carry(socket) {
      if (isCut) void socket.close({ code: broken });
      else socket.connectToServer();
      open = socket;
    },
    cut() {
      isCut = true;
      void open?.close({ code: broken });
    },
  };
}

const known = ({ ann, readUpTo }: Scene) => ({
  ...ann,
  "read-general": `${readUpTo}`,
  "read-кухня": "2",
  "read-sensors": "0",
  rooms: JSON.stringify(["general", "кухня", "sensors", "ห้องเรียน"]),
});

async function draw(page: Page, name: string): Promise<void> {
  await page.evaluate("document.fonts.ready");
  await page.screenshot({ path: join(folder, `${name}.png`) });
  if (!asked.all) return;
  for (const finding of await findings(page)) {
    console.error(`✖ ${name}: ${finding}`);
    // The rest is drawn all the same.
    process.exitCode = 1;
  }
}

async function drawThenClose(page: Page, name: string): Promise<void> {
  await draw(page, name);
  await page.context().close();
}

/** The conversation as Ann sees it; `goOn`: with what is said while she looks on. */
async function openChat(look: Look, goOn: boolean, line?: Line): Promise<Page> {
  const page = await open(look, "/r/general", known(scene), line);
  await page.getByRole("log").waitFor();
  if (goOn) await scene.goOn();
  await page.getByText("🎉").or(page.getByText("curl -d")).first().waitFor();
  return page;
}

const typingIn: Readonly<Record<Language, Parameters<Scene["type"]>>> = {
  en: ["Оля"],
  th: ["Оля", "Пётр"],
  ru: ["Оля"],
  uk: ["Оля", "Пётр", "สมชาย"],
};

async function drawChat(look: Look, name: string, goOn = false): Promise<void> {
  const page = await openChat(look, goOn);
  const typists = typingIn[look.language];
  // The SDK tells of typing every 3 s at most, so what was told for the last picture holds this one back.
  const typing = setInterval(() => scene.type(...typists), 200);
  await page.locator(".typing:not(:empty)").waitFor();
  clearInterval(typing);
  await drawThenClose(page, name);
}

async function drawAll(): Promise<void> {
  for (const size of Object.keys(sizes) as Size[]) {
    for (const theme of ["light", "dark"] as const) {
      for (const language of languages) {
        const look = { size, theme, language };
        const name = `${size}-${theme}-${language}`;
        await drawThenClose(await open(look, "/"), `${name}-entrance`);
        await drawChat(look, `${name}-chat`);
        await drawStates(look, name);
      }
    }
  }
}

/** Finds the page's buttons by the key of what they are called. */
const buttonsIn = (language: Language) => {
  const say = speaker<typeof english>(language, words[language]);
  return (page: Page, key: Parameters<typeof say>[0]) =>
    page.getByRole("button", { name: say(key as "settings.title"), exact: true });
};

/** What is opened over the conversation. */
async function drawDialogs(look: Look, name: string): Promise<void> {
  const button = buttonsIn(look.language);
  const isPhone = look.size === "phone";
  const page = await openChat(look, false);
  const openRooms = async () => {
    if (isPhone) await page.locator(".head .round").first().click();
  };
  await button(page, "search.title").click();
  await page.locator(".search input[type=search]").fill("кава");
  await page.locator(".result").first().waitFor();
  await draw(page, `${name}-search`);
  // The first empties the field.
  for (let times = 0; times < 2; times++) await page.keyboard.press("Escape");
  await openRooms();
  await button(page, "rooms.all").click();
  await page.locator(".listed").first().waitFor();
  await draw(page, `${name}-all-rooms`);
  await page.keyboard.press("Escape");
  await openRooms();
  await page.locator(".me-name").click();
  await button(page, "account.open").click();
  await page.locator("dialog form").waitFor();
  await draw(page, `${name}-account`);
  for (let open = isPhone ? 2 : 1; open > 0; open--) await page.keyboard.press("Escape");
  // A finger stays on a message, a pointer rests over it.
  const last = page.locator(".message .bubble").last();
  if (isPhone) await last.dispatchEvent("pointerdown", { pointerType: "touch" });
  else await last.hover();
  await button(page, isPhone ? "message.copy" : "message.reply").waitFor();
  await draw(page, `${name}-tools`);
  await button(page, "message.reply").click();
  await page.locator("#message").fill("Так");
  await draw(page, `${name}-reply`);
  await page.context().close();
}

async function drawStates(look: Look, name: string): Promise<void> {
  const say = speaker<typeof english>(look.language, words[look.language]);
  const button = buttonsIn(look.language);

  const entrance = await open(look, "/");
  await entrance.getByRole("textbox", { name: say("entrance.name") }).fill("Оля");
  await button(entrance, "entrance.enter").click();
  await entrance.locator(".problem:not(:empty)").waitFor();
  await drawThenClose(entrance, `${name}-taken`);

  const empty = await open(look, "/r/quiet", known(scene));
  await empty.locator(".empty").waitFor();
  await drawThenClose(empty, `${name}-empty`);

  const wall = await open(look, "/r/wall", known(scene));
  await button(wall, "message.more").first().waitFor();
  await drawThenClose(wall, `${name}-wall`);

  await drawDialogs(look, name);

  const line = createLine();
  const offline = await openChat(look, false, line);
  if (look.size !== "desktop") {
    await button(offline, "members.open").click();
    await draw(offline, `${name}-members`);
    await offline.keyboard.press("Escape");
  }
  if (look.size === "phone") {
    await offline.locator(".head .round").first().click();
    await draw(offline, `${name}-rooms`);
  }
  await button(offline, "settings.title").click();
  await draw(offline, `${name}-settings`);
  await button(offline, "keys.title").click();
  await draw(offline, `${name}-keys`);
  // The keys, the settings, and on a phone the drawer that they were opened from.
  for (let open = look.size === "phone" ? 3 : 2; open > 0; open--) await offline.keyboard.press("Escape");
  line.cut();
  await button(offline, "line.now").waitFor();
  await offline.locator("#message").fill("Written while the line was away");
  await offline.keyboard.press("Enter");
  await draw(offline, `${name}-offline`);
  await offline.context().close();
}

try {
  if (asked.all) {
    await drawChat({ size: "desktop", theme: "light", language: "en" }, "first", true);
    await drawAll();
  } else {
    await drawChat({ size: "desktop", theme: "light", language: "en" }, "desktop-light", true);
    await drawChat({ size: "desktop", theme: "dark", language: "uk" }, "desktop-dark");
    await drawChat({ size: "phone", theme: "light", language: "th" }, "phone");
  }
} finally {
  await scene[Symbol.asyncDispose]();
  await browser.close();
  await server.stop();
  rmSync(data, { recursive: true, force: true });
}
