import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

/** The command line, as a file for Node to run. */
export const cli = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** The words that start a server with its data in a folder, on a free port and without TCP. */
export const serveWords = (data: string, ...more: readonly string[]): readonly string[] => [
  ...["serve", "--port", "0", "--tcp-port", "none", "--tcp-echo-port", "none", "--data", data],
  ...more,
];

/** A server in a process of its own, so that it can be killed. */
export interface ServerProcess {
  readonly process: ChildProcess;
  readonly url: string;
  /** Where TCP chat and the TCP echo are; off unless a flag says otherwise. */
  readonly tcpPort: number | undefined;
  readonly tcpEchoPort: number | undefined;
  /** Kills it without a word, and waits until it is gone. */
  kill(): Promise<void>;
}

/** What a server is run in. */
export interface Surroundings {
  /** A command that runs it in its own place: its words stand before the server's. */
  readonly prefix?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** The line of the log that says where the server is. */
interface Running {
  readonly msg: string;
  readonly urls?: readonly string[];
  readonly tcpPort?: number;
  readonly tcpEchoPort?: number;
}

/** Starts `parlance serve` on a free port and waits until it serves. It is killed with the test, at the latest. */
export async function startServerProcess(
  t: Pick<TestContext, "after">,
  data: string,
  more: readonly string[] = [],
  { prefix = [], environment = {} }: Surroundings = {},
): Promise<ServerProcess> {
  const [command = process.execPath, ...words] = [...prefix, process.execPath];
  const child = spawn(command, [...words, cli, ...serveWords(data, "--send-rate", "0", ...more)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...environment },
  });
  t.after(() => child.kill("SIGKILL"));
  const exited = once(child, "exit");
  const kill = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  for await (const line of createInterface(child.stdout)) {
    const running = JSON.parse(line) as Running;
    if (running.msg !== "running") continue;
    child.stdout.resume();
    const { urls, tcpPort, tcpEchoPort } = running;
    return { process: child, url: urls?.[0] ?? "", tcpPort, tcpEchoPort, kill };
  }
  throw new Error("the server ended before it was up");
}
