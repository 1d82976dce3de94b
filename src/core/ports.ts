import type { ChatError, CloseReason, ErrorCode, Result } from "../protocol/codes.ts";
import type { EventKind } from "../protocol/events.ts";
import type { Epoch, MessageId, RoomName, SessionId, UserId } from "../protocol/ids.ts";
import type { Reaction, ServerFrame, User } from "../protocol/server-frames.ts";
import type { AccountStore } from "./account-store.ts";
import type { Hint } from "./hints.ts";
import type { NameRegister } from "./name-register.ts";
import type { RoomDirectory } from "./room-directory.ts";

/** An event of a room's log that is not stored yet: something said, or a change. */
export interface Draft {
  readonly room: RoomName;
  readonly id: MessageId;
  readonly kind: EventKind;
  readonly user: User;
  /** What is said; of an edit, what the message says from now on; of a reaction, its emoji; of a deletion, nothing. */
  readonly text: string;
  /** The message that this is about: the one that a message answers, or the one that is changed. */
  readonly target?: MessageId;
  /** Milliseconds since 1970, by the server's clock. Tells the time; `seq` alone tells the order. */
  readonly ts: number;
}

/**
 * A draft that is durable and has its place in the room's log. [L1] [L2] A message is read as it is now: with the text
 * of its last edit and its reactions, and without its text once it was deleted. [E2]
 */
export interface StoredEvent extends Draft {
  readonly seq: number;
  /** Where the target is in the log, if the room has such a message. */
  readonly targetSeq?: number;
  /** The last edit of this message. */
  readonly edited?: { readonly seq: number; readonly ts: number };
  readonly deleted?: true;
  /** In the order in which each emoji was first given. */
  readonly reactions?: readonly Reaction[];
}

/** Where a room's log stands. */
export interface RoomHead {
  readonly epoch: Epoch;
  /** The `seq` of its last event; 0 when it is empty. */
  readonly head: number;
  /** What the room is about, if that was said. */
  readonly topic?: string;
}

/**
 * What became of one draft: stored, found stored already under its id, or refused: `id_conflict` [S1]; for a change,
 * `no_such_message`, `not_the_author`, `too_many_reactions` [E1].
 */
export type Appended = Result<{ readonly event: StoredEvent; readonly epoch: Epoch; readonly dup: boolean }>;

/** A run of events without a hole, by increasing `seq`. */
export interface EventPage {
  readonly events: readonly StoredEvent[];
  /** Whether there are more in the direction that was asked for. */
  readonly more: boolean;
}

/** Which events to read: the first ones after a `seq`, or the last ones before it; messages alone, if it says so. */
export type PageRequest = {
  /** At most this many events, and at most `maxBytes` of text, unless the first event alone has more. */
  readonly limit: number;
  readonly maxBytes: number;
  readonly only?: "message";
} & ({ readonly after: number; readonly upTo?: number } | { readonly before: number });

/** What to look for in what was said. [Q1] */
export interface SearchRequest {
  /** At least one, each as `protocol/search-text.ts` makes it. */
  readonly words: readonly string[];
  /** The rooms to look in; all that `reader` may read, if it is left out. [P1] */
  readonly rooms?: readonly RoomName[];
  /** Who looks, if that is known. */
  readonly reader?: UserId;
  /** Only what is older than this place in the log with that epoch. */
  readonly before?: { readonly epoch: Epoch; readonly seq: number };
  /** At most this many messages, and at most `maxBytes` of text, unless the first alone has more. */
  readonly limit: number;
  readonly maxBytes: number;
}

/** What was found. */
export interface SearchPage {
  /** The newest first; those of several rooms by when they were said. */
  readonly events: readonly StoredEvent[];
  /** Where to go on from, if there may be more. It may be there although nothing was found: looking took too long. */
  readonly next?: { readonly epoch: Epoch; readonly seq: number };
}

/** Why a store cannot do what was asked of it; with `fatal`, it will not be able to again. [L3] */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly fatal: boolean;
  constructor(message: string, options: { fatal: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.fatal = options.fatal;
  }
}

/** The durable log of every room. `test/store/store-contract.ts` is its contract, run on every one there is. */
export interface Store {
  /** Opens a room's log, making it if there is none. */
  openRoom(room: RoomName): Promise<RoomHead>;
  /** Where a room's log stands; `undefined` if there is no such room. Makes none. */
  findRoom(room: RoomName): Promise<RoomHead | undefined>;
  /** Where the logs of many rooms stand, in one question. Rooms that are not there are left out. */
  heads(rooms: readonly RoomName[]): Promise<ReadonlyMap<RoomName, RoomHead>>;
  /** Every room that there is. */
  rooms(): Promise<readonly RoomName[]>;
  /**
   * Makes drafts durable, all in one commit, in their order, each taking its room's next `seq`.
   * Resolves when they are on disk, with one outcome a draft. [L1] [L2] A rejection with a
   * {@link StoreError} means that none may be acknowledged. [L3] A change is judged in that commit, by what was stored
   * before it. [E1]
   */
  append(drafts: readonly Draft[]): Promise<readonly Appended[]>;
  /** Reads a page of a room's log. A room that is not there reads as empty. */
  read(room: RoomName, request: PageRequest): Promise<EventPage>;
  /** The messages that have all the words as they are now. [Q1] `undefined`: there is no log with the epoch of `before`. */
  search(request: SearchRequest): Promise<SearchPage | undefined>;
  /** The key that signs tokens, made with the database: 32 random bytes. [D7] */
  tokenKey(): Promise<Uint8Array>;
  /** Whose names are kept, and where they are signed in. */
  readonly accounts: AccountStore;
  /** Which names are in use, where several nodes may share it. */
  readonly names?: NameRegister;
  /** Which rooms there are, and what people have read of them. */
  readonly directory: RoomDirectory;
  /** Resolves with the reason when the store has failed for good and the server must stop. [L3] */
  readonly failed: Promise<StoreError>;
  /** Ends it after what was asked of it before. */
  close(): Promise<void>;
}

/** Whose rate something counts for: an address's, `null` for its author's own, `false` for nobody's. [N7] */
export type CountedFor = string | null | false;

/** What was appended to one room's log, as one node tells it to all of them. */
export interface Appends {
  readonly room: RoomName;
  readonly epoch: Epoch;
  /** By increasing `seq`; none where they were too large to carry. */
  readonly events: readonly StoredEvent[];
  /** For each of them whose rate it counts for; left out where it is each author's own. */
  readonly countedFor?: readonly CountedFor[];
  /** The last `seq` of them, where they are not carried: they can be read from the store. */
  readonly head?: number;
}

/** Carries what was stored, and what nodes tell in passing, to every node, this one too. A hint only: the store is the truth. */
export interface Bus {
  publish(appends: Appends): void;
  /**
   * Hears everything published from now on, each room's in its order, with whether this node published it; the answer
   * ends it.
   */
  subscribe(listener: (appends: Appends, isOwn: boolean) => void): () => void;
  /** Tells what need not arrive. While other nodes are not heard, it does not. */
  tell(hint: Hint): void;
  /** Hears everything told from now on, each node's in its order; the answer ends it. */
  hear(listener: (hint: Hint) => void): () => void;
  /** Tells now, and at each change, whether other nodes are heard; once they are again, something may have been missed. */
  watch(listener: (isHeard: boolean) => void): () => void;
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

/** A refusal on its way to a client. It has no words yet: the gateway finds them in the client's language. */
interface ErrorOut {
  readonly type: "error";
  readonly error: ChatError;
  readonly ref?: string;
  readonly id?: string;
}

/** A frame for everybody in a room. */
export type RoomFrame = Exclude<ServerFrame, { type: "error" }>;
/** A frame for one client. */
export type PersonalFrame = RoomFrame | ErrorOut;

/**
 * How one kind of client reads what happens in a room: wire bytes, framing included. One object
 * serves all connections that speak it, so that a frame is encoded once for all of them.
 */
export interface Format {
  /** The bytes for everybody; `undefined` when this kind of client does not read such frames. `epoch` is the room's. */
  encode(frame: RoomFrame, epoch: Epoch): Uint8Array | undefined;
  /** For its author instead, where that differs: `null` for nothing at all, `undefined` for no difference. */
  encodeOwn?(frame: RoomFrame): Uint8Array | null | undefined;
}

/** Every way in, as its operator reads it. `http` is what belongs to no other: the page, and who is turned away at the door. */
export const gatewayNames = [
  "native",
  "json_by_hand",
  "plain_text",
  "room_text",
  "open_text",
  "ws_echo",
  "sse",
  "poll",
  "post",
  "tcp_chat",
  "tcp_echo",
  "http",
] as const;
export type GatewayName = (typeof gatewayNames)[number];

/** One client's line, as the core sees it. The gateway that opened it owns the reading. */
export interface Connection {
  readonly format: Format;
  /** The way by which this client came in. */
  readonly gateway: GatewayName;
  /** The bytes of a frame meant for this client alone; `undefined` when it does not read such frames. */
  encode(frame: PersonalFrame): Uint8Array | undefined;
  /**
   * Whose messages are counted with those of this line, where nobody is known by a token: its
   * address. `undefined` for a program on this machine, which is counted by itself.
   */
  readonly address: string | undefined;
  /** What the client said it is, in a few words: `Firefox, Windows`. */
  readonly agent?: string;
  /** Whether its messages are acknowledged. Past the rate they are refused then, and else not read for a while. */
  readonly acknowledges: boolean;
  /** Whether so much waits that what passes by anyway, typing and presence, should be left out. [B1] */
  readonly isBehind: boolean;
  /** Hands bytes to the line. Past the bound of what may wait, the line is closed instead. [B1] */
  write(bytes: Uint8Array): void;
  /** The same, with several pieces in one go and no copy made of them. */
  writeAll(pieces: readonly Uint8Array[]): void;
  /** The same, in one piece with what is written next, when this turn of the loop ends at the latest. */
  writeSoon(bytes: Uint8Array): void;
  /** Hands a page of the log to the line, outside that bound; resolves once hardly any of it waits, or the line is gone. [R2] */
  writePage(bytes: Uint8Array): Promise<void>;
  /** The language, as a tag such as `uk-UA`, in which this client wants its errors explained. */
  setLanguage(tag: string): void;
  /** Stops reading, while what was read last is still being worked on. */
  pause(): void;
  resume(): void;
  close(reason: CloseReason): void;
}

/** Where the server says what it does, for its operator. Text of others goes through `oneLine` first. [D4] */
export interface Log {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

/** Counts what is done, for the server's operator. Called once a message, a commit or a refusal, never once a member. */
export interface Metrics {
  /** Somebody says something, which is not judged yet. */
  received(gateway: GatewayName): void;
  /** So many members were handed a message. */
  delivered(count: number): void;
  /** A group of messages is durable, after `ms`: so many were stored, and so many had been before. */
  committed(commit: { readonly stored: number; readonly repeated: number; readonly ms: number }): void;
  commitFailed(): void;
  /** A client did not get what it asked for. */
  refused(code: ErrorCode, gateway: GatewayName): void;
  /** The server ended a line. */
  closed(reason: CloseReason): void;
}

/** Whose token it is, with the name they had when it was issued, and the session that it belongs to. */
export interface Bearer {
  readonly user: User;
  readonly session: SessionId;
}

/** Signs and reads the tokens by which people come back as themselves. [D7] */
export interface Tokens {
  issue(user: User, session: SessionId): string;
  /** Who bears it; `undefined` if it does not verify, or is too old. Whether the session has ended is not its matter. [I3] */
  verify(token: string): Bearer | undefined;
}
