// Makes a fresh clone ready, and does again only what has changed: `setup.mjs [page] [browser] [servers]`.
// Plain JavaScript without dependencies: it runs on the system's Node before anything is installed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const wanted = new Set(process.argv.slice(2));
const say = (text) => console.error(`⚙️  ${text}`);

function fail(text) {
  console.error(`❌ ${text}`);
  process.exit(1);
}

if (Number.parseInt(process.versions.node, 10) < 20)
  fail(`Node ${process.versions.node} is too old even to install with: any from 20 on will do.`);

/** A hash of files and whole folders. */
function fingerprint(...paths) {
  const hash = createHash("sha256");
  const add = (path) => {
    if (statSync(path).isDirectory()) for (const name of readdirSync(path).sort()) add(join(path, name));
    else hash.update(path).update("\0").update(readFileSync(path)).update("\0");
  };
  for (const path of paths) add(join(root, path));
  return hash.digest("hex");
}

/** Does `work` unless it was done for this very state before; the stamp lies beside what the work makes. */
function once(stamp, state, work) {
  const file = join(root, stamp);
  if (existsSync(file) && readFileSync(file, "utf8") === state) return;
  work();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, state);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (error || status !== 0) fail(`\`${[command, ...args].join(" ")}\` failed; see above.`);
}

const node = join(root, "node_modules", ".bin", "node");

once("node_modules/.installed", fingerprint("package-lock.json", "package.json"), () => {
  say("Installing dependencies, once");
  // Also where the environment says production: the page is built with them.
  run("npm", ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"]);
  checkNode();
});

/** Node comes as a package with an install script of its own, which npm may have been told not to run. */
function checkNode() {
  const need = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).engines.node.replace(">=", "");
  const atLeast = (version) => version.localeCompare(need, "en", { numeric: true }) >= 0;
  const installed = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout?.trim().slice(1);
  if (installed && atLeast(installed)) return;
  if (!installed && atLeast(process.versions.node)) return;
  fail(
    `Parlance needs Node ${need} or later; this is ${process.versions.node}, and the one from npm did not come with ` +
      "its binary. Allow its install script (`npm config get ignore-scripts` should say false), delete node_modules, " +
      "and start again; or install a current Node.",
  );
}

if (wanted.has("page")) {
  once(
    "dist/page/.built",
    fingerprint("src/web", "src/sdk", "src/protocol", "src/locales", "vite.config.ts", "package-lock.json"),
    () => {
      say("Building the page, once");
      run(existsSync(node) ? node : process.execPath, ["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"]);
    },
  );
}

if (wanted.has("browser")) {
  const { findBrowser } = await import("./browser.mjs");
  if (!findBrowser()) {
    say("Installing Chromium for the tests, once");
    const fonts = ["fonts-noto-core", "fonts-noto-color-emoji"];
    if (!installPackages("chromium-headless-shell", ...fonts) && !installPackages("chromium", ...fonts))
      installBrowser();
    if (!findBrowser()) {
      fail(
        "The tests need Chromium or Chrome. Install one (Debian: apt-get install chromium), or name it in CHROMIUM_PATH.",
      );
    }
  }
}

if (wanted.has("servers")) {
  const { postgres, nats } = await import("./servers.mjs");
  const missing = [postgres, nats].filter(({ folder }) => folder === undefined);
  const packages = missing.map(({ debian }) => debian);
  if (missing.length > 0) {
    say(`Installing ${packages.join(" and ")} for the tests, once`);
    if (!installPackages(...packages)) {
      const text =
        `The tests of several nodes need ${missing.map(({ name }) => name).join(" and ")}. ` +
        `Install them (Debian: apt-get install ${packages.join(" ")}).`;
      if (process.env.CI) fail(text);
      say(`⚠️  ${text} Without them those tests are SKIPPED.`);
    }
  }
}

/** Debian's packages, for root; whether they could be installed. */
function installPackages(...packages) {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return false;
  const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, stdio: ["ignore", 2, 2] };
  spawnSync("apt-get", ["update", "-qq"], options);
  return spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], options).status === 0;
}

function installBrowser() {
  spawnSync(join(root, "node_modules", ".bin", "playwright-core"), ["install", "chromium-headless-shell"], {
    stdio: ["ignore", 2, 2],
  });
}
