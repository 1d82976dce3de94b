// Where the browser of the tests is.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";

// The one without a window is made for this: it takes a third less of the processor.
const names = [
  "chromium-headless-shell",
  "chromium",
  "chromium-browser",
  "google-chrome-stable",
  "google-chrome",
  "chrome",
];
const places = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** The path of a Chromium: the one named in CHROMIUM_PATH, the system's, or playwright's own; `undefined` if there is none. */
export function findBrowser() {
  const { CHROMIUM_PATH: named, PATH: path = "" } = process.env;
  if (named) return existsSync(named) ? named : undefined;
  const onPath = path.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const { chromium } = createRequire(import.meta.url)("playwright-core");
  return [...onPath, ...places, chromium.executablePath()].find((file) => existsSync(file));
}

/** How the tests start it: quiet, without a sandbox where the system gives none (root, containers). */
export const browserOptions = () => ({
  executablePath: findBrowser(),
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
