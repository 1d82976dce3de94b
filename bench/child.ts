import { type ChildProcess, fork, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { basename } from "node:path";
import { createInterface } from "node:readline";

/** What a process of the measurement does when it is asked; what goes in and out is plain JSON. */
type Duties = Record<string, (...input: never[]) => unknown>;

type Question = { readonly duty: string; readonly input: readonly unknown[] };
type Answer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: string };

/** How long a process has to end after it was let go, in milliseconds. */
const endingMs = 10_000;

/** A program that is no script of ours: it reads a question a line, and writes an answer a line, as JSON. */
export interface Program {
  readonly command: string;
  readonly arguments: readonly string[];
  /** A question as its line; what is not said otherwise is told by its duty alone. */
  readonly line?: (duty: string, input: readonly unknown[]) => string;
}

/** A process of its own, so that its CPU time and memory are its own too. Asked one thing at a time. */
export class Child<D extends Duties> implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #name: string;
  readonly #answers: EventEmitter;
  readonly #ask: (question: Question) => void;
  readonly #letGo: () => void;

  /**
   * A script is found beside this file; options of this process's Node, such as `--cpu-prof`, are passed on to it.
   * Either ends by itself when the one that started it is gone.
   */
  constructor(program: string | Program, scriptArguments: readonly string[] = []) {
    this.#answers = new EventEmitter();
    if (typeof program === "string") {
      const child = fork(new URL(program, import.meta.url), scriptArguments, {
        stdio: ["ignore", "inherit", "inherit", "ipc"],
      });
      child.on("message", (answer) => this.#answers.emit("answer", answer));
      this.#process = child;
      this.#ask = (question) => child.send(question);
      this.#letGo = () => child.disconnect();
      this.#name = program;
      return;
    }
    const child = spawn(program.command, program.arguments, { stdio: ["pipe", "pipe", "inherit"] });
    // What is wrong with the pipe shows in the process's end.
    child.stdin.on("error", () => {});
    createInterface(child.stdout).on("line", (line) => this.#answers.emit("answer", JSON.parse(line)));
    this.#process = child;
    this.#ask = ({ duty, input }) => child.stdin.write(`${program.line?.(duty, input) ?? duty}\n`);
    this.#letGo = () => child.stdin.end();
    this.#name = basename(program.command);
  }

  /** Rejects with the other side's error, or if it ends before it has answered. */
  async ask<K extends keyof D & string>(duty: K, ...input: Parameters<D[K]>): Promise<Awaited<ReturnType<D[K]>>> {
    const over = new AbortController();
    const { signal } = over;
    const gone = once(this.#process, "exit", { signal }).then(([code, killer]) => {
      throw new Error(`${this.#name} ended (${killer ?? code}) when it was asked to ${duty}`);
    });
    try {
      const answered = once(this.#answers, "answer", { signal });
      answered.catch(() => {});
      this.#ask({ duty, input });
      const [answer] = (await Promise.race([answered, gone])) as [Answer];
      if (!answer.ok) throw new Error(`${this.#name}: ${answer.error}`);
      return answer.value as Awaited<ReturnType<D[K]>>;
    } finally {
      gone.catch(() => {});
      over.abort();
    }
  }

  /** Lets it go, and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    this.#letGo();
    const timer = setTimeout(() => child.kill("SIGKILL"), endingMs);
    await exited;
    clearTimeout(timer);
  }
}

/** The other side: does what it is asked until it is let go, then calls `end`. */
export function answer(duties: Duties, end: () => void | Promise<void>): void {
  // Such signals often reach every process of a group; this one ends, tidily, when the one that started it has.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});
  process.on("disconnect", () => void Promise.resolve(end()).then(() => process.exit()));
  process.on("message", async ({ duty, input }: Question) => {
    let reply: Answer;
    try {
      reply = { ok: true, value: await duties[duty]?.(...(input as never[])) };
    } catch (error) {
      reply = { ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    process.send?.(reply);
  });
}

/** What a process has used so far. */
export interface Usage {
  /** CPU time of all its threads, in microseconds, as the operating system counts it. */
  readonly cpuMicros: number;
  /** Memory that is its own and present, in bytes. */
  readonly residentBytes: number;
}

export function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuMicros: user + system, residentBytes: process.memoryUsage.rss() };
}
