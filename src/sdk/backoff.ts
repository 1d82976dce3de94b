/** The longest wait between two attempts. [K3] */
const longestMs = 30_000;
const firstMs = 1_000;

/** Spreads the attempts of many clients out, the more the longer the server is away. [K3] */
export class Backoff {
  readonly #random: () => number;
  #failures = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** How long to wait before the next attempt: `random(0, min(30 s, 1 s · 2^n))` milliseconds. */
  next(): number {
    const bound = Math.min(longestMs, firstMs * 2 ** this.#failures);
    this.#failures++;
    return this.#random() * bound;
  }

  reset(): void {
    this.#failures = 0;
  }
}
