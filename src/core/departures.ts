import type { Clock } from "./ports.ts";

/** How long somebody whose line broke has to come back without having left. [K5] */
export const graceMs = 10_000;

interface Departure {
  readonly at: number;
  readonly depart: () => void;
}

/** Those whose line broke, until they are back or have left. One queue and one timer: all wait equally long. */
export class Departures {
  readonly #clock: Clock;
  readonly #queue: Departure[] = [];
  #cancel: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `depart` after the grace period; it finds out for itself whether they are back. */
  expect(depart: () => void): void {
    this.#queue.push({ at: this.#clock.monotonic() + graceMs, depart });
    this.#cancel ??= this.#clock.after(graceMs, () => this.#departDue());
  }

  close(): void {
    this.#cancel?.();
    this.#queue.length = 0;
  }

  #departDue(): void {
    const now = this.#clock.monotonic();
    const due = this.#queue.findIndex(({ at }) => at > now);
    const departed = this.#queue.splice(0, due === -1 ? this.#queue.length : due);
    const [next] = this.#queue;
    this.#cancel = next && this.#clock.after(next.at - now, () => this.#departDue());
    for (const { depart } of departed) depart();
  }
}
