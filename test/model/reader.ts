import assert from "node:assert/strict";
import type { Position } from "../../src/protocol/client-frames.ts";
import type { Epoch, RoomName } from "../../src/protocol/ids.ts";
import { historyDefault, replayLimit } from "../../src/protocol/limits.ts";
import type { ServerFrame, ServerFrameOf } from "../../src/protocol/server-frames.ts";
import type { Guest } from "../support/world.ts";

/** A message as a plain list has it: its place is its `seq`. */
export interface Said {
  readonly id: string;
  readonly text: string;
}

/** What is known of a room's log: what the disk has. */
export interface Log {
  epoch: Epoch | undefined;
  readonly said: Said[];
  /** The ids that somebody was told are stored, by an `ack` that was no duplicate's. [S1] */
  readonly acknowledged: Set<string>;
}

export type Logs = ReadonlyMap<RoomName, Log>;

export type HistoryRequest = { readonly limit: number } & ({ readonly before: number } | { readonly after: number });

interface Place {
  readonly epoch: Epoch;
  /** The `seq` that must come next; while the last page of history is still to come, after it. */
  next: number;
  awaitsHistory: boolean;
}

/** One line, and everything that came out of it, held against the logs frame by frame. */
export class Line {
  readonly guest: Guest;
  /** The rooms that it has asked to be in, and not to leave. */
  readonly wanted = new Set<RoomName>();
  readonly #logs: Logs;
  readonly #positions: Map<RoomName, Position>;
  readonly #places = new Map<RoomName, Place>();
  readonly #joins: { readonly room: RoomName; readonly since: Position | undefined }[] = [];
  readonly #histories: { readonly room: RoomName; readonly request: HistoryRequest }[] = [];
  readonly #leaves: RoomName[] = [];
  readonly #sends = new Map<RoomName, Said[]>();
  /** The last `seq` in each room that an own message got when it was stored. [S2] */
  readonly #stored = new Map<RoomName, number>();
  #readUpTo = 0;
  #user = "";
  token: string | undefined;

  constructor(guest: Guest, logs: Logs, positions: Map<RoomName, Position>) {
    this.guest = guest;
    this.#logs = logs;
    this.#positions = positions;
  }

  join(room: RoomName, since: Position | undefined, token: string | undefined): void {
    this.wanted.add(room);
    this.#joins.push({ room, since });
    this.guest.send({ type: "join", room, ...(since && { since }), ...(token && { token }) });
  }

  leave(room: RoomName): void {
    this.wanted.delete(room);
    this.#leaves.push(room);
    this.guest.send({ type: "leave", room });
  }

  say(room: RoomName, said: Said): void {
    this.#sends.set(room, [...(this.#sends.get(room) ?? []), said]);
    this.guest.send({ type: "message", room, ...said });
  }

  askHistory(room: RoomName, request: HistoryRequest): void {
    this.#histories.push({ room, request });
    this.guest.send({ type: "history", room, ref: "asked", ...request });
  }

  /** Reads what has come since the last time. */
  read(): void {
    for (; this.#readUpTo < this.guest.frames.length; this.#readUpTo++) {
      const frame = this.guest.frames[this.#readUpTo];
      if (frame) this.#take(frame);
    }
    this.guest.frames.length = 0;
    this.#readUpTo = 0;
  }

  /** After everything is done: nothing is unanswered, and nothing is missing. [R1] [S1] */
  checkSettled(): void {
    assert.equal(this.guest.closed, undefined);
    const unanswered = [...this.#sends.values(), this.#joins, this.#histories, this.#leaves].flat();
    assert.deepEqual(unanswered, [], "[S1] everything is answered");
    assert.deepEqual([...this.#places.keys()].sort(), [...this.wanted].sort());
    for (const [room, { next, awaitsHistory }] of this.#places) {
      assert.equal(awaitsHistory, false);
      assert.equal(next - 1, this.#log(room).said.length, `[R1] everything said in ${room} has been read`);
    }
  }

  #take(frame: ServerFrame): void {
    switch (frame.type) {
      case "welcome":
        this.token = frame.token;
        this.#user = frame.user.id;
        break;
      case "joined":
        return this.#takeJoined(frame);
      case "history":
        return frame.ref ? this.#takeAskedHistory(frame) : this.#takeLastPage(frame);
      case "message":
        return this.#takeMessage(frame);
      case "ack":
        return this.#takeAck(frame);
      case "user_left":
        if (frame.user.id !== this.#user) break;
        assert.equal(this.#leaves.shift(), frame.room);
        this.#places.delete(frame.room as RoomName);
        break;
      case "heads":
        for (const [room, head] of Object.entries(frame.rooms)) {
          const { epoch, next } = this.#place(room);
          assert.deepEqual(head, { epoch, seq: next - 1 }, `[R5] ${room}`);
        }
        break;
      case "error":
        return this.#takeError(frame);
      default:
    }
  }

  #takeJoined(joined: ServerFrameOf<"joined">): void {
    const room = joined.room as RoomName;
    const { epoch, head, recovered, reason } = joined;
    const asked = this.#joins.shift();
    assert.equal(asked?.room, room);
    const log = this.#log(room);
    assert.equal(epoch, log.epoch);
    assert.ok(head <= log.said.length, "[L2] nothing is shown before it is on the disk");
    const lost = asked?.since && this.#whyLost(asked.since, log, head);
    assert.deepEqual([recovered, reason], [asked?.since !== undefined && !lost, lost], "[R2] [L4]");
    const next = recovered && asked?.since ? asked.since.seq + 1 : head + 1;
    this.#places.set(room, { epoch, next, awaitsHistory: !recovered });
    if (!recovered) this.#positions.set(room, { epoch, seq: 0 });
  }

  /** Why a position cannot be resumed from, by the rules. [R2] [L4] */
  #whyLost({ epoch, seq, id }: Position, log: Log, head: number): string | undefined {
    if (epoch !== log.epoch) return "epoch";
    if (seq > head) return "ahead";
    if (head - seq > replayLimit) return "too_far";
    return id && log.said[seq - 1]?.id !== id ? "epoch" : undefined;
  }

  #takeLastPage({ room, epoch, messages, more }: ServerFrameOf<"history">): void {
    const place = this.#place(room);
    assert.ok(place.awaitsHistory);
    assert.equal(epoch, place.epoch);
    const first = Math.max(1, place.next - historyDefault);
    this.#checkRun(room, messages, first);
    assert.deepEqual([messages.length, more], [place.next - first, first > 1], "[R4] the page ends at the cut");
    place.awaitsHistory = false;
    this.#moveTo(room, epoch, messages.at(-1));
  }

  #takeAskedHistory({ room, messages, more }: ServerFrameOf<"history">): void {
    const asked = this.#histories.shift();
    assert.equal(asked?.room, room);
    if (!asked) return;
    const { request } = asked;
    const length = this.#log(room).said.length;
    if ("after" in request) {
      this.#checkRun(room, messages, request.after + 1);
      assert.ok(messages.length <= request.limit);
      // What is stored and not delivered yet may be left out, or be on the page.
      if (!more) assert.ok(messages.length > 0 || request.after >= this.#place(room).next - 1 || length === 0);
      else assert.equal(messages.length, request.limit);
    } else {
      const last = messages.at(-1)?.seq ?? 0;
      const first = Math.max(1, last + 1 - request.limit);
      this.#checkRun(room, messages, first);
      assert.deepEqual([messages.length, more], [last + 1 - first, first > 1]);
      const wanted = request.before - 1;
      assert.ok(last === wanted || (last < wanted && last >= this.#place(room).next - 1), "up to what is delivered");
    }
  }

  #takeMessage(message: ServerFrameOf<"message">): void {
    const place = this.#place(message.room);
    assert.equal(place.awaitsHistory, false, "[R4] history comes before what is live");
    assert.equal(message.seq, place.next, "[R1] [R4] no hole, and none twice");
    this.#checkRun(message.room, [message], place.next);
    place.next++;
    this.#moveTo(message.room, place.epoch, message);
  }

  #takeAck({ room, id, seq, dup }: ServerFrameOf<"ack">): void {
    const sent = this.#sends.get(room as RoomName)?.shift();
    assert.equal(sent?.id, id, "[S2] acknowledged in the order they were sent");
    const log = this.#log(room);
    assert.deepEqual(log.said[seq - 1], sent, "[L2] [S1] what is acknowledged is on the disk, at its seq");
    if (dup) return;
    assert.ok(!log.acknowledged.has(id), `[S1] ${id} was stored before`);
    log.acknowledged.add(id);
    assert.ok(seq > (this.#stored.get(room as RoomName) ?? 0), "[S2] stored in the order they were sent");
    this.#stored.set(room as RoomName, seq);
  }

  #takeError({ code, id }: ServerFrameOf<"error">): void {
    // What comes while the server stops may be refused. [K4]
    if (code === "unavailable" && this.guest.closed === "restarting") return;
    assert.equal(code, "id_conflict");
    // The refusal does not say which room's it is.
    const refused = [...this.#sends].find(([room, [said]]) => said && said.id === id && this.#conflicts(room, said));
    assert.ok(refused, `[S1] only another text is a conflict: ${id}`);
    refused[1].shift();
  }

  #conflicts(room: RoomName, { id, text }: Said): boolean {
    return this.#log(room).said.some((said) => said.id === id && said.text !== text);
  }

  #checkRun(room: string, messages: readonly ServerFrameOf<"message">[], first: number): void {
    const { said } = this.#log(room);
    for (const [index, { seq, id, text }] of messages.entries()) {
      assert.equal(seq, first + index, "[L1] [R1] no hole in a page");
      assert.deepEqual({ id, text }, said[seq - 1], "[L1] [L2] what is read is what is on the disk");
    }
  }

  #moveTo(room: string, epoch: Epoch, message: ServerFrameOf<"message"> | undefined): void {
    if (message) this.#positions.set(room as RoomName, { epoch, seq: message.seq, id: message.id });
  }

  #place(room: string): Place {
    return this.#places.get(room as RoomName) ?? assert.fail(`not in ${room}`);
  }

  #log(room: string): Log {
    return this.#logs.get(room as RoomName) ?? assert.fail(`no room ${room}`);
  }
}
