import type { Position } from "../protocol/client-frames.ts";
import type { Epoch, RoomName } from "../protocol/ids.ts";
import type { EventFrame, MessageFrame, ServerFrameOf } from "../protocol/server-frames.ts";
import { defaultRetryMs, type OpenLine } from "./sending.ts";
import type { Surroundings } from "./surroundings.ts";

/** How long an event may be behind the `heads` that tell of it. [R5] */
const secondLookMs = 2_000;

/** Where the reading stands on the present line. */
type Stage =
  | { readonly at: "out" }
  /** Joined from scratch: the newest page, up to `head`, is on its way. */
  | { readonly at: "entering"; readonly epoch: Epoch; readonly head: number }
  /** Joined: everything up to `head` has come or is on its way, and what is live follows. */
  | { readonly at: "in"; readonly head: number };

export interface ReadingListener {
  joined(frame: ServerFrameOf<"joined">): void;
  reset(page: { readonly messages: readonly MessageFrame[]; readonly more: boolean }): void;
  event(frame: EventFrame): void;
}

/**
 * Reads one room's log across lines: joins, resumes, and hands every event on once. [R2] [R4]
 *
 * The position is the last event that the listener has, or the head that a page went up to. `seq` counts
 * events, and a later server may have kinds that this client passes over, so an event whose `seq` is not
 * the next one proves no loss: the server sends a room's events in order and without a hole [R1], and a
 * line keeps what it carries. What can be missing is the end, and of that `heads` tells. [R5] After a
 * second look, when an event that was just behind on the line has come, the room is joined again from the
 * position. The answer's `head` is kept beside the position: if nothing came for the events up to it, they
 * were none that this client knows, and the same `heads` is no reason to join once more. The position
 * itself stays at the last known event, so that nothing of a replay that breaks off counts as seen. The
 * server checks `id` against the event at `seq` [L4]: it is given only where that event is known.
 */
export class Reading {
  readonly #room: RoomName;
  readonly #surroundings: Surroundings;
  readonly #newRef: () => string;
  readonly #listener: ReadingListener;
  #pageSize: number | undefined;
  #line: OpenLine | undefined;
  #stage: Stage = { at: "out" };
  #position: Position | undefined;
  /** The `ref` of the last join on this line, and whether it still waits for its answer. */
  #ref: string | undefined;
  #asked = false;
  #cancelAsking = () => {};
  #cancelSecondLook: (() => void) | undefined;

  constructor(room: RoomName, surroundings: Surroundings, newRef: () => string, listener: ReadingListener) {
    this.#room = room;
    this.#surroundings = surroundings;
    this.#newRef = newRef;
    this.#listener = listener;
  }

  /** Whether the server has confirmed the join on the present line. */
  get joined(): boolean {
    return this.#stage.at !== "out";
  }

  /** How many messages a page should have when the log is read from scratch. */
  set pageSize(messages: number | undefined) {
    this.#pageSize = messages;
  }

  /** Joins on this line after `delayMs`, from the position if there is one. */
  enter(line: OpenLine, delayMs = 0): void {
    this.#line = line;
    if (delayMs > 0) this.#askAfter(delayMs);
    else this.#ask();
  }

  /** The line is gone, or the room was left. */
  exit(): void {
    this.#line = undefined;
    this.#stage = { at: "out" };
    this.#ref = undefined;
    this.#asked = false;
    this.#cancelAsking();
    this.#cancelSecondLook?.();
    this.#cancelSecondLook = undefined;
  }

  /** Begins from scratch at the next join. */
  forget(): void {
    this.#position = undefined;
  }

  takeJoined(frame: ServerFrameOf<"joined">): void {
    if (!this.#asked || (frame.ref ?? this.#ref) !== this.#ref) return;
    this.#asked = false;
    const { epoch, head } = frame;
    this.#stage = frame.recovered && this.#position ? { at: "in", head } : { at: "entering", epoch, head };
    this.#listener.joined(frame);
  }

  /** Takes the page that follows a join. */
  takePage({ messages, more }: ServerFrameOf<"history">): void {
    if (this.#stage.at === "entering") this.#begin(this.#stage, messages, more);
  }

  takeEvent(frame: EventFrame): void {
    // A live event first: no page was asked for, and none comes.
    if (this.#stage.at === "entering") this.#begin(this.#stage, [], this.#stage.head > 0);
    if (!this.#position || frame.seq <= this.#position.seq) return;
    this.#position = { epoch: this.#position.epoch, seq: frame.seq, id: frame.id };
    this.#listener.event(frame);
  }

  /** What the server says of where the log stands. */
  look(head: { readonly epoch: Epoch; readonly seq: number }): void {
    if (this.#cancelSecondLook || !this.#isBehind(head)) return;
    this.#cancelSecondLook = this.#surroundings.after(secondLookMs, () => {
      this.#cancelSecondLook = undefined;
      if (this.#isBehind(head)) this.#ask();
    });
  }

  /** What a refusal by the server means here: nothing, a later attempt, or that the room stays shut. */
  refuse(error: ServerFrameOf<"error">): "not asked" | "later" | "shut" {
    if (this.#ref === undefined || error.ref !== this.#ref) return "not asked";
    if (error.code !== "rate_limited" && error.code !== "unavailable") return "shut";
    this.joinLater(error.retry_after_ms ?? defaultRetryMs);
    return "later";
  }

  /** The server holds this client to be outside, or could not finish letting it in: joins again after `ms`. */
  joinLater(ms = defaultRetryMs): void {
    // A join that is refused before its answer leaves an earlier one of this line as it was.
    if (!this.#asked) this.#stage = { at: "out" };
    this.#ref = undefined;
    this.#asked = false;
    this.#askAfter(ms);
  }

  #begin(from: { epoch: Epoch; head: number }, messages: readonly MessageFrame[], more: boolean): void {
    const last = messages.at(-1);
    this.#stage = { at: "in", head: from.head };
    this.#position = { epoch: from.epoch, seq: from.head, ...(last?.seq === from.head && { id: last.id }) };
    this.#listener.reset({ messages, more });
  }

  #isBehind(head: { readonly epoch: Epoch; readonly seq: number }): boolean {
    if (this.#stage.at !== "in" || this.#asked || !this.#position) return false;
    return head.epoch !== this.#position.epoch || head.seq > Math.max(this.#position.seq, this.#stage.head);
  }

  #ask(): void {
    this.#cancelAsking();
    this.#ref = this.#newRef();
    this.#asked = true;
    this.#line?.send({
      type: "join",
      room: this.#room,
      ref: this.#ref,
      ...(this.#position && { since: this.#position }),
      ...(this.#pageSize !== undefined && { history: this.#pageSize }),
    });
  }

  #askAfter(ms: number): void {
    this.#cancelAsking();
    this.#cancelAsking = this.#surroundings.after(ms, () => this.#ask());
  }
}
