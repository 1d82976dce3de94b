import type { Position } from "../protocol/client-frames.ts";
import type { CloseReason, Result } from "../protocol/codes.ts";
import type { DisplayName, Epoch, MessageId, RoomName, UserId } from "../protocol/ids.ts";
import type { ServerFrame, User } from "../protocol/server-frames.ts";

/** Something said, not stored yet. */
export interface Draft {
  readonly room: RoomName;
  readonly id: MessageId;
  readonly kind: "message";
  readonly user: User;
  readonly text: string;
  /** The id of the message that this one answers. */
  readonly replyTo?: MessageId;
  /** Milliseconds since 1970, by the server's clock. Tells the time; `seq` alone tells the order. */
  readonly ts: number;
}

/** A draft that is durable and has its place in the room's log. [L1] [L2] */
export interface StoredEvent extends Draft {
  readonly seq: number;
}

/** Where a room's log stands. */
export interface RoomHead {
  readonly epoch: Epoch;
  /** The `seq` of its last event; 0 when it is empty. */
  readonly head: number;
}

/** What became of one draft: stored, found stored already under its id, or refused (`id_conflict`). [S1] */
export type Appended = Result<{ readonly event: StoredEvent; readonly epoch: Epoch; readonly dup: boolean }>;

/** A run of events without a hole, by increasing `seq`. */
export interface EventPage {
  readonly events: readonly StoredEvent[];
  /** Whether there are more in the direction that was asked for. */
  readonly more: boolean;
}

/** Which events to read: the first ones after a `seq`, or the last ones before it. */
export type PageRequest = {
  /** At most this many events, and no further one once `maxBytes` of text are in the page. */
  readonly limit: number;
  readonly maxBytes: number;
} & ({ readonly after: number; readonly upTo?: number } | { readonly before: number });

/** Why a store cannot do what was asked of it; with `fatal`, it will not be able to again. [L3] */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly fatal: boolean;
  constructor(message: string, options: { fatal: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.fatal = options.fatal;
  }
}

/** The durable log of every room. `test/store-contract.ts` is its contract, run on every one there is. */
export interface Store {
  /** Opens a room's log, making it if there is none. */
  openRoom(room: RoomName): Promise<RoomHead>;
  /** Where a room's log stands; `undefined` if there is no such room. Makes none. */
  findRoom(room: RoomName): Promise<RoomHead | undefined>;
  /**
   * Makes drafts durable, all in one commit, in their order, each taking its room's next `seq`.
   * Resolves when they are on disk, with one outcome a draft. [L1] [L2] A rejection with a
   * {@link StoreError} means that none may be acknowledged. [L3]
   */
  append(drafts: readonly Draft[]): Promise<readonly Appended[]>;
  /** Reads a page of a room's log. A room that is not there reads as empty. */
  read(room: RoomName, request: PageRequest): Promise<EventPage>;
  /** Who had which name when last seen is not kept; the key that signs tokens is. 32 random bytes. */
  tokenKey(): Promise<Uint8Array>;
  /** Resolves with the reason when the store has failed for good and the server must stop. [L3] */
  readonly failed: Promise<StoreError>;
  /** Ends it after what was asked of it before. */
  close(): Promise<void>;
}

/** What one node tells all of them, itself too. */
export type BusMessage =
  | { readonly kind: "events"; readonly room: RoomName; readonly epoch: Epoch; readonly events: readonly StoredEvent[] }
  | { readonly kind: "frame"; readonly room: RoomName; readonly frame: ServerFrame; readonly except?: UserId }
  | { readonly kind: "notice"; readonly text: string };

/** Carries what happened to every node. A hint only: the store is the truth. `test/bus-contract.ts` is its contract. */
export interface Bus {
  publish(message: BusMessage): void;
  /** Hears everything published from now on, in its order for each room; the answer ends it. */
  subscribe(listener: (message: BusMessage) => void): () => void;
  close(): Promise<void>;
}

/** Time and timers, so that a test can set them. */
export interface Clock {
  /** Milliseconds since 1970, for people. May jump. */
  now(): number;
  /** Milliseconds since some moment; never goes back. */
  monotonic(): number;
  /** Calls back once after `ms`; the answer calls it off. Does not keep the process alive. */
  after(ms: number, callback: () => void): () => void;
  /** Calls back once, after what is going on now is done. */
  soon(callback: () => void): void;
}

/** A frame from the core to a client. `error` has no words yet: the gateway finds them in the client's language. */
export type OutFrame =
  | Exclude<ServerFrame, { type: "error" }>
  | {
      readonly type: "error";
      readonly error: import("../protocol/codes.ts").ChatError;
      readonly ref?: string;
      readonly id?: string;
    };

/**
 * How a kind of client reads what happens in a room: wire bytes, framing included. One object
 * serves all connections that speak it, so that a frame is encoded once for all of them.
 */
export interface Format {
  /** The bytes for everybody; `undefined` when this kind of client does not read such frames. */
  encode(frame: ServerFrame): Uint8Array | undefined;
  /** The same for the author of a message, where it differs; `undefined` where it does not. */
  encodeOwn?(frame: ServerFrame): Uint8Array | undefined;
}

/** One client's line, as the core sees it. The gateway that opened it owns the reading. */
export interface Connection {
  readonly format: Format;
  /** Sends one frame meant for this client alone, after everything written before. */
  encode(frame: OutFrame): Uint8Array | undefined;
  write(bytes: Uint8Array): void;
  /** Bytes written that have not left this process. */
  readonly queued: number;
  /** Resolves once hardly anything is queued, or the line is gone. */
  drained(): Promise<void>;
  close(reason: CloseReason): void;
}

/** Signs and reads the tokens by which people come back as themselves. [D7] */
export interface Tokens {
  issue(user: User): string;
  /** Whose token it is, and the name they had when it was issued; `undefined` if it does not verify. */
  verify(token: string): User | undefined;
}

export type { DisplayName, Position };
