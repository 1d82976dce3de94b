import type { ErrorCode } from "../protocol/codes.ts";
import type { MessageId, RoomName } from "../protocol/ids.ts";
import type { EventFrame, MessageFrame, ServerFrameOf, SessionInfo, User } from "../protocol/server-frames.ts";

/** What carries the line: a WebSocket or, where none can be had, server-sent events or long polls, with posts. */
export type Over = "websocket" | "events" | "poll";

/** How the line to the server stands. */
export type LinkState =
  | { readonly at: "connecting" }
  /** Greeted: `welcome` has come, the rooms are being joined or are joined. */
  | { readonly at: "open"; readonly over: Over }
  /** The line broke; it is tried again at `retryAt` (milliseconds since 1970), or by `retryNow()`. */
  | { readonly at: "waiting"; readonly retryAt: number }
  /** Over for good: by `close()`, or by a close code that is final. */
  | { readonly at: "closed"; readonly code: number };

/** What may be told a room: something said, or a change there, as its frame has it. [E1] */
export type Draft =
  | { readonly type: "message"; readonly text: string; readonly reply_to?: MessageId | null | undefined }
  | { readonly type: "edit"; readonly target: MessageId; readonly text: string }
  | { readonly type: "delete"; readonly target: MessageId }
  | { readonly type: "react"; readonly target: MessageId; readonly emoji: string; readonly active: boolean }
  | { readonly type: "topic"; readonly text: string };

/** A message or a change on its way: kept until the server has acknowledged it, and resent under its id until then. [S1] [K3] */
export type Outgoing<D extends Draft = Draft> = D & {
  readonly id: MessageId;
  readonly room: RoomName;
  /** Milliseconds since 1970, by this machine's clock. */
  readonly at: number;
};
/** A message on its way; its later `message` event has the same `id`. */
export type OutgoingMessage = Outgoing<Extract<Draft, { type: "message" }>>;

/** A change of a message that was said before. */
export type ChangeFrame = Extract<EventFrame, { target: MessageId }>;

/** What became of an {@link Outgoing} message. */
export type OutgoingState =
  | { readonly at: "sending" }
  | { readonly at: "sent"; readonly seq: number; readonly ts: string }
  /** The server refused it, or it was given up: it is out of the outbox. `send` it again as a new one, or not. */
  | { readonly at: "refused"; readonly code: ErrorCode; readonly message: string };

/** Where messages and changes wait until they are acknowledged. Calls are synchronous, so that none is lost to a reload. */
export interface Outbox {
  /** Everything that waits, oldest first. */
  all(): readonly Outgoing[];
  add(message: Outgoing): void;
  remove(id: MessageId): void;
}

export interface ConnectOptions {
  /** The display name to ask for; without one the server gives one. */
  readonly name?: string;
  /** The token of an earlier `welcome`: come back as the same person. */
  readonly token?: string;
  /**
   * The access key of a server that asks for one. Without the right one, `error` says `key_required`, and the client
   * is closed. [D6]
   */
  readonly key?: string;
  /** The language of the server's error texts. */
  readonly lang?: string;
  /** Default: kept in memory only. Browsers have {@link webStorageOutbox}. */
  readonly outbox?: Outbox;
}

/** What a client tells those who listen to it. */
export interface ClientEvents {
  state: LinkState;
  /** The server said who this is: at every (re)connection, and after a rename. Keep `token` and `user.name`. */
  welcome: ServerFrameOf<"welcome">;
  /** The operator speaks, to one room or to all. */
  notice: ServerFrameOf<"notice">;
  /** A refusal that belongs to nothing in the outbox: a taken name, a room that may not be joined. */
  error: ServerFrameOf<"error">;
  /** Something was said in a direct conversation of this person's that is not joined here: `join` its `room`. [P1] */
  invited: ServerFrameOf<"invited">;
}

/** What a room tells those who listen to it. */
export interface RoomEvents {
  /**
   * Start over from here: forget the messages you hold and show these, the newest page (oldest first).
   * Comes at the first join (also after `leave`), and again only when the log could not be resumed.
   */
  reset: { readonly messages: readonly MessageFrame[]; readonly more: boolean };
  /** One message, the own ones too: each exactly once, by increasing `seq`, without a hole. [R1] [R2] [R4] */
  message: MessageFrame;
  /**
   * Changes of messages, the own ones too, each once and in the same order as messages. {@link changed} makes them in
   * the message that the listener holds; what was in it already changes nothing. [E2]
   */
  edited: ServerFrameOf<"edited">;
  deleted: ServerFrameOf<"deleted">;
  reacted: ServerFrameOf<"reacted">;
  /** The room is about something else from now on, or nothing. */
  topic: ServerFrameOf<"topic">;
  /** Up to where this person has read, on any of their devices, and how many messages there are after that. [P3] */
  read: { readonly seq: number | undefined; readonly unread: number | undefined };
  /** Somebody else types (`active`), or has stopped. */
  typing: ServerFrameOf<"typing">;
  /** Who is here changed. `members` is unknown in a room of more than 200, and over HTTP, where `count` may lag. */
  members: { readonly members: readonly User[] | undefined; readonly count: number };
  /** Somebody came, went, or is called otherwise; who is here is in `members`, which may change without these. */
  user_joined: ServerFrameOf<"user_joined">;
  user_left: ServerFrameOf<"user_left">;
  user_renamed: ServerFrameOf<"user_renamed">;
  /** The server does not let this client in. The room is not tried again until it is joined again. */
  refused: ServerFrameOf<"error">;
  /** A message or a change of this client's changed its state. `sent` comes before or after the event that it became. */
  outgoing: { readonly message: Outgoing; readonly state: OutgoingState };
}

export type Listener<T> = (event: T) => void;

/** Which messages: those next before, or next after, a `seq`; at most `limit` (≤ 100; default 50). */
export type HistoryRequest = { readonly limit?: number } & ({ readonly before: number } | { readonly after: number });

/** A page of a room's messages, the oldest first. */
export interface HistoryPage {
  readonly messages: readonly MessageFrame[];
  /** Whether there are further ones in that direction. */
  readonly more: boolean;
}

/** A joined room. The client joins it again by itself after every break, from where it left off. */
export interface Room {
  /** In the server's form: NFC, lower-cased. */
  readonly name: RoomName;
  /** Whether the server has confirmed the join on the present line. */
  readonly joined: boolean;
  readonly members: readonly User[] | undefined;
  readonly count: number;
  /** What the room is about, if that was said. */
  readonly topic: string | undefined;
  /** The other one, if it is a direct conversation; known once it was joined. [P1] */
  readonly direct: User | undefined;
  /** Up to which `seq` this person has read, on any of their devices; unknown of a room that was never marked. [P3] */
  readonly read: number | undefined;
  /** How many messages there are after that: 1,000 at the most when it is joined, and no fewer than there are. */
  readonly unread: number | undefined;
  /** What waits in the outbox for this room, oldest first. */
  readonly outgoing: readonly Outgoing[];
  /** Listens; the answer ends it. */
  on<E extends keyof RoomEvents>(event: E, listener: Listener<RoomEvents[E]>): () => void;
  /** Puts a message into the outbox and sends it as soon as there is a line. Follow it by `outgoing` events. */
  send(text: string, options?: { readonly replyTo?: MessageId }): OutgoingMessage;
  /** Gives one's own message another text. Like all that follow it goes the way of messages, in their order. [E1] */
  edit(target: MessageId, text: string): Outgoing;
  /** Takes one's own message back: its text is erased. [E3] */
  delete(target: MessageId): Outgoing;
  /** Gives an emoji to a message, or takes it back. */
  react(target: MessageId, emoji: string, active?: boolean): Outgoing;
  /** Says what the room is about; nothing: nothing any more. */
  setTopic(text: string): Outgoing;
  /**
   * Resolves with its place in the log once acknowledged; rejects with a {@link ChatRefusal} if refused,
   * and with an Error if the client closes first: then the outbox keeps it.
   */
  settled(message: Outgoing): Promise<{ readonly seq: number; readonly ts: string }>;
  /** Tells the others that this person types, at most every 3 s; `false` takes it back. */
  typing(active?: boolean): void;
  /** A page of messages before or after one, oldest first. Rejects when the line breaks. */
  history(request: HistoryRequest): Promise<HistoryPage>;
  /** This person has read up to here, which only ever moves forward. Call it as often as you like. [P3] */
  markRead(seq: number): void;
  /**
   * Leaves, and ends coming back. What the outbox holds for the room waits until it is joined again; with `discard` it is
   * given up instead, as refused with `not_joined`, though what is under way may be stored all the same.
   */
  leave(options?: { readonly discard?: boolean }): void;
}

/**
 * The name and the sessions of who is connected. Everything rejects with a {@link ChatRefusal} (`name_taken`,
 * `wrong_passphrase`, `rate_limited` …), or when the server does not answer: asking again is harmless.
 */
export interface Account {
  /**
   * Keeps a name for this person alone: from now on nobody else can use it, and by {@link login} it brings them back on
   * any device. `welcome.claimed` tells it from then on.
   */
  claim(name: string, passphrase: string): Promise<void>;
  /** Goes on as who has this name, on a new line: every room that is joined is joined again. */
  login(name: string, passphrase: string): Promise<void>;
  /** Every other session of this person ends. */
  changePassphrase(passphrase: string, newPassphrase: string): Promise<void>;
  /** Gives the name up. */
  unclaim(passphrase: string): Promise<void>;
  /** Where this person is signed in, the present session first. */
  sessions(): Promise<readonly SessionInfo[]>;
  /** Ends a session by its id, or all `others`; answers those that are left. Ending the present one closes the client. */
  endSession(session: string): Promise<readonly SessionInfo[]>;
}

/** Where and how much to look. */
export interface SearchOptions {
  /** All that one may read, if it is left out. */
  readonly room?: string;
  /** The `next` of the page before. */
  readonly before?: string;
  /** At most this many messages (≤ 100; default 20). */
  readonly limit?: number;
}

/** What was found. */
export interface Found {
  /** The newest first, each as it is now. */
  readonly messages: readonly MessageFrame[];
  /** Where to go on from, if there may be more. It may be there although nothing was found so far. */
  readonly next?: string;
}

/** A page of the list of rooms. */
export interface RoomsPage {
  readonly rooms: ServerFrameOf<"rooms">["rooms"];
  /** `after` of the next page, if there is one. */
  readonly next?: string;
}

/** One person's line to a server. It comes back by itself after every break, until it is closed. */
export interface Client {
  readonly state: LinkState;
  /** Who this is; unknown before the first `welcome`. */
  readonly user: User | undefined;
  /** Calls `listener` at each such event; the answer ends it. */
  on<E extends keyof ClientEvents>(event: E, listener: Listener<ClientEvents[E]>): () => void;
  /**
   * Joins a room, now or as soon as there is a line. Joining it again gives the same object. `history`:
   * how many of the newest messages its `reset` should bring (≤ 100; default 50).
   */
  join(room: string, options?: { readonly history?: number }): Room;
  /** Asks for another display name; answered by `welcome` or by `error` (`name_taken`, `bad_name`). */
  rename(name: string): void;
  /** The own name and sessions; its code is loaded when it is first asked for. */
  account(): Promise<Account>;
  /**
   * Finds the newest messages that have every word of a text, or a phrase in quotation marks, whatever the case and script.
   * Rejects with a {@link ChatRefusal} (`empty`, `too_long`, `no_such_room` …), or when the server does not answer.
   */
  search(text: string, options?: SearchOptions): Promise<Found>;
  /**
   * The rooms that this person may read, by latest message, direct conversations among them; ask again when it matters.
   * Rejects with a {@link ChatRefusal}, or when the server does not answer.
   */
  rooms(options?: { readonly after?: string; readonly limit?: number }): Promise<RoomsPage>;
  /**
   * Joins the direct conversation with somebody, by their id or name: only they and this person can read it. Rejects with
   * a {@link ChatRefusal} (`no_such_user` …), or when the server does not answer. [P1]
   */
  direct(user: string): Promise<Room>;
  /** Has the server's texts in this language from now on; the server says `welcome` once more. */
  setLanguage(lang: string): void;
  /** Ends a wait before the next attempt. */
  retryNow(): void;
  /** Leaves all rooms and ends the line (1000). What the outbox holds stays in it. */
  close(): void;
}

/** Why the server refused a message, a change, or something else that was asked. */
export class ChatRefusal extends Error {
  override readonly name = "ChatRefusal";
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
