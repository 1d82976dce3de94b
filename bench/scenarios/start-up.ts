import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { atTheEnd } from "../leftovers.ts";

const program = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const askEveryMs = 2;

/** How long `parlance serve` takes on a folder from its start until it says that it is ready, in milliseconds. */
export async function startToReadyMs(folder: string): Promise<number> {
  const begun = performance.now();
  const server = spawn(
    process.execPath,
    [program, "serve", "--port", "0", "--tcp-port", "0", "--tcp-echo-port", "0", "--drain", "0", "--data", folder],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  using _ = atTheEnd(() => server.kill("SIGKILL"));
  const exited = once(server, "exit");
  try {
    for await (const line of createInterface(server.stdout)) {
      const url = /http:\/\/localhost:\d+/.exec(line)?.[0];
      if (!url) continue;
      while (!(await fetch(`${url}/readyz`)).ok) await sleep(askEveryMs);
      return performance.now() - begun;
    }
    throw new Error("parlance serve ended before it was ready");
  } finally {
    server.kill("SIGTERM");
    server.stdout.resume();
    await exited;
  }
}
