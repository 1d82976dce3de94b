// The gate: everything that must hold before a change lands. `npm run check`
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "vite";
import { guardFanOut } from "../bench/guard.ts";

const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: "inherit" });

/** Bundles the SDK as a page of somebody else would, to weigh it. */
async function bundleSdk(): Promise<void> {
  await build({
    configFile: false,
    logLevel: "warn",
    build: {
      lib: { entry: "src/sdk/index.ts", formats: ["es"], fileName: "sdk" },
      outDir: "dist/sdk-bundle",
      // Vite leaves the white space and the bundlers' notes in a library; the page that it ends up in does not.
      rolldownOptions: { output: { minify: true, comments: { annotation: false } } },
    },
  });
}

/** Installs the packed package in an empty folder, as a stranger would, and starts it. */
async function startPacked(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "parlance-packed-"));
  try {
    run("npm", "pack", "--silent", "--pack-destination", folder);
    const { version } = createRequire(import.meta.url)("../package.json") as { version: string };
    run("npm", "install", "--silent", "--no-save", "--prefix", folder, join(folder, `parlance-${version}.tgz`));
    const command = join(folder, "node_modules", ".bin", "parlance");
    const server = spawn(
      command,
      ["serve", "--port", "0", "--tcp-port", "none", "--tcp-echo-port", "none", "--data", join(folder, "data")],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    try {
      const url = await addressOf(server.stdout);
      execFileSync(command, ["say", "general", "packed", "--server", url], { stdio: "inherit" });
      const page = await fetch(`${url}/`);
      if (!(await page.text()).includes("<html")) throw new Error("the packed server serves no page");
    } finally {
      server.kill("SIGTERM");
      if (server.exitCode === null) await once(server, "exit");
    }
    if (server.exitCode !== 0) throw new Error(`the packed server ended with ${server.exitCode}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function addressOf(log: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface(log)) {
    const url = /http:\/\/localhost:\d+/.exec(line)?.[0];
    if (url) return url;
  }
  throw new Error("the packed server did not start");
}

const steps: readonly (readonly [what: string, step: () => unknown])[] = [
  ["types", () => run("tsc", "-p", "tsconfig.json")],
  ["types of the page", () => run("tsc", "-p", "tsconfig.web.json")],
  ["lint, format, walls", () => run("biome", "ci", ".")],
  ["dead code and dependencies", () => run("knip")],
  ["the SDK's bundle", bundleSdk],
  ["sizes", () => run("size-limit")],
  ["the packed package", startPacked],
  ["tests", () => run("npm", "test")],
  ["fan-out still gathers", guardFanOut],
];

for (const [what, step] of steps) {
  console.log(`\n▶ ${what}`);
  try {
    await step();
  } catch (error) {
    // What a command had to say it has said already.
    console.error(`\n✖ ${what}: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}
