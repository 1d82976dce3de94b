import type { Epoch, RoomName } from "../protocol/ids.ts";
import { pageBytes } from "../protocol/limits.ts";
import type { User } from "../protocol/server-frames.ts";
import { Ahead } from "./ahead.ts";
import { Audience, type Seat } from "./audience.ts";
import type { Elsewhere } from "./elsewhere.ts";
import { eventFrame } from "./messages.ts";
import {
  type Appends,
  type Clock,
  type EventPage,
  type Log,
  type Metrics,
  type RoomHead,
  type Store,
  type StoredEvent,
  StoreError,
} from "./ports.ts";
import { Presence } from "./presence.ts";
import type { Soon } from "./soon.ts";
import { firstPage, isMessage, Tail } from "./tail.ts";
import { Typing } from "./typing.ts";

/** Events that a room reads when it is opened, so that who joins need not wait for the store. */
const seedLimit = 300;

/**
 * For so long, in milliseconds, a hole is left to the other nodes' news, which come in any order, before the store is
 * asked for it; and for as long again whenever they have filled a part of it meanwhile.
 */
export const holeMs = 20;

/** The wait before the store is asked again for what it could not read. */
const fillRetryMs = 1_000;

export interface RoomOptions {
  readonly name: RoomName;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Who is in it through other nodes. */
  readonly elsewhere: Elsewhere;
  /** Tells the other nodes who types here. */
  readonly tellTyping: (user: User, active: boolean) => void;
}

/**
 * A room that somebody is in: its members, and the delivery of its log to them in order. It exists
 * while it has members; the log itself is the store's.
 */
export class Room {
  readonly name: RoomName;
  readonly audience: Audience;
  readonly presence: Presence;
  readonly typing: Typing;
  /** Set by {@link open}. */
  epoch = "" as Epoch;
  /** What it is about; empty if nobody has said. */
  topic = "";
  /** Joins under way. */
  holds = 0;
  /** Whether its log is another one now: nobody is handed anything here any more. [L4] */
  isLost = false;
  readonly #store: Store;
  readonly #log: Log;
  readonly #clock: Clock;
  #cancelRetry: (() => void) | undefined;
  #cancelWait: (() => void) | undefined;
  #tail = new Tail(0);
  #delivered = 0;
  /** The highest `seq` heard of: past `#delivered` there is a hole to fill. */
  #announced = 0;
  readonly #ahead = new Ahead();
  #isOpen = false;
  #opening: Promise<void> | undefined;
  #filling: Promise<void> | undefined;

  constructor(options: RoomOptions) {
    this.name = options.name;
    this.#store = options.store;
    this.#log = options.log;
    this.#clock = options.clock;
    this.audience = new Audience(options.clock, options.metrics, (seat) => this.#showRoll(seat));
    this.presence = new Presence(this.name, options.clock, options.elsewhere, (frame) => this.audience.send(frame));
    this.typing = new Typing(options.clock, (user, active, tell) => {
      this.audience.sendExcept({ type: "typing", room: this.name, user, active }, this.presence.seatsOf(user.id));
      if (tell) options.tellTyping(user, active);
    });
  }

  /** The `seq` up to which every member has been handed the log: the cut of a join. [R4] */
  get delivered(): number {
    return this.#delivered;
  }

  /** Finds out where the log stands, making the room if it is new. Rejects with the store's error. */
  open(): Promise<void> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #open(): Promise<void> {
    const { epoch, head, topic = "" } = await this.#store.openRoom(this.name);
    const { events } = await this.#store.read(this.name, { before: head + 1, limit: seedLimit, maxBytes: pageBytes });
    this.epoch = epoch;
    this.topic = topic;
    this.audience.epoch = epoch;
    this.#delivered = head;
    this.#tail = new Tail(head);
    this.#tail.seed(events);
    this.#isOpen = true;
    this.#fillHole();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * Hands events to every member, in `seq` order and each once, whatever order they come in. What comes too early is
   * kept until the other nodes' news, or else the store, have brought what goes before it. [R1]
   */
  deliver({ epoch, events, head = 0 }: Appends): void {
    // Of another log than this one was opened on: which of them there is now, only the store can tell. [L4]
    if (this.#isOpen && epoch !== this.epoch) return;
    this.#announced = Math.max(this.#announced, head);
    for (const event of events) {
      this.#announced = Math.max(this.#announced, event.seq);
      if (this.#isOpen) this.#take(event);
    }
    if (this.#ahead.isEmpty || this.#ahead.isFull) this.#fillHole();
    else this.#waitForNews();
  }

  /** Shows what comes next, and keeps what comes too early. */
  #take(event: StoredEvent): void {
    if (event.seq > this.#delivered + 1) this.#ahead.keep(event);
    if (event.seq !== this.#delivered + 1) return;
    for (let next: StoredEvent | undefined = event; next; next = this.#ahead.take(this.#delivered + 1))
      this.#show(next);
  }

  /** Whether something of its log was not delivered here yet. */
  lacks({ event, epoch }: { readonly event: StoredEvent; readonly epoch: Epoch }): boolean {
    return this.#isOpen && epoch === this.epoch && event.seq > this.#delivered;
  }

  /** Learns from the store where the log stands, and fills what is missing; whether it still is the log that was opened. [L4] */
  compare(head: RoomHead | undefined): boolean {
    if (!this.#isOpen) return true;
    if (head?.epoch !== this.epoch) return false;
    this.#announced = Math.max(this.#announced, head.head);
    this.#fillHole();
    return true;
  }

  /** Delivers what the log has up to `seq` if this node has not heard of it yet: another one may have. [R3] Rejects as {@link follow}. */
  async reach(seq: number): Promise<void> {
    if (seq <= this.#delivered) return;
    const head = await this.#store.findRoom(this.name);
    if (head) await this.follow(head);
  }

  /** Delivers all that the store has said to be in this log. [N1] Rejects with the store's error if it cannot be read. */
  async follow(head: RoomHead): Promise<void> {
    if (head.head <= this.#delivered || !this.compare(head)) return;
    await this.#filling;
    if (this.#delivered < head.head) {
      throw new StoreError(`${this.name} could not be read up to ${head.head}`, { fatal: false });
    }
  }

  /** Reads a page of the log after `seq`, up to what has been delivered. At once if memory has it. */
  pageAfter(seq: number, limit: number, only?: "message"): Soon<EventPage> {
    const range = { after: seq, upTo: this.#delivered };
    return (
      this.keptAfter(seq, limit, only) ??
      this.#store.read(this.name, { ...range, limit, maxBytes: pageBytes, ...(only && { only }) })
    );
  }

  /** Reads the page of messages before `seq`. At once if memory has it. */
  messagesBefore(seq: number, limit: number): Soon<EventPage> {
    const before = Math.min(seq, this.#delivered + 1);
    return (
      this.keptMessagesBefore(seq, limit) ??
      this.#store.read(this.name, { before, limit, maxBytes: pageBytes, only: "message" })
    );
  }

  /** The same page as {@link pageAfter}, if memory has it. */
  keptAfter(seq: number, limit: number, only?: "message"): EventPage | undefined {
    const kept = this.#tail.after(seq);
    return kept && firstPage(only ? kept.filter(isMessage) : kept, limit);
  }

  /** The same page as {@link messagesBefore}, if memory has it. */
  keptMessagesBefore(seq: number, limit: number): EventPage | undefined {
    const last = Math.max(0, Math.min(seq - 1, this.#delivered));
    const kept = this.#tail.messagesUpTo(last, limit + 1);
    if (!kept) return undefined;
    const { events } = firstPage(kept.slice(-limit).toReversed(), limit);
    return { events: events.toReversed(), more: kept.length > events.length };
  }

  /** Who spoke here last of those who are as asked, as far as memory goes. */
  recentAuthor(isWanted: (user: User) => boolean): User | undefined {
    return this.#tail.lastBy(isWanted)?.user;
  }

  /** How many messages were delivered after `seq`, as far as memory goes. */
  messagesSince(seq: number): number {
    return this.#tail.after(seq)?.filter(isMessage).length ?? 0;
  }

  /** Whether the event at `seq` has this id: a position is only good in the log it was read from. [L4] */
  async isAt(seq: number, id: string): Promise<boolean> {
    const { events } = await this.pageAfter(seq - 1, 1);
    return events[0]?.id === id;
  }

  /** Hands its readers what was sent so far, and ends its timers. */
  close(): void {
    this.#cancelRetry?.();
    this.#cancelWait?.();
    this.audience.flush();
    this.audience.close();
    this.presence.close();
    this.typing.close();
  }

  /** Who is here, for a reader who was spared the comings and goings. */
  #showRoll(seat: Seat): void {
    const bytes = seat.connection.encode(this.presence.rollFrame());
    if (bytes) this.audience.sendTo(seat, bytes);
  }

  #show(event: StoredEvent): void {
    this.#delivered = event.seq;
    this.#tail.push(event);
    if (event.kind === "message") this.typing.said(event.user.id);
    if (event.kind === "topic") this.topic = event.text;
    this.audience.send(eventFrame(event), this.presence.seatsOf(event.user.id));
  }

  /** Leaves a hole to the other nodes' news, as long as they go on to fill it. */
  #waitForNews(): void {
    if (this.#announced <= this.#delivered) return;
    const delivered = this.#delivered;
    this.#cancelWait ??= this.#clock.after(holeMs, () => {
      this.#cancelWait = undefined;
      if (this.#delivered === delivered) this.#fillHole();
      else this.#waitForNews();
    });
  }

  #fillHole(): void {
    if (this.#isOpen && this.#announced > this.#delivered) this.#filling ??= this.#fill();
  }

  /** Reads what the bus did not bring from the store, which is the truth. */
  async #fill(): Promise<void> {
    try {
      while (this.#announced > this.#delivered) {
        const announced = this.#announced;
        const upTo = (this.#ahead.first ?? announced + 1) - 1;
        const request = { after: this.#delivered, upTo, limit: seedLimit, maxBytes: pageBytes };
        const { events } = await this.#store.read(this.name, request);
        for (const event of events) this.#take(event);
        if (events.length > 0 || this.#announced !== announced) continue;
        // What the store does not hold was never stored, whoever announced it, nor was what comes after it.
        this.#announced = this.#delivered;
        this.#ahead.forget();
      }
    } catch (error) {
      this.#log.error({ room: this.name, error: String(error) }, "could not fill a hole in a room's delivery");
      // Nobody may ever speak here again, and members would wait for what is stored.
      this.#cancelRetry?.();
      this.#cancelRetry = this.#clock.after(fillRetryMs, () => this.#fillHole());
    } finally {
      this.#filling = undefined;
    }
  }
}
