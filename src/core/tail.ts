import { pageBytes, replayLimit } from "../protocol/limits.ts";
import type { EventPage, StoredEvent } from "./ports.ts";

/** What an event's text takes on the wire, in bytes. */
const textSize = (event: StoredEvent): number => Buffer.byteLength(event.text);

/** Cuts a run of events where a page must end. */
export function firstPage(events: readonly StoredEvent[], limit: number): EventPage {
  let size = 0;
  let count = 0;
  for (const event of events) {
    size += textSize(event);
    if (count === limit || (count > 0 && size > pageBytes)) return { events: events.slice(0, count), more: true };
    count++;
  }
  return { events, more: false };
}

// Twice what a resume may replay, so that whoever resumes in a busy room is not overtaken.
const mostEvents = 2 * replayLimit;
const mostText = 1024 * 1024;

/** A room's last events, kept in memory so that joining and resuming need not ask the store. */
export class Tail {
  #events: StoredEvent[] = [];
  #text = 0;
  /** The `seq` before the first event that is kept. */
  #before: number;

  constructor(head: number) {
    this.#before = head;
  }

  /** Puts in front what was stored before the room was opened. */
  seed(events: readonly StoredEvent[]): void {
    const [first] = events;
    if (!first) return;
    this.#events.unshift(...events);
    this.#before = first.seq - 1;
    for (const event of events) this.#text += textSize(event);
  }

  push(event: StoredEvent): void {
    this.#events.push(event);
    this.#text += textSize(event);
    // Half of it goes at once, so that the array is moved once in a few hundred events.
    if (this.#events.length > 2 * mostEvents || this.#text > 2 * mostText) this.#trim();
  }

  /** The events after `seq`, all of them; `undefined` if some are no longer kept. */
  after(seq: number): readonly StoredEvent[] | undefined {
    return seq < this.#before ? undefined : this.#events.slice(seq - this.#before);
  }

  /** The last `count` events up to `seq`, or all there are; `undefined` if some are no longer kept. */
  upTo(seq: number, count: number): readonly StoredEvent[] | undefined {
    const first = Math.max(0, seq - count);
    return first < this.#before ? undefined : this.#events.slice(first - this.#before, seq - this.#before);
  }

  #trim(): void {
    let drop = 0;
    while (this.#events.length - drop > mostEvents || this.#text > mostText) {
      const event = this.#events[drop++];
      if (!event) break;
      this.#text -= textSize(event);
    }
    this.#events.splice(0, drop);
    this.#before += drop;
  }
}
