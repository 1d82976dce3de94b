import type { StoredEvent } from "./ports.ts";

/** So many events are kept while what goes before them is missing; those beyond them are read from the store after it. */
const mostKept = 1_000;

/** What a room has heard of too early: other nodes' news of what goes before it may be on their way. */
export class Ahead {
  readonly #events = new Map<number, StoredEvent>();

  get isEmpty(): boolean {
    return this.#events.size === 0;
  }

  /** Whether no more is kept. */
  get isFull(): boolean {
    return this.#events.size >= mostKept;
  }

  /** The lowest `seq` that is kept; `undefined` if none is. */
  get first(): number | undefined {
    let first: number | undefined;
    for (const seq of this.#events.keys()) if (first === undefined || seq < first) first = seq;
    return first;
  }

  keep(event: StoredEvent): void {
    if (!this.isFull) this.#events.set(event.seq, event);
  }

  /** The event with this number, which is not kept any more. */
  take(seq: number): StoredEvent | undefined {
    const event = this.#events.get(seq);
    this.#events.delete(seq);
    return event;
  }

  forget(): void {
    this.#events.clear();
  }
}
