import type { ClientFrameInput } from "../protocol/client-frames.ts";
import type { MessageId, RoomName } from "../protocol/ids.ts";
import { newMessageId } from "../protocol/ids.ts";
import type { ServerFrameOf } from "../protocol/server-frames.ts";
import type { Surroundings } from "./surroundings.ts";
import { ChatRefusal, type Draft, type Outbox, type Outgoing, type OutgoingState } from "./types.ts";

/** The wait before something refused for now is tried again, when the server names none. */
export const defaultRetryMs = 1_000;

/** A greeted line, as a room uses it. */
export interface OpenLine {
  send(frame: ClientFrameInput): void;
  /** The most bytes of one frame; 0 for any number. */
  readonly maxFrame: number;
}

interface Waiter {
  resolve(place: { seq: number; ts: string }): void;
  reject(error: Error): void;
}

const closedError = () => new Error("The client was closed.");

/**
 * The messages and changes of one room on their way, oldest first, each resent under its id until it is
 * acknowledged. [S1] [K3]
 *
 * One is under way at a time. If the server refuses it for now, nothing later can overtake it,
 * however long the line is: with several under way, a late one could arrive after the server's
 * `retry_after_ms` is over and before the client has heard of the refusal.
 */
export class Sending {
  readonly #room: RoomName;
  readonly #outbox: Outbox;
  readonly #surroundings: Surroundings;
  readonly #changed: (message: Outgoing, state: OutgoingState) => void;
  readonly #outcomes = new WeakMap<Outgoing, OutgoingState>();
  readonly #waiters = new Map<MessageId, Waiter[]>();
  #waiting: readonly Outgoing[];
  #underWay: MessageId | undefined;
  #line: OpenLine | undefined;
  #cancelPause: (() => void) | undefined;
  #ended = false;

  constructor(
    room: RoomName,
    outbox: Outbox,
    surroundings: Surroundings,
    changed: (message: Outgoing, state: OutgoingState) => void,
  ) {
    this.#room = room;
    this.#outbox = outbox;
    this.#surroundings = surroundings;
    this.#changed = changed;
    this.#waiting = outbox.all().filter((message) => message.room === room);
  }

  /** What is not acknowledged yet, oldest first. */
  get waiting(): readonly Outgoing[] {
    return this.#waiting;
  }

  /** Goes on over this line: the room is joined on it. */
  resume(line: OpenLine): void {
    // Joined again on the same line: what is under way still is.
    if (this.#line === line) return;
    this.#line = line;
    this.#underWay = undefined;
    this.#next();
  }

  /** Stops: the line is gone, or the room was left. */
  halt(): void {
    this.#line = undefined;
    this.#underWay = undefined;
  }

  /** Stops for good. What waits stays in the outbox. */
  end(): void {
    this.halt();
    this.#ended = true;
    this.#cancelPause?.();
    for (const waiter of [...this.#waiters.values()].flat()) waiter.reject(closedError());
    this.#waiters.clear();
  }

  /** Gives up what waits. */
  discard(): void {
    const message = "The room is not joined.";
    for (const given of this.#waiting) this.#settle(given, { at: "refused", code: "not_joined", message });
  }

  add<D extends Draft>(draft: D): Outgoing<D> {
    // Strictly increasing, whatever the clock does: an outbox restores the order by it.
    const at = Math.max(this.#surroundings.now(), (this.#waiting.at(-1)?.at ?? -1) + 1);
    const id = newMessageId(this.#surroundings.randomBytes);
    const message: Outgoing<D> = { ...draft, id, room: this.#room, at };
    this.#outbox.add(message);
    this.#waiting = [...this.#waiting, message];
    this.#changed(message, { at: "sending" });
    this.#next();
    return message;
  }

  settled(message: Outgoing): Promise<{ readonly seq: number; readonly ts: string }> {
    return new Promise((resolve, reject) => {
      const outcome = this.#outcomes.get(message);
      if (outcome) tell({ resolve, reject }, outcome);
      else if (!this.#waiting.some(({ id }) => id === message.id)) reject(new Error("No such message waits here."));
      else if (this.#ended) reject(closedError());
      else this.#waiters.set(message.id, [...(this.#waiters.get(message.id) ?? []), { resolve, reject }]);
    });
  }

  /** The server has it, now or (`dup`) since before: both are the same. [S1] */
  acknowledge(ack: ServerFrameOf<"ack">): void {
    const message = this.#waiting.find(({ id }) => id === ack.id);
    if (message) this.#settle(message, { at: "sent", seq: ack.seq, ts: ack.ts });
  }

  /** Whether this refusal is of a message that waits here; if so, it is dealt with. */
  refuse(error: ServerFrameOf<"error">): boolean {
    const message = this.#waiting.find(({ id }) => id === error.id);
    if (!message) return false;
    if (error.code === "rate_limited" || error.code === "unavailable") this.#pause(error.retry_after_ms);
    else this.#settle(message, { at: "refused", code: error.code, message: error.message });
    return true;
  }

  #pause(ms: number | null | undefined): void {
    this.#underWay = undefined;
    this.#cancelPause?.();
    this.#cancelPause = this.#surroundings.after(ms ?? defaultRetryMs, () => {
      this.#cancelPause = undefined;
      this.#next();
    });
  }

  #next(): void {
    const [message] = this.#waiting;
    if (!message || !this.#line || this.#underWay || this.#cancelPause) return;
    const { at: _, ...frame } = message;
    if (tooLarge(frame, this.#line.maxFrame)) {
      // Sent, it would end the line for good (1009), and again after every reload.
      this.#settle(message, { at: "refused", code: "too_long", message: "The message is too long." });
      return;
    }
    this.#underWay = message.id;
    this.#line.send(frame);
  }

  #settle(message: Outgoing, outcome: OutgoingState): void {
    this.#outbox.remove(message.id);
    this.#waiting = this.#waiting.filter((other) => other !== message);
    if (this.#underWay === message.id) this.#underWay = undefined;
    this.#outcomes.set(message, outcome);
    for (const waiter of this.#waiters.get(message.id) ?? []) tell(waiter, outcome);
    this.#waiters.delete(message.id);
    this.#next();
    this.#changed(message, outcome);
  }
}

function tell(waiter: Waiter, outcome: OutgoingState): void {
  if (outcome.at === "sent") waiter.resolve({ seq: outcome.seq, ts: outcome.ts });
  if (outcome.at === "refused") waiter.reject(new ChatRefusal(outcome.code, outcome.message));
}

const tooLarge = (frame: ClientFrameInput, maxFrame: number): boolean =>
  maxFrame > 0 && new TextEncoder().encode(JSON.stringify(frame)).length > maxFrame;
