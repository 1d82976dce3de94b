import { type Delivery, Recorder } from "../recorder.ts";

/** A recorder that also tells for how long each reader got nothing. */
export class TimedRecorder extends Recorder {
  readonly #lastAt = new Map<string, number>();
  readonly #longestMs = new Map<string, number>();

  override begins(
    reader: string,
    page: readonly Delivery[],
    log: { readonly epoch?: string; readonly head?: number } = {},
  ): void {
    this.#note(reader);
    super.begins(reader, page, log);
  }

  override reads(reader: string, delivery: Delivery): void {
    this.#note(reader);
    super.reads(reader, delivery);
  }

  /** Forgets the gaps that have ended. */
  watch(): void {
    this.#longestMs.clear();
  }

  /** The longest time, of those that ended since {@link watch}, in which one of these readers got nothing. */
  longestGapMs(readers: readonly string[]): number {
    return Math.max(0, ...readers.map((reader) => this.#longestMs.get(reader) ?? 0));
  }

  #note(reader: string): void {
    const now = performance.now();
    const gap = now - (this.#lastAt.get(reader) ?? now);
    this.#lastAt.set(reader, now);
    if (gap > (this.#longestMs.get(reader) ?? 0)) this.#longestMs.set(reader, gap);
  }
}
