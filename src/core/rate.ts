import type { Clock } from "./ports.ts";

interface Bucket {
  /** What was left at `at`. */
  level: number;
  at: number;
}

/**
 * How often something may be done, for each of any number of keys: `burst` times at once, and then
 * `perSecond` times a second (a token bucket). Either being 0 lifts the bound. Keeps a key only until
 * its burst is whole again.
 */
export class Rate {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #clock: Clock;
  // The order of insertion is the order of last use.
  readonly #buckets = new Map<unknown, Bucket>();

  constructor(options: { perSecond: number; burst: number; clock: Clock }) {
    this.#perSecond = options.perSecond;
    this.#burst = options.burst;
    this.#clock = options.clock;
  }

  /** Takes one for a key. 0 if there was one; else in how many milliseconds there will be one. */
  take(key: unknown): number {
    if (this.#perSecond === 0 || this.#burst === 0) return 0;
    const now = this.#clock.monotonic();
    this.#forgetWhole(now);
    const level = this.#levelOf(key, now);
    this.#buckets.delete(key);
    this.#buckets.set(key, { level: level >= 1 ? level - 1 : level, at: now });
    return this.#untilOne(level);
  }

  /**
   * Takes one that was allowed elsewhere, there or not: what is owed, a whole burst at the most, is waited for. So that
   * a key which several keep the rate of has no more than the rate, but for what each allows before it hears of the others.
   */
  charge(key: unknown): void {
    if (this.#perSecond === 0 || this.#burst === 0) return;
    const now = this.#clock.monotonic();
    this.#forgetWhole(now);
    const level = this.#levelOf(key, now);
    this.#buckets.delete(key);
    this.#buckets.set(key, { level: Math.max(level - 1, -this.#burst), at: now });
  }

  /** In how many milliseconds there will be one for a key; 0 if there is one now. Takes none. */
  wait(key: unknown): number {
    if (this.#perSecond === 0 || this.#burst === 0) return 0;
    return this.#untilOne(this.#levelOf(key, this.#clock.monotonic()));
  }

  /** Lets go of a key that will not come again. */
  forget(key: unknown): void {
    this.#buckets.delete(key);
  }

  /** How many keys it keeps now. */
  get size(): number {
    return this.#buckets.size;
  }

  #levelOf(key: unknown, now: number): number {
    const before = this.#buckets.get(key);
    if (!before) return this.#burst;
    return Math.min(this.#burst, before.level + ((now - before.at) * this.#perSecond) / 1000);
  }

  #untilOne(level: number): number {
    // Less than a microsecond is rounding, and no time to wait.
    return level >= 1 ? 0 : Math.ceil(((1 - level) * 1000) / this.#perSecond - 1e-3);
  }

  #forgetWhole(now: number): void {
    // From a whole burst owed to a whole one there.
    const wholeAfter = (2 * this.#burst * 1000) / this.#perSecond;
    for (const [key, { at }] of this.#buckets) {
      if (now - at < wholeAfter) return;
      this.#buckets.delete(key);
    }
  }
}
