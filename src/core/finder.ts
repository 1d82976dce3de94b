import { accepted, type Result, refused } from "../protocol/codes.ts";
import type { Epoch, RoomName, UserId } from "../protocol/ids.ts";
import { pageBytes, searchDefault, searchTextLimit } from "../protocol/limits.ts";
import { searchWords } from "../protocol/search-text.ts";
import { codePoints } from "../protocol/text.ts";
import { mayEnter } from "./access.ts";
import type { Hub } from "./hub.ts";
import type { Store, StoredEvent } from "./ports.ts";

/** What somebody looks for. */
export interface Quest {
  readonly text: string;
  /** All that they may read, if there is none. */
  readonly room?: RoomName | null | undefined;
  /** A cursor: `SEQ` in one room, `{epoch}-{seq}` in any. */
  readonly before?: string | null | undefined;
  readonly limit?: number | null | undefined;
}

/** A page of what was found. */
export interface Finds {
  /** The newest first. */
  readonly events: readonly StoredEvent[];
  /** The cursor to go on from, if there may be more. */
  readonly next?: string;
}

/** Looks for what was said. Makes no room. */
export class Finder {
  readonly #hub: Hub;
  readonly #store: Store;

  constructor(hub: Hub, store: Store) {
    this.#hub = hub;
    this.#store = store;
  }

  /**
   * The newest messages that have every word of a text, in one room or in all that `reader` may read. [Q1] [Q2]
   * Refusals: `empty`, `too_long`, `no_such_room`, `bad_frame` for a `before` of another log, `unavailable`.
   */
  async find({ text, room, before, limit }: Quest, reader: UserId | undefined): Promise<Result<Finds>> {
    if (codePoints(text) > searchTextLimit) return refused("too_long", { params: { max: searchTextLimit } });
    const words = searchWords(text);
    if (words.length === 0) return refused("empty");
    try {
      const head = room && mayEnter(room, reader) ? await this.#store.findRoom(room) : undefined;
      if (room && !head) return refused("no_such_room");
      const [seq, ofEpoch] = before?.split("-").toReversed() ?? [];
      // A number alone says nothing where there are several rooms.
      const epoch = (ofEpoch as Epoch | undefined) ?? head?.epoch;
      if (seq && (!epoch || (head && epoch !== head.epoch))) return notHere;
      const page = await this.#store.search({
        words,
        ...(room && { rooms: [room] }),
        ...(reader && { reader }),
        ...(seq && epoch && { before: { epoch, seq: Number(seq) } }),
        limit: limit ?? searchDefault,
        maxBytes: pageBytes,
      });
      if (!page) return notHere;
      const { next } = page;
      // A conversation may have begun while the store looked. [P1]
      const events = page.events.filter((event) => mayEnter(event.room, reader));
      return accepted({ events, ...(next && { next: `${next.epoch}-${next.seq}` }) });
    } catch (error) {
      return this.#hub.unavailable(error, "what was said could not be searched");
    }
  }
}

const notHere = refused("bad_frame", { params: { field: "before" } });
