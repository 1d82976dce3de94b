import { fold } from "../../protocol/search-text.ts";
import { blockSize } from "./block.ts";
import type { Place } from "./places.ts";
import type { LoggedEvent, SearchRows } from "./rows.ts";

/** A message that no block has yet, as it is compared. */
export interface TailMessage extends Place {
  folded: string;
}

/** UTF-16 units and events after which a segment is full, however few messages it has. */
const segmentUnits = 2 ** 20;
const segmentEvents = 2 ** 16;

/** What becomes one block. */
export class Segment {
  readonly messages: TailMessage[] = [];
  /** The last event that was read of each room. */
  readonly reaches = new Map<number, number>();
  /** Once the block is being made: those of its messages that were changed since. */
  changedSince: Place[] | undefined;
  #units = 0;
  #events = 0;

  get isFull(): boolean {
    return this.messages.length >= blockSize || this.#units >= segmentUnits || this.#events >= segmentEvents;
  }

  take(roomId: number, { kind, seq, text }: LoggedEvent): void {
    this.reaches.set(roomId, seq);
    this.#events++;
    if (kind !== "message") return;
    const folded = fold(text);
    this.messages.push({ roomId, seq, folded });
    this.#units += folded.length;
  }
}

interface Unread {
  readonly roomId: number;
  events: readonly LoggedEvent[];
  at: number;
  /** Whether there may be events after these. */
  goesOn: boolean;
}

/** Events that are kept read ahead, over all rooms, and of one room at the least and at the most. */
const readAhead = 2 ** 14;
const leastAhead = 8;
const mostAhead = 64;
/** How many events are read before others get their turn. */
const stride = 64;

/** What the tail wants done before it reads on: nothing, or a block to be made of its first segment. */
type Stop = "whole" | "full" | "late";

/**
 * The messages of all rooms that no block has yet, in memory, as they came into the logs; those of several rooms by
 * their time.
 */
export class Tail {
  readonly segments: Segment[] = [new Segment()];
  readonly #rows: SearchRows;
  readonly #reached = new Map<number, number>();
  /** By the time of their next event. */
  readonly #unread: Unread[] = [];
  /** Told of a message in a block that says something else now. */
  readonly #onChanged: (place: Place) => Promise<void>;
  #isNew = true;

  constructor(rows: SearchRows, onChanged: (place: Place) => Promise<void>) {
    this.#rows = rows;
    this.#onChanged = onChanged;
  }

  /** Reads what has been logged since, at most until `isLate` says so, or there are more than `most` segments. */
  async read(most: number, isLate: () => boolean, pause: () => Promise<void> | undefined): Promise<Stop> {
    const rooms = await (this.#isNew ? this.#rows.behind() : this.#rows.changed());
    this.#isNew = false;
    const ahead = Math.min(mostAhead, Math.max(leastAhead, Math.floor(readAhead / rooms.length)));
    const known = new Map(this.#unread.map((unread) => [unread.roomId, unread]));
    for (const roomId of rooms) {
      const unread = known.get(roomId);
      if (unread) unread.goesOn = true;
      else await this.#queue({ roomId, events: [], at: 0, goesOn: true }, ahead);
      await pause();
    }
    for (let taken = 1; ; taken++) {
      if (this.segments.length > most) return "full";
      const unread = this.#unread.shift();
      if (!unread) return "whole";
      const event = unread.events[unread.at++];
      if (event) await this.#take(unread.roomId, event);
      await this.#queue(unread, ahead);
      if (taken % stride !== 0) continue;
      await pause();
      if (isLate()) return "late";
    }
  }

  /** Where a message is in it, as the segment and the index in that. */
  find({ roomId, seq }: Place): readonly [segment: number, index: number] | undefined {
    for (const [segment, { messages }] of this.segments.entries()) {
      const index = messages.findIndex((message) => message.roomId === roomId && message.seq >= seq);
      if (index >= 0) return [segment, index];
    }
    return undefined;
  }

  /** Puts a room in its place among those that are read, or leaves it out when there is no more of it. */
  async #queue(unread: Unread, ahead: number): Promise<void> {
    if (unread.at >= unread.events.length) {
      if (!unread.goesOn) return;
      const after = this.#reached.get(unread.roomId) ?? (await this.#rows.reachOf(unread.roomId));
      unread.events = await this.#rows.events(unread.roomId, after, ahead);
      unread.at = 0;
      unread.goesOn = unread.events.length === ahead;
    }
    const ts = unread.events[unread.at]?.ts;
    if (ts === undefined) return;
    let [low, high] = [0, this.#unread.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#unread[middle];
      if (other && (other.events[other.at]?.ts ?? 0) < ts) low = middle + 1;
      else high = middle;
    }
    this.#unread.splice(low, 0, unread);
  }

  async #take(roomId: number, event: LoggedEvent): Promise<void> {
    const { kind, seq, targetSeq } = event;
    if ((kind === "edit" || kind === "delete") && targetSeq !== null) await this.#change({ roomId, seq: targetSeq });
    const last = this.segments.at(-1);
    last?.take(roomId, event);
    this.#reached.set(roomId, seq);
    if (last?.isFull) this.segments.push(new Segment());
  }

  async #change(place: Place): Promise<void> {
    const [at, index] = this.find(place) ?? [];
    const segment = at === undefined ? undefined : this.segments[at];
    const message = index === undefined ? undefined : segment?.messages[index];
    if (message?.seq !== place.seq) return this.#onChanged(place);
    const [text = ""] = await this.#rows.texts([place]);
    message.folded = fold(text);
    // Its block may have been made while the text was read.
    if (segment && this.segments.includes(segment)) segment.changedSince?.push(place);
    else await this.#onChanged(place);
  }
}
