import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { describe } from "node:test";
import type { TestServerProgram } from "../../scripts/servers.mjs";

/** Registers tests that need programs. Where one is missing they are skipped, loudly; in CI that is a failure. */
export function describeWith(programs: readonly TestServerProgram[], title: string, register: () => void): void {
  const missing = programs.filter(({ folder }) => folder === undefined);
  if (missing.length === 0) return void describe(title, register);
  const why = missing.map(({ name, debian }) => `${name} is not installed (apt-get install ${debian})`).join(", ");
  if (process.env["CI"]) throw new Error(`${title}: ${why}`);
  process.stderr.write(`⚠️  SKIPPED: ${title}: ${why}\n`);
  describe(title, { skip: why }, register);
}

/** A port that was free a moment ago, for a program that cannot choose one itself. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Postgres refuses to run as root: then it runs as the user that has nothing. */
export const unprivileged: { readonly uid?: number; readonly gid?: number } =
  process.getuid?.() === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : {};

function idOf(which: "-u" | "-g"): number {
  return Number(execFileSync("id", [which, "nobody"], { encoding: "utf8" }));
}

/** A program that runs until it is stopped, killed, or this process ends. */
export class Running {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #onExit = () => this.#child.kill("SIGKILL");

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = once(child, "exit");
    process.once("exit", this.#onExit);
    void this.#exited.then(() => process.off("exit", this.#onExit));
  }

  /** Starts it and waits for the line that says it is ready, on standard error unless said. Rejects with what it wrote if it ends before. */
  static async start(
    file: string,
    words: readonly string[],
    options: {
      readonly ready: RegExp;
      readonly output?: "stdout" | "stderr";
      readonly cwd?: string;
      readonly uid?: number;
      readonly gid?: number;
    },
  ): Promise<Running> {
    const { ready, output = "stderr", ...rest } = options;
    const stdio = output === "stdout" ? (["pipe", "ignore"] as const) : (["ignore", "pipe"] as const);
    const child = spawn(file, words, { stdio: ["ignore", ...stdio], ...rest });
    const running = new Running(child);
    const lines: string[] = [];
    const told = child[output];
    if (!told) throw new Error("nothing to read");
    for await (const line of createInterface(told)) {
      lines.push(line);
      if (!ready.test(line)) continue;
      told.resume();
      return running;
    }
    throw new Error(`${file} did not start:\n${lines.join("\n")}`);
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    this.#child.kill(signal);
    await this.#exited;
  }
}
