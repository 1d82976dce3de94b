import type { StoredEvent } from "../../core/ports.ts";
import type { EventKind } from "../../protocol/events.ts";
import type { Epoch, RoomName, UserId } from "../../protocol/ids.ts";
import type { Place } from "./places.ts";

type Awaitable<T> = T | Promise<T>;

/** An event, as the index reads it. */
export interface LoggedEvent {
  readonly seq: number;
  readonly ts: number;
  readonly kind: EventKind;
  /** Where the message is that it changes. */
  readonly targetSeq: number | null;
  /** Of a message, what it says now; nothing if it was deleted. */
  readonly text: string;
}

/** A block's own row: the places of its messages, and how far it and those before it reach in the rooms that it has. */
export interface Seal {
  readonly places: Uint8Array;
  readonly reaches: ReadonlyMap<number, number>;
}

/** A part of a block by its {@link partKey}; `undefined` where there is none. */
export type ReadPart = (key: number) => Uint8Array | undefined;

/** What the index reads and writes of a database. */
export interface SearchRows {
  /** Blocks whose parts are asked for at once. */
  readonly blocksAtOnce: number;
  /** Whether something was logged since `changed` was asked last, as far as is known here. */
  readonly hasNews: boolean;
  /** Those of the rooms that are there. */
  roomIds(names: readonly RoomName[]): Awaitable<readonly number[]>;
  /** Rooms that somebody may not read. [P1] */
  hiddenFrom(reader: UserId | undefined): Awaitable<ReadonlySet<number>>;
  roomOf(epoch: Epoch): Awaitable<number | undefined>;
  epochOf(roomId: number): Awaitable<Epoch | undefined>;
  /** How many blocks there are: 0, 1, 2 … */
  blockCount(): Awaitable<number>;
  /** Rooms with events beyond what the blocks reach. */
  behind(): Awaitable<readonly number[]>;
  /** Rooms that may have more events than when this was asked last. */
  changed(): Awaitable<readonly number[]>;
  /** The last `seq` of a room that the blocks reach; 0 for none. */
  reachOf(roomId: number): Awaitable<number>;
  /** The first block that reaches that far. */
  blockOf(place: Place): Awaitable<number | undefined>;
  /** The blocks in which rooms have events. */
  blocksWith(roomIds: readonly number[]): Awaitable<readonly number[]>;
  events(roomId: number, after: number, limit: number): Awaitable<readonly LoggedEvent[]>;
  /** What messages say now; nothing where one was deleted. */
  texts(places: readonly Place[]): Awaitable<readonly string[]>;
  /** Messages as they are now, each with its place; those that are none are left out. */
  messages(places: readonly Place[]): Awaitable<readonly (readonly [Place, StoredEvent])[]>;
  placesOf(block: number): Awaitable<Uint8Array | undefined>;
  /** What tells of each of these parts of blocks, by the numbers that {@link partKey} gives them. */
  parts(blocks: readonly number[], parts: readonly number[]): Awaitable<ReadPart>;
  /**
   * Writes every part of a block, and its seal if it is new. A block is there once it has its seal, and not before; whether
   * it is this one: another node may have sealed another under its number.
   */
  write(block: number, parts: Iterable<readonly [number, Uint8Array]>, seal?: Seal): Promise<boolean>;
}
