import type { CloseReason } from "../protocol/codes.ts";
import type { Epoch } from "../protocol/ids.ts";
import type { Clock, Connection, Format, Metrics, RoomFrame } from "./ports.ts";

/** How often a reader that fell behind is looked at. */
const lookMs = 1_000;

/** A place where one seat's bytes differ from what its row shares. */
interface Cut {
  /** Where in the shared bytes. */
  readonly at: number;
  /** How many of the shared bytes this seat does not get. */
  readonly skip: number;
  /** What it gets instead. */
  readonly bytes: Uint8Array;
}

/** One connection's place in a room's audience. */
export class Seat {
  readonly connection: Connection;
  /** Where in the present turn its reading begins: later than 0 for who came in the midst of one. */
  from = 0;
  cuts: Cut[] | undefined;
  /** Whether presence was left out, because the reader was behind. */
  hasMissed = false;

  constructor(connection: Connection) {
    this.connection = connection;
  }
}

/** The seats that read one format, and what they have not been handed yet. */
interface Row {
  readonly seats: Set<Seat>;
  chunks: Uint8Array[];
  bytes: number;
}

const nothing = new Uint8Array(0);

/** What tells of a moment, and is no use to who reads it later. [B1] */
const passing: ReadonlySet<RoomFrame["type"]> = new Set(["typing", "presence", "members", "user_joined", "user_left"]);

/**
 * How long a busy room gathers before it writes, in milliseconds. The cost of fan-out is the number
 * of writes: a room that wrote within this time waits, so that all members get several frames in
 * one write; an idle room writes at once. A room so large that its writes take longer than this gathers
 * for as long as they took, once there is something to gather: it leaves half of the time to everything else, and
 * does not fall behind. After a turn of one frame alone more comes too seldom to make anybody wait for it.
 */
export const gatherMs = 5;

/**
 * A turn with so many bytes for each reader is written without waiting any longer. What a write costs whatever is in it
 * is small beside what so many bytes cost: to gather more of them would save little, and keep everybody waiting.
 */
export const fullTurnBytes = 16 * 1024;

/**
 * A room's fan-out. A frame is encoded once for each format, whoever reads it; the frames of a turn
 * become one buffer that all seats of the format share, and each connection gets one write a turn.
 * What is meant for one seat alone goes in at its place in the order, between slices of that buffer.
 */
export class Audience {
  /** The epoch of the room's log, for formats that tell it. */
  epoch = "" as Epoch;
  readonly #clock: Clock;
  readonly #metrics: Pick<Metrics, "delivered">;
  readonly #onCaughtUp: (seat: Seat) => void;
  readonly #rows = new Map<Format, Row>();
  /** Seats whose readers are behind. */
  readonly #behind = new Set<Seat>();
  #cancelLook: (() => void) | undefined;
  /** When what was gathered may be written. */
  #nextFlush = Number.NEGATIVE_INFINITY;
  #cancelFlush: (() => void) | undefined;
  #isFlushDue = false;

  /** `onCaughtUp` is told of a reader that goes on after presence had been left out. */
  constructor(clock: Clock, metrics: Pick<Metrics, "delivered">, onCaughtUp: (seat: Seat) => void) {
    this.#clock = clock;
    this.#metrics = metrics;
    this.#onCaughtUp = onCaughtUp;
  }

  get isEmpty(): boolean {
    return this.#rows.size === 0;
  }

  /** Seats a connection: it reads what is sent from now on. */
  add(seat: Seat): void {
    const row = this.#rows.get(seat.connection.format) ?? { seats: new Set(), chunks: [], bytes: 0 };
    this.#rows.set(seat.connection.format, row);
    seat.from = row.bytes;
    row.seats.add(seat);
  }

  /** Hands the seat what is still due to it, and takes it away. */
  remove(seat: Seat): void {
    const row = this.#rows.get(seat.connection.format);
    if (!row?.seats.delete(seat)) return;
    this.#hand(seat, Buffer.concat(row.chunks));
    this.#behind.delete(seat);
    if (row.seats.size === 0) this.#rows.delete(seat.connection.format);
  }

  /** Ends every line in it. */
  dismiss(reason: CloseReason): void {
    for (const { seats } of [...this.#rows.values()]) for (const { connection } of [...seats]) connection.close(reason);
  }

  /** Hands a seat what was sent so far: what is written to its connection next comes after it. */
  handOver(seat: Seat): void {
    const row = this.#rows.get(seat.connection.format);
    if (!row?.seats.has(seat) || row.bytes === seat.from) return;
    this.#hand(seat, Buffer.concat(row.chunks));
    seat.from = row.bytes;
  }

  /** Sends a frame to all; to the `author`'s own seats in their own form. Who is behind is spared what passes by. */
  send(frame: RoomFrame, author?: Iterable<Seat>): void {
    const spared = this.#spared(frame);
    const starts = (author || spared) && this.#starts();
    let readers = 0;
    for (const [format, row] of this.#rows) {
      const bytes = format.encode(frame, this.epoch);
      if (!bytes) continue;
      row.chunks.push(bytes);
      row.bytes += bytes.length;
      readers += row.seats.size;
    }
    for (const seat of spared ?? []) this.#replace(seat, starts?.get(seat.connection.format), nothing);
    for (const seat of author ?? []) {
      const own = seat.connection.format.encodeOwn?.(frame);
      if (own === null) readers--;
      if (own !== undefined) this.#replace(seat, starts?.get(seat.connection.format), own ?? nothing);
    }
    if (frame.type === "message") this.#metrics.delivered(readers);
    this.#schedule();
  }

  /** Sends a frame to all but some seats. */
  sendExcept(frame: RoomFrame, except: Iterable<Seat>): void {
    const starts = this.#starts();
    this.send(frame);
    for (const seat of except) this.#replace(seat, starts.get(seat.connection.format), nothing);
  }

  /** Sends bytes to one seat, after what was sent to all before. */
  sendTo(seat: Seat, bytes: Uint8Array): void {
    const row = this.#rows.get(seat.connection.format);
    if (!row?.seats.has(seat) || row.bytes === seat.from) return seat.connection.writeSoon(bytes);
    seat.cuts ??= [];
    seat.cuts.push({ at: row.bytes, skip: 0, bytes });
  }

  /** Writes everything that was gathered, one write a connection. */
  flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    this.#isFlushDue = false;
    const begun = this.#clock.monotonic();
    let gathered = 0;
    for (const row of this.#rows.values()) {
      if (row.bytes === 0) continue;
      gathered = Math.max(gathered, row.chunks.length);
      const [first] = row.chunks;
      const shared = row.chunks.length === 1 && first ? first : Buffer.concat(row.chunks, row.bytes);
      row.chunks = [];
      row.bytes = 0;
      for (const seat of row.seats) this.#hand(seat, shared);
    }
    const ended = this.#clock.monotonic();
    this.#nextFlush = ended + (gathered > 1 ? Math.max(gatherMs, ended - begun) : gatherMs);
  }

  /** Forgets its timers; for a room that is closed. */
  close(): void {
    this.#cancelFlush?.();
    this.#cancelLook?.();
  }

  /** Where in each row's turn the next frame begins. */
  #starts(): Map<Format, number> {
    return new Map([...this.#rows].map(([format, row]) => [format, row.bytes]));
  }

  /** Who does not get a frame that tells of a moment only. */
  #spared(frame: RoomFrame): readonly Seat[] | undefined {
    if (this.#behind.size === 0 || !passing.has(frame.type)) return undefined;
    const spared = [...this.#behind].filter(({ connection }) => connection.isBehind);
    for (const seat of spared) seat.hasMissed ||= frame.type !== "typing";
    return spared;
  }

  #fallBehind(seat: Seat): void {
    this.#behind.add(seat);
    this.#cancelLook ??= this.#clock.after(lookMs, () => this.#look());
  }

  #look(): void {
    for (const seat of this.#behind) {
      if (seat.connection.isBehind) continue;
      this.#behind.delete(seat);
      if (seat.hasMissed) this.#onCaughtUp(seat);
      seat.hasMissed = false;
    }
    this.#cancelLook = this.#behind.size > 0 ? this.#clock.after(lookMs, () => this.#look()) : undefined;
  }

  #replace(seat: Seat, start: number | undefined, bytes: Uint8Array): void {
    const row = this.#rows.get(seat.connection.format);
    if (start === undefined || !row?.seats.has(seat)) return;
    // The others of its row get nothing, so there may be no turn for it to go with.
    if (start === row.bytes) return bytes.length > 0 ? this.sendTo(seat, bytes) : undefined;
    seat.cuts ??= [];
    seat.cuts.push({ at: start, skip: row.bytes - start, bytes });
  }

  #schedule(): void {
    if (this.#isFlushDue && !(this.#cancelFlush && this.#isTurnFull)) return;
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    this.#isFlushDue = true;
    const wait = this.#isTurnFull ? 0 : this.#nextFlush - this.#clock.monotonic();
    if (wait <= 0) this.#clock.soon(() => this.#isFlushDue && this.flush());
    else this.#cancelFlush = this.#clock.after(wait, () => this.flush());
  }

  get #isTurnFull(): boolean {
    for (const { bytes } of this.#rows.values()) if (bytes >= fullTurnBytes) return true;
    return false;
  }

  #hand(seat: Seat, shared: Uint8Array): void {
    this.#write(seat, shared);
    if (seat.connection.isBehind) this.#fallBehind(seat);
  }

  #write(seat: Seat, shared: Uint8Array): void {
    const { from, cuts } = seat;
    seat.from = 0;
    seat.cuts = undefined;
    if (!cuts) {
      if (from < shared.length) seat.connection.write(from === 0 ? shared : shared.subarray(from));
      return;
    }
    const pieces: Uint8Array[] = [];
    let at = from;
    for (const cut of cuts) {
      pieces.push(shared.subarray(at, cut.at), cut.bytes);
      at = cut.at + cut.skip;
    }
    pieces.push(shared.subarray(at));
    const some = pieces.filter(({ length }) => length > 0);
    // Not as one buffer: where many speak at once, a copy of the turn for each of them kept the collector busy.
    if (some.length > 0) seat.connection.writeAll(some);
  }
}
