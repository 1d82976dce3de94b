import type { Clock } from "../../src/core/ports.ts";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Time that passes only when a test says so. `soon` is the end of the turn of the loop, as ever. */
export class FakeClock implements Clock {
  readonly #timers = new Set<Timer>();
  readonly #started: number;
  #elapsed = 0;

  constructor(started = Date.UTC(2025, 10, 19, 23, 46, 36)) {
    this.#started = started;
  }

  now(): number {
    return this.#started + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#elapsed + ms, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  soon(callback: () => void): void {
    queueMicrotask(callback);
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets time pass: every timer that falls due goes off at its own moment, those it sets included. */
  advance(ms: number): void {
    const until = this.#elapsed + ms;
    for (;;) {
      let next: Timer | undefined;
      for (const timer of this.#timers) if (timer.at <= until && (!next || timer.at < next.at)) next = timer;
      if (!next) break;
      this.#timers.delete(next);
      this.#elapsed = Math.max(this.#elapsed, next.at);
      next.callback();
    }
    // What went off may have let more time pass.
    this.#elapsed = Math.max(this.#elapsed, until);
  }
}
