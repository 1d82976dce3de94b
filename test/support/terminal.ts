import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import type { TestContext } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { cli } from "./process.ts";

/** A run of the command line, watched by what it prints. */
export class Run {
  readonly process: ChildProcess;
  /** Everything printed, as it came. */
  output = "";
  #checks = new Set<() => void>();
  readonly exit: Promise<number | null>;

  constructor(t: Pick<TestContext, "after">, process: ChildProcess) {
    this.process = process;
    for (const stream of [process.stdout, process.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
        for (const check of this.#checks) check();
      });
    }
    this.exit = once(process, "close").then(([code]) => {
      for (const check of this.#checks) check();
      return code as number | null;
    });
    t.after(() => process.kill("SIGKILL"));
  }

  /** What a person reads of it: without colours and movements of the cursor. */
  get text(): string {
    return stripVTControlCharacters(this.output).replaceAll("\r", "");
  }

  /** Waits until what was printed matches; fails when the program ends without it. */
  async sees(wanted: string | RegExp): Promise<void> {
    const found = () => (typeof wanted === "string" ? this.text.includes(wanted) : wanted.test(this.text));
    await this.#until(found, wanted);
  }

  /** The same of what steers the terminal. */
  async sends(sequence: string): Promise<void> {
    await this.#until(() => this.output.includes(sequence), JSON.stringify(sequence));
  }

  async #until(found: () => boolean, wanted: string | RegExp): Promise<void> {
    if (found()) return;
    await new Promise<void>((resolve, reject) => {
      const check = () => {
        if (found()) resolve();
        else if (this.process.exitCode === null) return;
        else reject(new Error(`it ended without printing ${wanted}:\n${this.text}`));
        this.#checks.delete(check);
      };
      this.#checks.add(check);
    });
  }

  type(text: string): void {
    this.process.stdin?.write(text);
  }
}

const plainEnvironment = { ...process.env, LC_ALL: "C.UTF-8", TERM: "xterm-256color", TZ: "UTC" };

/** Runs `parlance` in pipes. */
export function runPiped(
  t: Pick<TestContext, "after">,
  words: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Run {
  return new Run(t, spawn(process.execPath, [cli, ...words], { env: { ...plainEnvironment, ...environment } }));
}

/** `parlance` as a command of the shell. */
export const inShell = (words: readonly string[]): string =>
  [process.execPath, cli, ...words].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");

/** Runs `parlance` at a pseudo-terminal. */
export const runAtTerminal = (t: Pick<TestContext, "after">, words: readonly string[]): Run =>
  runShellAtTerminal(t, `exec ${inShell(words)}`);

/** Runs a command of the shell at a pseudo-terminal of 60 columns, made by util-linux's `script`. */
export function runShellAtTerminal(t: Pick<TestContext, "after">, line: string): Run {
  if (spawnSync("script", ["--version"]).status !== 0) {
    throw new Error("These tests need `script` of util-linux for a pseudo-terminal: apt-get install bsdutils");
  }
  const command = `stty cols 60 rows 20; ${line}`;
  return new Run(
    t,
    spawn("script", ["-qfec", command, "/dev/null"], { env: { ...plainEnvironment, SHELL: "/bin/sh" } }),
  );
}
