import { randomFillSync } from "node:crypto";
import { mayEnter } from "../../src/core/access.ts";
import type { AccountStore } from "../../src/core/account-store.ts";
import { changed } from "../../src/core/changed.ts";
import type {
  Appended,
  Draft,
  EventPage,
  PageRequest,
  RoomHead,
  SearchPage,
  SearchRequest,
  Store,
  StoredEvent,
} from "../../src/core/ports.ts";
import { StoreError } from "../../src/core/ports.ts";
import type { RoomDirectory } from "../../src/core/room-directory.ts";
import { accepted, refused } from "../../src/protocol/codes.ts";
import { isAuthorsAlone, isChange, reactionKindsLimit, reactionsLimit } from "../../src/protocol/events.ts";
import { type Epoch, newEpoch, type RoomName } from "../../src/protocol/ids.ts";
import { fold, hasAll } from "../../src/protocol/search-text.ts";
import { type AccountMemory, memoryAccounts, newAccountMemory } from "./memory-accounts.ts";
import { type DirectoryMemory, memoryDirectory, newDirectoryMemory } from "./memory-directory.ts";

/** What a {@link MemoryStore} keeps, so that it can be opened again. */
export interface Memory {
  readonly rooms: Map<RoomName, { readonly epoch: Epoch; readonly events: StoredEvent[] }>;
  /** Every event as it was stored, by room and id. */
  readonly drafts: Map<string, StoredEvent>;
  readonly key: Uint8Array;
  readonly accounts: AccountMemory;
  readonly directory: DirectoryMemory;
}

export const newMemory = (): Memory => ({
  rooms: new Map(),
  drafts: new Map(),
  key: randomFillSync(new Uint8Array(32)),
  accounts: newAccountMemory(),
  directory: newDirectoryMemory(),
});

/** What is done to the store, for a test to time or to fail: it is done once `step` resolves. */
export type Step = (what: "openRoom" | "findRoom" | "append" | "read" | "account" | "directory") => Promise<void>;

/**
 * A store without a disk, whose every answer waits for the test's `step`. It is held to the same
 * contract as the real ones, so that what a test sees on it holds on them.
 */
export class MemoryStore implements Store {
  readonly failed: Promise<StoreError>;
  readonly accounts: AccountStore;
  readonly directory: RoomDirectory;
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
    this.accounts = memoryAccounts(
      memory.accounts,
      (work) => this.#do("account", work),
      (name) => {
        const said = [...memory.rooms.values()].flatMap(({ events }) => events);
        return said.filter(({ user }) => user.name === name).sort((a, b) => b.ts - a.ts)[0]?.user.id;
      },
    );
    this.directory = memoryDirectory(memory.directory, memory.rooms, (work) => this.#do("directory", work));
  }

  openRoom(name: RoomName): Promise<RoomHead> {
    return this.#do("openRoom", () => {
      return headOf(this.#roomOrNew(name));
    });
  }

  findRoom(name: RoomName): Promise<RoomHead | undefined> {
    return this.#do("findRoom", () => {
      const room = this.#memory.rooms.get(name);
      return room && headOf(room);
    });
  }

  heads(names: readonly RoomName[]): Promise<ReadonlyMap<RoomName, RoomHead>> {
    return this.#do("findRoom", () => {
      const there = names.flatMap((name) => {
        const room = this.#memory.rooms.get(name);
        return room ? [[name, headOf(room)] as const] : [];
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
      const log = this.#memory.rooms.get(name)?.events ?? [];
      const wanted = (events: readonly StoredEvent[]) =>
        request.only ? events.filter(({ kind }) => kind === request.only) : events;
      if ("after" in request) {
        const upTo = Math.min(request.upTo ?? log.length, log.length);
        return cut(wanted(log.slice(Math.max(0, request.after), Math.max(0, upTo))), request);
      }
      const page = cut(wanted(log.slice(0, Math.max(0, request.before - 1))).toReversed(), request);
      return { ...page, events: page.events.toReversed() };
    });
  }

  /** Looks at every message there is. */
  search({ words, rooms, reader, before, limit, maxBytes }: SearchRequest): Promise<SearchPage | undefined> {
    return this.#do("read", () => {
      const logs = [...this.#memory.rooms];
      const from = before && logs.find(([, { epoch }]) => epoch === before.epoch);
      if (before && !from) return undefined;
      const last = from && before && from[1].events[before.seq - 1];
      const found = logs
        .filter(([name]) => rooms?.includes(name) ?? mayEnter(name, reader))
        .flatMap(([, { events }]) => events)
        .filter(({ kind, text }) => kind === "message" && hasAll(fold(text), words))
        .filter((event) =>
          event.room === from?.[0] ? event.seq < (before?.seq ?? 0) : event.ts < (last?.ts ?? Infinity),
        )
        .toSorted((a, b) => (a.room === b.room ? b.seq - a.seq : b.ts - a.ts));
      const { events, more } = cut(found, { limit, maxBytes, before: 0 });
      const end = events.at(-1);
      const epoch = end && this.#memory.rooms.get(end.room)?.epoch;
      return { events, ...(more && end && epoch && { next: { epoch, seq: end.seq } }) };
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
    const { kind, text, target } = draft;
    if (isChange(kind) && !this.#memory.rooms.has(draft.room)) return refused("no_such_message");
    const { epoch, events } = this.#roomOrNew(draft.room);
    const known = this.#memory.drafts.get(`${draft.room}/${draft.id}`);
    if (known) {
      const isSame = known.kind === kind && known.text === text && (!isChange(kind) || known.target === target);
      return isSame ? accepted({ event: known, epoch, dup: true }) : refused("id_conflict");
    }
    const message = target && events.find((event) => event.id === target && event.kind === "message");
    if (isChange(kind)) {
      if (!message || message.deleted) return refused("no_such_message");
      if (isAuthorsAlone(kind) && message.user.id !== draft.user.id) return refused("not_the_author");
      if (kind === "react" && isFull(message, text)) return refused("too_many_reactions");
    }
    const event: StoredEvent = { ...draft, seq: events.length + 1, ...(message && { targetSeq: message.seq }) };
    events.push(event);
    this.#memory.drafts.set(`${draft.room}/${draft.id}`, event);
    if (message && isChange(kind)) events[message.seq - 1] = changed(message, event);
    if (kind === "delete") {
      for (const [index, { kind: was, targetSeq }] of events.entries()) {
        if (was === "edit" && targetSeq === event.targetSeq) events[index] = { ...(events[index] ?? event), text: "" };
      }
    }
    return accepted({ event, epoch, dup: false });
  }

  #roomOrNew(name: RoomName) {
    const room = this.#memory.rooms.get(name) ?? { epoch: newEpoch(randomFillSync), events: [] };
    this.#memory.rooms.set(name, room);
    return room;
  }
}

function headOf({ epoch, events }: { readonly epoch: Epoch; readonly events: readonly StoredEvent[] }): RoomHead {
  const topic = events.findLast(({ kind }) => kind === "topic")?.text;
  return { epoch, head: events.length, ...(topic && { topic }) };
}

function isFull({ reactions = [] }: StoredEvent, emoji: string): boolean {
  const given = reactions.reduce((count, { users }) => count + users.length, 0);
  const isNew = !reactions.some((reaction) => reaction.emoji === emoji);
  return given >= reactionsLimit || (isNew && reactions.length >= reactionKindsLimit);
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
