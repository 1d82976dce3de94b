import type { Soon } from "./soon.ts";

/** One command: done when it returns, or when the promise it returns is settled. A text is what somebody says. */
export type Command = string | (() => Soon<void>);

/**
 * Carries commands out one after the other, in the order they came in. While one is under way the
 * source is held, so that no more than what was read already can wait; and of a text only itself. [S2]
 */
export class InTurn {
  readonly #source: { pause(): void; resume(): void };
  readonly #say: (text: string) => Soon<void>;
  #waiting: Command[] | undefined;
  #busy = false;
  #ended = false;

  constructor(source: { pause(): void; resume(): void }, say: (text: string) => Soon<void>) {
    this.#source = source;
    this.#say = say;
  }

  /** Carries out a command, at once or when those before it are done. */
  do(command: Command): void {
    if (this.#ended) return;
    if (!this.#busy) return this.#start(command);
    this.#waiting ??= [];
    this.#waiting.push(command);
  }

  /** Whether a command is under way. */
  get isBusy(): boolean {
    return this.#busy;
  }

  /** Drops what waits, and whatever comes. */
  end(): void {
    this.#ended = true;
    this.#busy = false;
    this.#waiting = undefined;
  }

  #start(command: Command): void {
    const underWay = typeof command === "string" ? this.#say(command) : command();
    if (!underWay) return;
    this.#busy = true;
    this.#source.pause();
    // A command answers its own failures: a rejection is a bug, and ends the process like any other.
    void underWay.then(() => this.#goOn());
  }

  #goOn(): void {
    this.#busy = false;
    while (!this.#busy && !this.#ended) {
      const next = this.#waiting?.shift();
      if (next === undefined) return this.#source.resume();
      this.#start(next);
    }
  }
}
