import { accepted, type Result, refused } from "../protocol/codes.ts";
import type { RoomName, UserId } from "../protocol/ids.ts";
import { pageBytes } from "../protocol/limits.ts";
import { mayEnter } from "./access.ts";
import type { Hub } from "./hub.ts";
import type { EventPage, RoomHead, Store } from "./ports.ts";
import type { Room } from "./room.ts";
import { somethingSaid } from "./waiting.ts";

/** Reads rooms for those without a line. Makes none. */
export class LogReader {
  readonly #hub: Hub;
  readonly #store: Store;
  readonly #stopping: AbortSignal;

  /** `stopping`: when the server stops, who waits is answered. [K4] */
  constructor(hub: Hub, store: Store, stopping: AbortSignal) {
    this.#hub = hub;
    this.#store = store;
    this.#stopping = stopping;
  }

  /** Whether there is such a room for `reader`, and where its log stands. Refusals: `no_such_room`, `unavailable`. */
  async find(room: RoomName, reader: UserId | undefined): Promise<Result<RoomHead>> {
    const found = await this.#answer("a room could not be found", async () => {
      const head = await this.#findFor(room, reader);
      return head ? accepted(head) : refused("no_such_room");
    });
    const open = this.#open(room);
    return isAway(found) && open ? accepted({ epoch: open.epoch, head: open.delivered }) : found;
  }

  /** Reads a page of a room: forwards every event, backwards the messages. Refusals: `no_such_room`, `unavailable`. */
  async read(
    room: RoomName,
    range: { after: number } | { before: number | undefined },
    limit: number,
    reader: UserId | undefined,
  ): Promise<Result<RoomHead & EventPage>> {
    const read = await this.#answer("a room could not be read", async () => {
      const found = await this.#findFor(room, reader);
      if (!found) return refused("no_such_room");
      const open = this.#open(room);
      const isSame = open?.epoch === found.epoch;
      // What another node has acknowledged is read here too, once those who are in the room have it. [N1]
      if (isSame) await open.follow(found);
      const head = isSame ? open.delivered : found.head;
      const page = { limit, maxBytes: pageBytes };
      const reading =
        "after" in range
          ? this.#store.read(room, { ...page, after: range.after, upTo: head })
          : this.#store.read(room, { ...page, only: "message", before: Math.min(range.before ?? head + 1, head + 1) });
      return accepted({ ...found, head, ...(await reading) });
    });
    const kept = isAway(read) ? this.#kept(room, range, limit) : undefined;
    return kept ? accepted(kept) : read;
  }

  /** Resolves when a room has more than `after`, after `ms`, when `signal` says so, when the server stops, or cannot tell. */
  async waitBeyond(room: RoomName, after: number, ms: number, signal: AbortSignal): Promise<void> {
    const held = this.#hub.hold(room);
    try {
      const opened = await this.#answer("a room could not be opened", async () => accepted(await held.open()));
      if (!opened.ok) return;
      const ended = AbortSignal.any([signal, this.#stopping]);
      if (held.delivered > after || ended.aborted) return;
      await somethingSaid(held, this.#hub.clock, ms, ended);
    } finally {
      this.#hub.release(held);
    }
  }

  /** A room that somebody is in. */
  #open(name: RoomName): Room | undefined {
    const room = this.#hub.rooms.get(name);
    return room?.isOpen ? room : undefined;
  }

  /** A page, if it is in memory: what there is to read while the store is away. [N3] */
  #kept(
    name: RoomName,
    range: { after: number } | { before: number | undefined },
    limit: number,
  ): (RoomHead & EventPage) | undefined {
    const room = this.#open(name);
    if (!room) return undefined;
    const { epoch, delivered: head, topic } = room;
    // What was read from another node, and has not come to this one, only the store could tell of.
    if ("after" in range && range.after > head) return undefined;
    const page =
      "after" in range ? room.keptAfter(range.after, limit) : room.keptMessagesBefore(range.before ?? head + 1, limit);
    return page && { epoch, head, topic, ...page };
  }

  async #findFor(room: RoomName, reader: UserId | undefined): Promise<RoomHead | undefined> {
    return mayEnter(room, reader) ? await this.#store.findRoom(room) : undefined;
  }

  async #answer<T>(trouble: string, ask: () => Promise<Result<T>>): Promise<Result<T>> {
    try {
      return await ask();
    } catch (error) {
      return this.#hub.unavailable(error, trouble);
    }
  }
}

const isAway = (answer: Result<unknown>): boolean => !answer.ok && answer.error.code === "unavailable";
