import type { Clock } from "./ports.ts";

/** How long after the last wrong guess a key is forgotten. */
const quietMs = 60 * 60 * 1_000;
/** Keys kept at the most; past it the one longest without a guess is forgotten. [B1] */
const mostKeys = 10_000;

interface Wrong {
  readonly count: number;
  readonly at: number;
  readonly until: number;
}

/**
 * Counts wrong guesses by any number of keys. The first `free` ones cost nothing; after each further one nothing is
 * judged for 1 s, 2 s, 4 s … up to `longestMs`.
 */
export class Guesses {
  readonly #free: number;
  readonly #longestMs: number;
  readonly #clock: Clock;
  // The order of insertion is the order of the last guess.
  readonly #wrong = new Map<string, Wrong>();

  constructor(options: { readonly free: number; readonly longestMs: number; readonly clock: Clock }) {
    this.#free = options.free;
    this.#longestMs = options.longestMs;
    this.#clock = options.clock;
  }

  /** In how many milliseconds the next guess is judged; 0 for now. */
  wait(key: string): number {
    const { until = 0 } = this.#wrong.get(key) ?? {};
    return Math.max(0, Math.ceil(until - this.#clock.monotonic()));
  }

  /** One that is taken for wrong until it proves right: many at once are counted before the first is judged. */
  count(key: string): void {
    const now = this.#clock.monotonic();
    for (const [other, { at }] of this.#wrong) {
      if (now - at < quietMs && this.#wrong.size <= mostKeys) break;
      this.#wrong.delete(other);
    }
    this.#set(key, (this.#wrong.get(key)?.count ?? 0) + 1, now);
  }

  /** Takes a guess back that was right, or never judged. */
  takeBack(key: string): void {
    const { count = 0, at = 0 } = this.#wrong.get(key) ?? {};
    this.#set(key, count - 1, at);
  }

  /** Whoever knows it is not held up by those who guessed. */
  forget(key: string): void {
    this.#wrong.delete(key);
  }

  /** How many keys it keeps now. */
  get size(): number {
    return this.#wrong.size;
  }

  #set(key: string, count: number, at: number): void {
    this.#wrong.delete(key);
    if (count <= 0) return;
    const beyond = count - this.#free;
    const delay = beyond <= 0 ? 0 : Math.min(this.#longestMs, 1_000 * 2 ** (beyond - 1));
    this.#wrong.set(key, { count, at, until: at + delay });
  }
}
