import type { Clock } from "./ports.ts";

/** How often the age of what waits is looked at: it is known to about this long. */
const lookMs = 1_000;

/** What waits to be written to one client. */
export interface OutboundBytes {
  /** Bytes handed to the line so far. */
  readonly written: number;
  /** Of those, bytes that the line has not taken yet. */
  readonly waiting: number;
  /** Where the last page of the log ends, counted as `written` is: up to there, what matters is that it moves. [R2] */
  readonly pageEnd: number;
  /** Sends the client away. */
  giveUp(): void;
}

interface Mark {
  readonly written: number;
  readonly taken: number;
}

/**
 * Finds clients that read too slowly: something has been waiting for them for `maxMs`. Only lines
 * on which something waits are looked at, all by one timer; what a line had been handed at each look
 * tells how old its oldest waiting byte is. [B1]
 */
export class SlowReaders {
  readonly #clock: Clock;
  readonly #looks: number;
  readonly #lines = new Map<OutboundBytes, Mark[]>();
  #cancel: (() => void) | undefined;

  /** 0 lifts the bound. */
  constructor(clock: Clock, maxMs: number) {
    this.#clock = clock;
    this.#looks = Math.ceil(maxMs / lookMs);
  }

  /** Something waits for this client: looks at it until nothing does. */
  watch(line: OutboundBytes): void {
    if (this.#looks === 0 || this.#lines.has(line)) return;
    this.#lines.set(line, []);
    this.#cancel ??= this.#clock.after(lookMs, () => this.#look());
  }

  /** Bytes that wait for all of them together. */
  get waiting(): number {
    let bytes = 0;
    for (const line of this.#lines.keys()) bytes += line.waiting;
    return bytes;
  }

  close(): void {
    this.#cancel?.();
    this.#lines.clear();
  }

  #look(): void {
    for (const [line, marks] of this.#lines) {
      if (line.waiting === 0) this.#lines.delete(line);
      else if (this.#isTooSlow(line, marks)) {
        this.#lines.delete(line);
        line.giveUp();
      }
    }
    this.#cancel = this.#lines.size > 0 ? this.#clock.after(lookMs, () => this.#look()) : undefined;
  }

  #isTooSlow(line: OutboundBytes, marks: Mark[]): boolean {
    const taken = line.written - line.waiting;
    marks.push({ written: line.written, taken });
    if (marks.length <= this.#looks) return false;
    const oldest = marks.shift();
    if (!oldest) return false;
    return taken < line.pageEnd ? taken <= oldest.taken : taken < oldest.written;
  }
}
