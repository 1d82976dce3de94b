import type { MessageId, RoomName } from "../protocol/ids.ts";
import type { ServerFrame, ServerFrameOf, User } from "../protocol/server-frames.ts";
import { Emitter } from "./emitter.ts";
import { Membership, type PresenceFrame } from "./membership.ts";
import { ReadMarker } from "./read-marker.ts";
import { Reading } from "./reading.ts";
import { type OpenLine, Sending } from "./sending.ts";
import type { Surroundings } from "./surroundings.ts";
import {
  ChatRefusal,
  type HistoryPage,
  type HistoryRequest,
  type Listener,
  type Outbox,
  type Outgoing,
  type OutgoingMessage,
  type Room,
  type RoomEvents,
} from "./types.ts";

/** The own typing is told once in this time. */
const typingHoldMs = 3_000;

/** The frames that belong to one room. */
export type RoomFrame = Exclude<Extract<ServerFrame, { room: RoomName }>, { type: "invited" }>;

/** Who waits for a page of history. */
interface Waiter {
  resolve(page: HistoryPage): void;
  reject(error: Error): void;
}

/** One room, across lines: the client tells it of every line and hands it its frames. */
export class JoinedRoom implements Room {
  readonly name: RoomName;
  direct: User | undefined;
  readonly #surroundings: Surroundings;
  readonly #newRef: () => string;
  readonly #events = new Emitter<RoomEvents>();
  readonly #membership = new Membership();
  readonly #reading: Reading;
  readonly #sending: Sending;
  readonly #marker: ReadMarker;
  readonly #requests = new Map<string, Waiter>();
  #topic: string | undefined;
  #wanted = false;
  #line: OpenLine | undefined;
  #typing = false;
  #cancelTypingHold: (() => void) | undefined;

  constructor(name: RoomName, outbox: Outbox, surroundings: Surroundings, newRef: () => string) {
    this.name = name;
    this.#surroundings = surroundings;
    this.#newRef = newRef;
    this.#sending = new Sending(name, outbox, surroundings, (message, state) =>
      this.#events.emit("outgoing", { message, state }),
    );
    this.#marker = new ReadMarker(name, surroundings, () =>
      this.#events.emit("read", { seq: this.read, unread: this.unread }),
    );
    this.#reading = new Reading(name, surroundings, newRef, {
      joined: (frame) => this.#enter(frame),
      reset: (page) => this.#events.emit("reset", page),
      event: (frame) => {
        if (frame.type === "topic") this.#topic = frame.text || undefined;
        this.#events.emit(frame.type, frame);
        this.#marker.count(frame);
      },
    });
  }

  get joined(): boolean {
    return this.#reading.joined;
  }
  get members(): readonly User[] | undefined {
    return this.#membership.members;
  }
  get count(): number {
    return this.#membership.count;
  }
  get topic(): string | undefined {
    return this.#topic;
  }
  get read(): number | undefined {
    return this.#marker.seq;
  }
  get unread(): number | undefined {
    return this.#marker.unread;
  }
  get outgoing(): readonly Outgoing[] {
    return this.#sending.waiting;
  }
  /** Whether the room is to be joined on every line. */
  get wanted(): boolean {
    return this.#wanted;
  }

  on<E extends keyof RoomEvents>(event: E, listener: Listener<RoomEvents[E]>): () => void {
    return this.#events.on(event, listener);
  }

  send(text: string, { replyTo }: { readonly replyTo?: MessageId } = {}): OutgoingMessage {
    // What is typed after it is a new beginning, worth telling at once.
    this.#forgetTyping();
    return this.#sending.add({ type: "message", text, ...(replyTo && { reply_to: replyTo }) });
  }

  edit(target: MessageId, text: string): Outgoing {
    return this.#sending.add({ type: "edit", target, text });
  }

  delete(target: MessageId): Outgoing {
    return this.#sending.add({ type: "delete", target });
  }

  react(target: MessageId, emoji: string, active = true): Outgoing {
    return this.#sending.add({ type: "react", target, emoji, active });
  }

  setTopic(text: string): Outgoing {
    return this.#sending.add({ type: "topic", text });
  }

  settled(message: Outgoing): Promise<{ readonly seq: number; readonly ts: string }> {
    return this.#sending.settled(message);
  }

  typing(active = true): void {
    if (!this.joined || (active ? this.#cancelTypingHold : !this.#typing)) return;
    this.#typing = active;
    this.#line?.send({ type: "typing", room: this.name, active });
    if (!active) return;
    this.#cancelTypingHold = this.#surroundings.after(typingHoldMs, () => {
      this.#cancelTypingHold = undefined;
    });
  }

  markRead(seq: number): void {
    this.#marker.mark(seq);
  }

  history(request: HistoryRequest): Promise<HistoryPage> {
    return new Promise((resolve, reject) => {
      if (!this.joined) return reject(new Error("The room is not joined."));
      const ref = this.#newRef();
      this.#requests.set(ref, { resolve, reject });
      this.#line?.send({ type: "history", room: this.name, ...request, ref });
    });
  }

  leave(options?: { readonly discard?: boolean }): void {
    if (!this.#wanted) return;
    this.#line?.send({ type: "leave", room: this.name });
    this.#shut();
    if (options?.discard) this.#sending.discard();
  }

  /** Wants the room from now on, with a first page of so many messages. */
  want(pageSize: number | undefined): void {
    this.#wanted = true;
    this.#reading.pageSize = pageSize;
  }

  /** Joins on a greeted line, after `delayMs`. */
  open(line: OpenLine, delayMs = 0): void {
    this.#line = line;
    this.#reading.enter(line, delayMs);
  }

  /** The line is gone. */
  lose(): void {
    this.#line = undefined;
    this.#reading.exit();
    this.#marker.exit();
    this.#sending.halt();
    this.#forgetTyping();
    for (const { reject } of this.#requests.values()) reject(new Error("The room is not joined."));
    this.#requests.clear();
  }

  /** The server cannot resume this client's place in the log. */
  forget(): void {
    this.#reading.forget();
  }

  /** Ends for good: nothing is waited for, and no timer is left. */
  end(): void {
    this.lose();
    this.#wanted = false;
    this.#sending.end();
  }

  take(frame: RoomFrame): void {
    // What was sent before the room was left is acknowledged after.
    if (frame.type === "ack") return this.#sending.acknowledge(frame);
    // A room that was left and is joined again may still hear of its earlier stay.
    if (!this.#wanted || (!this.joined && frame.type !== "joined")) return;
    switch (frame.type) {
      case "joined":
        return this.#reading.takeJoined(frame);
      case "history":
        return this.#takeHistory(frame);
      case "message":
      case "edited":
      case "deleted":
      case "reacted":
      case "topic":
        return this.#reading.takeEvent(frame);
      case "typing":
        return this.#events.emit("typing", frame);
      case "members":
      case "presence":
        return this.#count(frame);
      case "user_joined":
      case "user_left":
      case "user_renamed":
        this.#count(frame);
        return this.#events.emit(frame.type, frame);
      case "read":
        return void this.#marker.hear(frame.seq);
      default:
        return frame satisfies never;
    }
  }

  /** What the server says of where the room's log stands. [R5] */
  look(head: Parameters<Reading["look"]>[0]): void {
    this.#reading.look(head);
  }

  /** Deals with a refusal of what this room asked for. Whether nobody need hear of it beyond the room's listeners. */
  refuse(error: ServerFrameOf<"error">): boolean {
    const request = this.#requests.get(error.ref ?? "");
    if (request) {
      this.#requests.delete(error.ref ?? "");
      request.reject(new ChatRefusal(error.code, error.message));
      return true;
    }
    if (error.code === "not_joined" && this.#wanted && this.outgoing.some(({ id }) => id === error.id)) {
      // The server holds this client to be outside: that is no fault of the message.
      this.#reading.joinLater();
      this.#sending.halt();
      return true;
    }
    const verdict = this.#reading.refuse(error);
    if (verdict === "not asked") return this.#sending.refuse(error);
    if (verdict === "later") {
      if (!this.joined) this.#sending.halt();
      return true;
    }
    this.#shut();
    this.#events.emit("refused", error);
    return false;
  }

  #enter(frame: ServerFrameOf<"joined">): void {
    if (this.#line) {
      this.#marker.enter(this.#line, frame);
      this.#sending.resume(this.#line);
    }
    this.direct = frame.direct?.user;
    // Else the events that were missed tell it.
    if (!frame.recovered) this.#topic = frame.topic || undefined;
    this.#count(frame);
  }

  #takeHistory(frame: ServerFrameOf<"history">): void {
    const request = this.#requests.get(frame.ref ?? "");
    if (!request) return this.#reading.takePage(frame);
    this.#requests.delete(frame.ref ?? "");
    request.resolve({ messages: frame.messages, more: frame.more });
  }

  #count(frame: PresenceFrame): void {
    this.#membership.take(frame);
    this.#events.emit("members", { members: this.members, count: this.count });
  }

  #shut(): void {
    this.#wanted = false;
    this.lose();
    this.#reading.forget();
    this.#membership.clear();
  }

  #forgetTyping(): void {
    this.#typing = false;
    this.#cancelTypingHold?.();
    this.#cancelTypingHold = undefined;
  }
}
