// How the page does on a slow phone and line, and with long conversations, in a real browser. `npm run measure-page`
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CDPSession, chromium, type Page } from "playwright-core";
import { readConfig } from "../src/ops/config.ts";
import { startServer } from "../src/server/index.ts";
import { browserOptions } from "./browser.mjs";

const slowPhone = { rate: 4 };
/** What Lighthouse calls slow 4G: 1.6 Mbit/s down, 0.75 up, 150 ms to the server and back. */
const slowLine = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 };
const longTaskMs = 50;
const importMost = 500;
/** Messages that come in at once. */
const burst = 100;
const rounds = 11;

const data = mkdtempSync(join(tmpdir(), "parlance-page-"));
const silent = { debug() {}, info() {}, warn: console.warn, error: console.error };
const config = readConfig({ ports: ["0"], tcpPort: ["none"], tcpEchoPort: ["none"], data: [data], drain: ["0"] }, {});
if (!config.ok) throw new Error(config.message);
const server = await startServer(config.value, { log: silent });
const [url = ""] = server.urls;
const browser = await chromium.launch(browserOptions());

const texts = [
  "Доброго ранку всім! ☕️",
  "สวัสดีครับ วันนี้อากาศที่เชียงใหม่ดีมาก ฟ้าใส ลมเย็น",
  "Read it, **looks** right to me: https://example.org/workshop",
  "Лишилося:\n- проєктор\n- наліпки з іменами\n- кава, **багато** кави",
  "> แต่ละตัวส่งข้อมูลเข้าห้องนี้ได้เลย\nКрасиво. Значит, датчики просто пишут в чат, как мы.",
];
const authors = ["Ann", "Оля", "Пётр", "สมชาย"];

/** Has a room hear messages number `from` to `to`. */
async function fill(room: string, from: number, to: number): Promise<void> {
  for (let first = from; first <= to; first += importMost) {
    const messages = Array.from({ length: Math.min(importMost, to - first + 1) }, (_, index) => {
      const number = first + index;
      const author = Math.floor(number / 3) % authors.length;
      return {
        id: `measured-${String(number).padStart(12, "0")}`,
        user: { id: `u_${String(author).padStart(20, "a")}`, name: authors[author] },
        text: `№${number}. ${texts[number % texts.length]}`,
        ts: new Date(Date.UTC(2026, 0, 1) + number * 20_000).toISOString(),
      };
    });
    const body = JSON.stringify({ messages });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${url}/api/v1/import/${room}`, { method: "POST", headers, body });
    if (!answer.ok) throw new Error(await answer.text());
  }
}

/** Notes when the first message was drawn. */
const watch = `
  new MutationObserver((_, watcher) => {
    if (!document.querySelector(".message")) return;
    watcher.disconnect();
    requestAnimationFrame(() => setTimeout(() => console.debug("painted", performance.now())));
  }).observe(document, { childList: true, subtree: true });
`;

async function open(): Promise<{ page: Page; session: CDPSession }> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: "en", bypassCSP: true });
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${url}/api/v1/hello`, { method: "POST", headers, body: "{}" });
  const { token, user } = (await answer.json()) as { readonly token: string; readonly user: { readonly name: string } };
  await context.addInitScript(
    ([name, given]) => {
      localStorage.setItem("parlance-name", name);
      localStorage.setItem("parlance-token", given);
    },
    [user.name, token] as const,
  );
  await context.addInitScript(watch);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable");
  await session.send("Network.enable");
  return { page, session };
}

/** What asks the page whether it has painted would be work of the page's, too: so it tells by itself. */
async function painted(page: Page, act: () => Promise<unknown>): Promise<number> {
  const told = page.waitForEvent("console", (message) => message.text().startsWith("painted"));
  await act();
  return Number((await told).text().split(" ")[1]);
}
const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

async function measureFirstPaint(): Promise<void> {
  const first: number[] = [];
  const again: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { page, session } = await open();
    await session.send("Network.emulateNetworkConditions", slowLine);
    await session.send("Emulation.setCPUThrottlingRate", slowPhone);
    first.push(await painted(page, () => page.goto(`${url}/r/first`)));
    await page.evaluate("navigator.serviceWorker.ready.then(() => {})");
    // What is kept of a room is written two seconds after it came.
    await page.waitForFunction("caches.match('/r/first', { cacheName: 'parlance-rooms' })");
    again.push(await painted(page, () => page.reload()));
    await page.context().close();
  }
  const line = (numbers: readonly number[]) =>
    `${Math.round(median(numbers))} ms at the median of ${rounds}, ${Math.round(Math.max(...numbers))} at most`;
  console.log(
    `first conversation painted, CPU slowed 4 times, 1.6 Mbit/s and 150 ms: ${line(first)}; again: ${line(again)}`,
  );
}

/**
 * What `act` had the page's main thread do, in tasks longer than a reader notices. Of each its time on the processor
 * counts: on a busy machine others' work would count as the page's.
 */
async function longTasks(page: Page, act: () => Promise<void>): Promise<string> {
  const session = await page.context().newCDPSession(page);
  const tasks: number[] = [];
  session.on("Tracing.dataCollected", ({ value }) => {
    for (const event of value as unknown as readonly { name: string; tdur?: number }[]) {
      if (event.name === "RunTask" || event.name === "ThreadControllerImpl::RunTask")
        tasks.push((event.tdur ?? 0) / 1_000);
    }
  });
  const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
  await session.send("Tracing.start", {
    categories: "disabled-by-default-devtools.timeline",
    transferMode: "ReportEvents",
  });
  await act();
  await session.send("Tracing.end");
  await complete;
  await session.detach();
  const long = tasks.filter((ms) => ms > longTaskMs);
  const longest = tasks.reduce((most, ms) => Math.max(most, ms), 0);
  return `${long.length} of ${tasks.length} tasks over ${longTaskMs} ms, the longest ${Math.round(longest)} ms`;
}

interface Weight {
  readonly heapMb: number;
  readonly nodes: number;
}

async function weigh(session: CDPSession): Promise<Weight> {
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  const of = (wanted: string) => metrics.find(({ name }) => name === wanted)?.value ?? 0;
  return { heapMb: of("JSHeapUsedSize") / 2 ** 20, nodes: of("Nodes") };
}
const weightLine = ({ heapMb, nodes }: Weight) => `${heapMb.toFixed(1)} MB of heap, ${nodes} nodes`;

/** Turns the wheel until a message is in sight; gives the frames a second that were drawn meanwhile. */
async function wheelTo(page: Page, text: string, deltaY: number): Promise<number> {
  await page.mouse.move(200, 400);
  await page.evaluate(`
    window.frames_ = 0;
    (function count() { window.frames_++; requestAnimationFrame(count); })();
  `);
  const began = performance.now();
  const wanted = page.locator(".bubble", { hasText: text });
  while ((await wanted.count()) === 0) await page.mouse.wheel(0, deltaY);
  const seconds = (performance.now() - began) / 1_000;
  return (await page.evaluate<number>("window.frames_")) / seconds;
}

async function measureScrolling(): Promise<void> {
  const { page, session } = await open();
  await painted(page, () => page.goto(`${url}/r/long`));
  for (const [text, deltaY, where] of [
    ["№1.", -3_000, "up"],
    ["№10000.", 3_000, "down"],
  ] as const) {
    let frames = 0;
    const tasks = await longTasks(page, async () => {
      frames = await wheelTo(page, text, deltaY);
    });
    const weight = weightLine(await weigh(session));
    console.log(`10,000 messages scrolled ${where}: ${tasks}; ${Math.round(frames)} frames a second; then ${weight}`);
  }
  await page.context().close();
}

async function measureMemory(): Promise<void> {
  const { page, session } = await open();
  await page.goto(`${url}/r/busy`);
  await page.getByRole("log").waitFor();
  let heard = 0;
  for (const count of [1_000, 10_000, 50_000]) {
    const listen = async () => {
      for (; heard < count; heard += burst) {
        await fill("busy", heard + 1, heard + burst);
        await page.locator(".bubble", { hasText: `№${heard + burst}.` }).waitFor();
      }
    };
    // A trace of more would be larger than what is measured.
    const tasks = count > 10_000 ? "" : `; ${await longTasks(page, listen)}`;
    await listen();
    console.log(`${count} messages came in, ${burst} at once: ${weightLine(await weigh(session))}${tasks}`);
  }
  await page.context().close();
}

try {
  // Not the long one: its words would still be taken into the search meanwhile.
  await fill("first", 1, 200);
  await measureFirstPaint();
  await fill("long", 1, 10_000);
  await measureScrolling();
  await measureMemory();
} finally {
  await browser.close();
  await server.stop();
  rmSync(data, { recursive: true, force: true });
}
