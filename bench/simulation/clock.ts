import { FakeClock } from "../../test/support/fake-clock.ts";

interface Timer {
  readonly at: number;
  /** Gone once it was called off. */
  callback: (() => void) | undefined;
}

/** Time that passes only when it is told to, as in tests; a timer costs the logarithm of how many there are, not their number. */
export class SimulatedClock extends FakeClock {
  /** A heap: the soonest timer is the first. */
  readonly #timers: Timer[] = [];
  #passed = 0;

  override monotonic(): number {
    return this.#passed;
  }

  override now(): number {
    return super.now() + this.#passed;
  }

  override after(ms: number, callback: () => void): () => void {
    const timer: Timer = { at: this.#passed + ms, callback };
    this.#put(timer);
    return () => {
      timer.callback = undefined;
    };
  }

  override advance(ms: number): void {
    const until = this.#passed + ms;
    for (let next = this.#timers[0]; next && next.at <= until; next = this.#timers[0]) {
      this.#takeFirst();
      this.#passed = Math.max(this.#passed, next.at);
      next.callback?.();
    }
    this.#passed = until;
  }

  #put(timer: Timer): void {
    const heap = this.#timers;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (!above || above.at <= timer.at) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = timer;
  }

  #takeFirst(): void {
    const heap = this.#timers;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [one, other] = [heap[left], heap[left + 1]];
      const child = one && other && other.at < one.at ? left + 1 : left;
      const below = heap[child];
      if (!below || below.at >= last.at) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }
}
