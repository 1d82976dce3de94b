import { type StoredEvent, StoreError } from "../../core/ports.ts";
import { fold, hasAll } from "../../protocol/search-text.ts";
import { BlockBuilder } from "./block.ts";
import { type Candidates, candidates } from "./candidates.ts";
import { encodePlaces, type Place, Places } from "./places.ts";
import type { SearchRows } from "./rows.ts";
import { type Segment, Tail } from "./tail.ts";

/** What to look for, in a store's own numbers. */
export interface Wanted {
  readonly words: readonly string[];
  /** All but the hidden ones, if it is left out. */
  readonly roomIds?: readonly number[];
  readonly hiddenIds?: ReadonlySet<number>;
  readonly before?: Place;
  readonly limit: number;
  readonly maxBytes: number;
}

export interface Found {
  /** The newest first. */
  readonly events: readonly StoredEvent[];
  /** How far it looked, if there is more to look at. */
  readonly next?: Place;
}

export interface SearchIndexOptions {
  readonly rows: SearchRows;
  /** Lets others have their turn, if one is due; what waits for an answer `hurries`. */
  readonly pause: (hurries: boolean) => Promise<void> | undefined;
  readonly monotonic: () => number;
}

/** Segments that wait to become blocks before nothing more is read. */
const mostWaiting = 3;
/** How long a search may wait until everything is read, and how long it looks before it answers with what it has. */
const readMs = 2_000;
const lookMs = 250;
/** Messages that are read at once for a block that is made anew. */
const readAtOnce = 64;

/**
 * Finds messages by what stands in them. Every 8,192 of them make a block: for each gram the messages that have it, all
 * written at once and behind the log. What is newer is in memory and looked through. Grams only say where to look:
 * what is found is what has the words now, so that an index that is behind an edit or a deletion changes no result.
 */
export class SearchIndex {
  readonly #rows: SearchRows;
  readonly #options: SearchIndexOptions;
  #tail: Tail;
  #blocks: number | undefined;
  /** Messages in blocks that say something else since those were made. */
  readonly #changed = new Map<number, Set<Place>>();
  #reading: Promise<unknown> = Promise.resolve();
  #making: Promise<void> | undefined;
  #hurrying = 0;

  constructor(options: SearchIndexOptions) {
    this.#options = options;
    this.#rows = options.rows;
    this.#tail = this.#newTail();
  }

  /** Whether there are blocks to be made anew. */
  get hasChanged(): boolean {
    return this.#changed.size > 0;
  }

  /** Reads what has been logged, and makes the blocks that are full. */
  async advance(): Promise<void> {
    while ((await this.#read(() => false)) === "full" || this.#tail.segments.length > 1) await this.#makeNext();
  }

  /** Makes a block anew in which messages were changed, so that nothing is left in it of what they said. [E3] */
  renew(): Promise<void> {
    return this.#makeAlone(() => this.#renewOne());
  }

  /** Rejects with a {@link StoreError} while too much has not been read yet. */
  async search(wanted: Wanted): Promise<Found> {
    this.#hurrying++;
    try {
      await this.#catchUp();
      return await this.#look(wanted);
    } finally {
      this.#hurrying--;
    }
  }

  async #catchUp(): Promise<void> {
    const { monotonic } = this.#options;
    const until = monotonic() + readMs;
    const isLate = () => monotonic() > until;
    for (let stop = await this.#read(isLate); stop !== "whole"; stop = await this.#read(isLate)) {
      if (isLate()) throw new StoreError("what was said is still being made ready for search", { fatal: false });
      await this.#makeNext();
    }
  }

  async #look({ words, roomIds, hiddenIds, before, limit, maxBytes }: Wanted): Promise<Found> {
    const { monotonic } = this.#options;
    const until = monotonic() + lookMs;
    const events: StoredEvent[] = [];
    let last: Place | undefined;
    let bytes = 0;
    const rooms = roomIds && new Set(roomIds);
    const isOpen = (roomId: number) => (rooms ? rooms.has(roomId) : !hiddenIds?.has(roomId));
    const wanted = { words, roomIds, isOpen, before };
    for await (const { places, block } of candidates(wanted, this.#candidates(), () => this.#pause())) {
      const texts = await this.#rows.texts(places);
      const found = places.filter((_, index) => hasAll(fold(texts[index] ?? ""), words));
      for (const [place, event] of await this.#rows.messages(found)) {
        // Edited or deleted just now.
        if (!hasAll(fold(event.text), words)) continue;
        bytes += Buffer.byteLength(event.text);
        const isFull = events.length === limit || (events.length > 0 && bytes > maxBytes);
        if (isFull) return { events, ...(last && { next: last }) };
        events.push(event);
        last = place;
      }
      last = places.at(-1) ?? last;
      await this.#pause();
      if (monotonic() < until) continue;
      const next = block === undefined ? last : await this.#firstOf(block, isOpen);
      // From where it began it would only begin again.
      if (next && (next.roomId !== before?.roomId || next.seq < before.seq)) return { events, next };
    }
    return { events };
  }

  /** The first message in a block that may be told of: whatever else was wanted there has been looked at. */
  async #firstOf(block: number, isOpen: (roomId: number) => boolean): Promise<Place | undefined> {
    const bytes = await this.#rows.placesOf(block);
    if (!bytes) return undefined;
    const places = new Places(bytes);
    const first = places.find(({ roomId }) => isOpen(roomId));
    return first === places.length ? undefined : places.at(first);
  }

  #candidates(): Candidates {
    return { rows: this.#rows, tail: this.#tail, blocks: this.#blocks ?? 0, changed: this.#changed };
  }

  #pause(): Promise<void> | undefined {
    return this.#options.pause(this.#hurrying > 0);
  }

  #read(isLate: () => boolean) {
    const reading = this.#reading.then(async () => {
      if (this.#blocks === undefined && !this.#making) this.#startOver(await this.#rows.blockCount());
      for (;;) {
        const tail = this.#tail;
        const stop = await tail.read(mostWaiting, isLate, () => this.#pause());
        const blocks = await this.#rows.blockCount();
        // Another node has made blocks: what is here may be in them, and what is in them may be nowhere here.
        if (blocks !== this.#blocks && !this.#making) this.#startOver(blocks);
        if (this.#tail === tail) return stop;
      }
    });
    this.#reading = reading.catch(() => {
      // What was under way is not in the tail, and would be missed.
      this.#blocks = undefined;
    });
    return reading;
  }

  #startOver(blocks: number): void {
    this.#blocks = blocks;
    this.#changed.clear();
    this.#tail = this.#newTail();
  }

  #newTail(): Tail {
    return new Tail(this.#rows, async (place) => {
      const block = await this.#rows.blockOf(place);
      if (block !== undefined) this.#markChanged(block, [place]);
    });
  }

  #markChanged(block: number, places: readonly Place[]): void {
    const changed = this.#changed.get(block) ?? new Set();
    for (const place of places) changed.add(place);
    if (changed.size > 0) this.#changed.set(block, changed);
  }

  /** Makes the next block, if a segment waits to be one. */
  #makeNext(): Promise<void> {
    return this.#makeAlone(async () => {
      const tail = this.#tail;
      const [segment] = tail.segments;
      if (!segment || tail.segments.length < 2) return;
      // Changes that were read before it was full are not read again after it.
      while (this.hasChanged) await this.#renewOne();
      await this.#make(tail, segment);
    });
  }

  async #makeAlone(work: () => Promise<void>): Promise<void> {
    const before = this.#making;
    if (before) return before;
    const making = work();
    this.#making = making;
    try {
      await making;
    } finally {
      this.#making = undefined;
    }
  }

  async #make(tail: Tail, segment: Segment): Promise<void> {
    const block = this.#blocks;
    if (block === undefined) return;
    segment.changedSince = [];
    const builder = new BlockBuilder();
    for (const [position, { folded }] of segment.messages.entries()) {
      builder.add(position, folded);
      await this.#pause();
    }
    const seal = { places: encodePlaces(segment.messages), reaches: segment.reaches };
    const isOurs = await this.#rows.write(block, builder.parts(), seal);
    // Or what came meanwhile could not be read.
    const isBehind = this.#tail !== tail || this.#blocks === undefined;
    if (!isOurs || isBehind) return this.#startOver(await this.#rows.blockCount());
    tail.segments.shift();
    this.#blocks = block + 1;
    this.#markChanged(block, segment.changedSince);
  }

  async #renewOne(): Promise<void> {
    const [next] = this.#changed;
    if (!next) return;
    const [block, changed] = next;
    const renewed = [...changed];
    const bytes = await this.#rows.placesOf(block);
    if (bytes) {
      const places = new Places(bytes);
      const builder = new BlockBuilder();
      for (let from = 0; from < places.length; from += readAtOnce) {
        const count = Math.min(readAtOnce, places.length - from);
        const some = Array.from({ length: count }, (_, index) => places.at(from + index));
        for (const [index, text] of (await this.#rows.texts(some)).entries()) {
          builder.add(from + index, fold(text));
          await this.#pause();
        }
      }
      await this.#rows.write(block, builder.parts());
    }
    for (const place of renewed) changed.delete(place);
    if (changed.size === 0) this.#changed.delete(block);
  }
}
