import assert from "node:assert/strict";
import { after, before } from "node:test";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { browserOptions } from "../../scripts/browser.mjs";

interface BrowserWishes {
  /** Each of them leads to this machine. */
  readonly names?: readonly string[];
  /** How large its owner wants letters to be, where a page does not say it in pixels. */
  readonly fontPx?: number;
}

/**
 * One browser for a file of tests, closed after the last of them. Each {@link Visitor} is a person of their own.
 * Nothing moves in it unless a visit asks for that: a click waits for what it is meant for to stand still.
 */
export function useBrowser({ names = [], fontPx }: BrowserWishes = {}): {
  visit(url: string, options?: BrowserContextOptions): Promise<Visitor>;
} {
  let browser: Browser | undefined;
  before(async () => {
    const { args, ...options } = browserOptions();
    const rules = names.map((name) => `MAP ${name} 127.0.0.1`).join(",");
    // Chromium would keep such a page from this machine by itself, which not every browser does.
    const led = rules ? [`--host-resolver-rules=${rules}`, "--disable-features=LocalNetworkAccessChecks"] : [];
    // In place of the settings by which playwright gives it a mouse.
    const sized = fontPx === undefined ? [] : [`--blink-settings=defaultFontSize=${fontPx}`];
    browser = await chromium.launch({ ...options, args: [...args, ...led, ...sized] });
  });
  after(() => browser?.close());
  return {
    async visit(url, options) {
      assert.ok(browser);
      const context = await browser.newContext({ locale: "en", reducedMotion: "reduce", ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      const visitor = new Visitor(page);
      await page.goto(url);
      return visitor;
    },
  };
}

/** Somebody at the page: does and sees what a person would. */
export class Visitor {
  readonly page: Page;
  /** What the page did wrong on its own: uncaught errors, refusals of the Content-Security-Policy. */
  readonly troubles: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on("pageerror", (error) => this.troubles.push(String(error)));
    page.on("console", (message) => {
      // A line that broke is no fault of the page's.
      if (message.type() === "error" && !/WebSocket|ERR_/.test(message.text())) this.troubles.push(message.text());
    });
  }

  async comeIn(name: string): Promise<void> {
    await this.page.getByRole("textbox", { name: "Name", exact: true }).fill(name);
    await this.page.getByRole("button", { name: "Come in", exact: true }).click();
    await this.page.getByRole("textbox", { name: "Message" }).waitFor();
  }

  async say(text: string): Promise<void> {
    const composer = this.page.getByRole("textbox", { name: "Message" });
    await composer.fill(text);
    await composer.press("Enter");
  }

  /**
   * Says it, and waits until it has come back: from the acknowledgement on it is told as sent, but there is
   * nothing yet that could be edited or linked to.
   */
  async hasSaid(text: string): Promise<void> {
    await this.say(text);
    const said = this.conversation.locator(".message-sent", { hasText: text });
    await said.locator(".moment-link").waitFor({ state: "attached" });
  }

  get conversation() {
    return this.page.getByRole("log", { name: "Conversation" });
  }

  /** Waits until a text is in the conversation. */
  async sees(text: string): Promise<void> {
    await this.conversation.getByText(text, { exact: true }).first().waitFor();
  }

  /** How often a text is in the conversation. */
  count(text: string): Promise<number> {
    return this.conversation.getByText(text, { exact: true }).count();
  }

  leave(): Promise<void> {
    return this.page.context().close();
  }
}
