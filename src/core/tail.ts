import { pageBytes, replayLimit } from "../protocol/limits.ts";
import { changed } from "./changed.ts";
import type { EventPage, StoredEvent } from "./ports.ts";

export const isMessage = ({ kind }: StoredEvent): boolean => kind === "message";

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
    this.#change(event);
    this.#events.push(event);
    this.#text += textSize(event);
    // Half of it goes at once, so that the array is moved once in a few hundred events.
    if (this.#events.length > 2 * mostEvents || this.#text > 2 * mostText) this.#trim();
  }

  /** Keeps a message as it is after a change. [E2] */
  #change(change: StoredEvent): void {
    if (change.targetSeq === undefined || change.kind === "message") return;
    const index = change.targetSeq - this.#before - 1;
    const message = this.#events[index];
    if (message) this.#set(index, message, changed(message, change));
    if (change.kind !== "delete") return;
    // What it said before is not told any more either.
    for (const [at, event] of this.#events.entries()) {
      if (event.kind === "edit" && event.targetSeq === change.targetSeq) this.#set(at, event, { ...event, text: "" });
    }
  }

  #set(index: number, before: StoredEvent, after: StoredEvent): void {
    this.#events[index] = after;
    this.#text += textSize(after) - textSize(before);
  }

  /** The events after `seq`, all of them; `undefined` if some are no longer kept. */
  after(seq: number): readonly StoredEvent[] | undefined {
    return seq < this.#before ? undefined : this.#events.slice(seq - this.#before);
  }

  /** The last event by somebody as asked. */
  lastBy(isWanted: (user: StoredEvent["user"]) => boolean): StoredEvent | undefined {
    return this.#events.findLast(({ user }) => isWanted(user));
  }

  /** The last `count` messages up to `seq`, or all there are; `undefined` if some are no longer kept. */
  messagesUpTo(seq: number, count: number): readonly StoredEvent[] | undefined {
    const messages: StoredEvent[] = [];
    for (let index = seq - this.#before - 1; index >= 0 && messages.length < count; index--) {
      const event = this.#events[index];
      if (event && isMessage(event)) messages.push(event);
    }
    return messages.length === count || this.#before === 0 ? messages.reverse() : undefined;
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
