import { randomFillSync } from "node:crypto";
import type { Appended, Draft, EventPage, PageRequest, RoomHead, Store, StoredEvent } from "../../src/core/ports.ts";
import { StoreError } from "../../src/core/ports.ts";
import { accepted, refused } from "../../src/protocol/codes.ts";
import { type Epoch, newEpoch, type RoomName } from "../../src/protocol/ids.ts";

/** What a {@link MemoryStore} keeps, so that it can be opened again. */
export interface Memory {
  readonly rooms: Map<RoomName, { readonly epoch: Epoch; readonly events: StoredEvent[] }>;
  readonly key: Uint8Array;
}

export const newMemory = (): Memory => ({ rooms: new Map(), key: randomFillSync(new Uint8Array(32)) });

/** What is done to the store, for a test to time or to fail: it is done once `step` resolves. */
export type Step = (what: "openRoom" | "findRoom" | "append" | "read") => Promise<void>;

/**
 * A store without a disk, whose every answer waits for the test's `step`. It is held to the same
 * contract as the real ones, so that what a test sees on it holds on them.
 */
export class MemoryStore implements Store {
  readonly failed: Promise<StoreError>;
  readonly #memory: Memory;
  readonly #step: Step;
  #closed = false;
  /** What was asked last: as with a worker, one thing is done after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #fail: (error: StoreError) => void = () => {};

  constructor(memory: Memory = newMemory(), step: Step = async () => {}) {
    this.#memory = memory;
    this.#step = step;
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  openRoom(name: RoomName): Promise<RoomHead> {
    return this.#do("openRoom", () => {
      const { epoch, events } = this.#roomOrNew(name);
      return { epoch, head: events.length };
    });
  }

  findRoom(name: RoomName): Promise<RoomHead | undefined> {
    return this.#do("findRoom", () => {
      const room = this.#memory.rooms.get(name);
      return room && { epoch: room.epoch, head: room.events.length };
    });
  }

  heads(names: readonly RoomName[]): Promise<ReadonlyMap<RoomName, RoomHead>> {
    return this.#do("findRoom", () => {
      const there = names.flatMap((name) => {
        const room = this.#memory.rooms.get(name);
        return room ? [[name, { epoch: room.epoch, head: room.events.length }] as const] : [];
      });
      return new Map(there);
    });
  }

  rooms(): Promise<readonly RoomName[]> {
    return this.#do("read", () => [...this.#memory.rooms.keys()]);
  }

  append(drafts: readonly Draft[]): Promise<readonly Appended[]> {
    return this.#do("append", () => drafts.map((draft) => this.#appendOne(draft)));
  }

  read(name: RoomName, request: PageRequest): Promise<EventPage> {
    return this.#do("read", () => {
      const events = this.#memory.rooms.get(name)?.events ?? [];
      if ("after" in request) {
        const upTo = Math.min(request.upTo ?? events.length, events.length);
        return cut(events.slice(Math.max(0, request.after), Math.max(0, upTo)), request);
      }
      const page = cut(events.slice(0, Math.max(0, request.before - 1)).toReversed(), request);
      return { ...page, events: page.events.toReversed() };
    });
  }

  tokenKey(): Promise<Uint8Array> {
    return this.#do("read", () => this.#memory.key);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#last.catch(() => {});
  }

  async #do<T>(what: Parameters<Step>[0], work: () => T): Promise<T> {
    if (this.#closed) throw new StoreError("the store is closed", { fatal: true });
    const before = this.#last;
    const done = (async () => {
      await before.catch(() => {});
      await this.#step(what);
      return work();
    })();
    this.#last = done;
    try {
      return await done;
    } catch (error) {
      if (error instanceof StoreError && error.fatal) this.#fail(error);
      throw error;
    }
  }

  #appendOne(draft: Draft): Appended {
    const { epoch, events } = this.#roomOrNew(draft.room);
    const known = events.find(({ id }) => id === draft.id);
    if (known) return known.text === draft.text ? accepted({ event: known, epoch, dup: true }) : refused("id_conflict");
    const event = { ...draft, seq: events.length + 1 };
    events.push(event);
    return accepted({ event, epoch, dup: false });
  }

  #roomOrNew(name: RoomName) {
    const room = this.#memory.rooms.get(name) ?? { epoch: newEpoch(randomFillSync), events: [] };
    this.#memory.rooms.set(name, room);
    return room;
  }
}

/** The first events that fit, in the order in which they are wanted. */
function cut(events: readonly StoredEvent[], { limit, maxBytes }: PageRequest): EventPage {
  let bytes = 0;
  let count = 0;
  while (count < events.length && count < limit) {
    bytes += Buffer.byteLength(events[count]?.text ?? "");
    if (count > 0 && bytes > maxBytes) break;
    count++;
  }
  return { events: events.slice(0, count), more: count < events.length };
}
