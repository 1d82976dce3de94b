import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

/** The command line, as a file for Node to run. */
export const cli = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** A server in a process of its own, so that it can be killed. */
export interface ServerProcess {
  readonly process: ChildProcess;
  readonly url: string;
  /** Kills it without a word, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts `parlance serve` on a free port and waits until it serves. It is killed with the test, at the latest. */
export async function startServerProcess(t: Pick<TestContext, "after">, data: string): Promise<ServerProcess> {
  const child = spawn(process.execPath, [cli, "serve", "--port", "0", "--data", data], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const exited = once(child, "exit");
  const kill = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  // The log says that it is up; where, stands in the note in its data folder.
  for await (const line of createInterface(child.stdout)) {
    if (!line.includes("Server is running")) continue;
    child.stdout.resume();
    const { urls } = JSON.parse(readFileSync(join(data, "server.json"), "utf8")) as { urls: string[] };
    return { process: child, url: urls[0] ?? "", kill };
  }
  throw new Error("the server ended before it was up");
}
