import { once } from "node:events";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type ServerProcess, type Surroundings, startServerProcess } from "../support/process.ts";
import type { Log } from "./checker.ts";
import type { Scope } from "./scope.ts";

/** How the server process ended, and how long it took to. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly ms: number;
}

interface Page {
  readonly epoch: string;
  readonly messages: readonly { readonly seq: number; readonly id: string; readonly text: string }[];
  readonly next: string;
  readonly more: boolean;
}

/** One life of the server: a process on the data folder. */
interface Life {
  readonly process: ServerProcess;
  readonly ended: Promise<End>;
}

/** A new folder that goes with the scope. */
export function scratchFolder(scope: Scope): string {
  const folder = mkdtempSync(join(tmpdir(), "parlance-fault-"));
  scope.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A server in a process of its own, with one data folder over all its lives: what is done to it, it may not survive. */
export class ServerUnderTest {
  readonly data: string;
  readonly #scope: Scope;
  #life: Life | undefined;

  /** Its process ends with the scope, at the latest. */
  constructor(scope: Scope, data = scratchFolder(scope)) {
    this.#scope = scope;
    this.data = data;
    scope.after(() => this.#life && this.kill());
  }

  get #alive(): Life {
    if (!this.#life) throw new Error("the server was not started");
    return this.#life;
  }

  get url(): string {
    return this.#alive.process.url.replace("localhost", "127.0.0.1");
  }

  /** Where TCP chat is, if it was started with a port for it. */
  get tcpPort(): number | undefined {
    return this.#alive.process.tcpPort;
  }

  get tcpEchoPort(): number | undefined {
    return this.#alive.process.tcpEchoPort;
  }

  /** Resolves when the present process has ended, however it does. */
  get ended(): Promise<End> {
    return this.#alive.ended;
  }

  /** Starts it, and waits until it says that it can store messages; resolves with how many milliseconds that took. */
  async start(flags: readonly string[] = [], surroundings: Surroundings = {}): Promise<number> {
    const began = performance.now();
    const process = await startServerProcess(this.#scope, this.data, flags, surroundings);
    const ended = once(process.process, "exit").then(([code, signal]) => ({ code, signal, ms: performance.now() }));
    this.#life = { process, ended };
    const { status } = await fetch(`${this.url}/readyz`);
    if (status !== 200) throw new Error(`the server is up, and not ready: ${status}`);
    return performance.now() - began;
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    this.#alive.process.process.kill("SIGKILL");
    await this.ended;
  }

  /** Sends SIGTERM and waits for the end. */
  async terminate(): Promise<End> {
    const began = performance.now();
    this.#alive.process.process.kill("SIGTERM");
    const end = await this.ended;
    return { ...end, ms: end.ms - began };
  }

  /** Stops it as it stands, until {@link thaw}. */
  freeze(): void {
    this.#alive.process.process.kill("SIGSTOP");
  }

  thaw(): void {
    this.#alive.process.process.kill("SIGCONT");
  }

  /** MiB of memory that the process has, as Linux counts it; unknown elsewhere. */
  memory(): number | undefined {
    const status = `/proc/${this.#alive.process.process.pid}/status`;
    if (!existsSync(status)) return undefined;
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(status, "utf8")) ?? [];
    return Number(kibibytes) / 1024;
  }

  /** Reads a room's log over HTTP, to its end. */
  async log(room = "general"): Promise<Log> {
    const messages: Page["messages"][number][] = [];
    for (let after = "0"; ; ) {
      const answer = await fetch(`${this.url}/rooms/${room}/messages?after=${after}&limit=1000`);
      const page = (await answer.json()) as Page;
      messages.push(...page.messages);
      if (!page.more) return { epoch: page.epoch, messages };
      after = page.next;
    }
  }

  /** What SQLite says of the database that a killed server left: `ok`, or what is wrong. Looks at a copy. */
  integrity(): string {
    const folder = mkdtempSync(join(tmpdir(), "parlance-fault-"));
    try {
      for (const name of ["parlance.db", "parlance.db-wal"]) {
        if (existsSync(join(this.data, name))) copyFileSync(join(this.data, name), join(folder, name));
      }
      using database = new DatabaseSync(join(folder, "parlance.db"));
      return String(database.prepare("PRAGMA integrity_check").get()?.["integrity_check"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}
