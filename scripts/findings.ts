// What is wrong with what a page shows: to axe, and to whoever has little room for it.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";

const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/** Everything that sticks out sideways of what scrolls up and down only, or of the page. */
const sticksOut = `[...document.querySelectorAll("html, body, .log, .drawer-body, .sheet-card, .entrance, .region, .composer")]
  .filter((place) => place.scrollWidth > place.clientWidth + 1)
  .map((place) => "sticks out of " + (place.className || place.localName) + ": " + place.scrollWidth + " > " + place.clientWidth)`;

const violations = `axe.run({ resultTypes: ["violations"] }).then(({ violations }) => violations.map(
  ({ id, nodes }) => id + ": " + nodes.map(({ html, failureSummary }) => html + failureSummary).join(" ")))`;

/** Colours, too, change over some frames, each element's after its parent's. */
const stillness = `(async () => {
  const frame = () => new Promise(requestAnimationFrame);
  do {
    await frame();
    await frame();
  } while (document.getAnimations().some(({ playState }) => playState === "running"));
})()`;

/** All that is found once nothing moves any more, which needs a page that was asked to move little. Run from outside the page, whose policy allows no foreign script. */
export async function findings(page: Page): Promise<readonly string[]> {
  const session = await page.context().newCDPSession(page);
  const evaluate = async (expression: string) => {
    const asked = { expression, awaitPromise: true, returnByValue: true };
    return (await session.send("Runtime.evaluate", asked)).result.value as readonly string[];
  };
  const { result } = await session.send("Runtime.evaluate", { expression: "typeof axe" });
  if (result.value === "undefined") await session.send("Runtime.evaluate", { expression: axe });
  await session.send("Runtime.evaluate", { expression: stillness, awaitPromise: true });
  const found = [...(await evaluate(violations)), ...(await evaluate(sticksOut))];
  await session.detach();
  return found;
}
