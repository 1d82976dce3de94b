import type { Clock } from "./ports.ts";

interface Waiting {
  readonly at: number;
  /** Gone once it was called off: a long queue does not keep what nobody waits for. */
  callback: (() => void) | undefined;
}

/** Calls back after a time that is the same for all. One queue and one timer, however many wait. */
export class Delay {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #queue: Waiting[] = [];
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /** Calls back after the time; the answer calls it off. */
  add(callback: () => void): () => void {
    const waiting: Waiting = { at: this.#clock.monotonic() + this.#ms, callback };
    this.#queue.push(waiting);
    this.#cancel ??= this.#clock.after(this.#ms, () => this.#callDue());
    return () => {
      waiting.callback = undefined;
    };
  }

  /** Calls nobody back any more. */
  close(): void {
    this.#cancel?.();
    this.#queue.length = 0;
  }

  #callDue(): void {
    const now = this.#clock.monotonic();
    const due = this.#queue.findIndex(({ at }) => at > now);
    const called = this.#queue.splice(0, due === -1 ? this.#queue.length : due);
    const [next] = this.#queue;
    this.#cancel = next && this.#clock.after(next.at - now, () => this.#callDue());
    for (const { callback } of called) callback?.();
  }
}
