import assert from "node:assert/strict";
import type { ClientFrameInput, Position } from "../../src/protocol/client-frames.ts";
import { isAuthorsAlone, isChange } from "../../src/protocol/events.ts";
import type { Epoch, RoomName } from "../../src/protocol/ids.ts";
import { historyDefault, replayLimit } from "../../src/protocol/limits.ts";
import type { EventFrame, MessageFrame, ServerFrame, ServerFrameOf } from "../../src/protocol/server-frames.ts";
import { changed } from "../../src/sdk/index.ts";
import type { Guest } from "../support/guest.ts";
import type { Log, Said } from "./log.ts";

export type Logs = ReadonlyMap<RoomName, Log>;

export type HistoryRequest = { readonly limit: number } & ({ readonly before: number } | { readonly after: number });

/** The messages that somebody has of a room, by `seq`, as the changes that they read have made them. [E2] */
export type Kept = Map<RoomName, Map<number, MessageFrame>>;

/** What outlives a line. */
interface Memory {
  readonly positions: Map<RoomName, Position>;
  readonly kept: Kept;
}

/** What was sent, and how much the disk had by then. */
type Sent = Said & { readonly head: number };

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
  readonly #memory: Memory;
  readonly #places = new Map<RoomName, Place>();
  readonly #joins: { readonly room: RoomName; readonly since: Position | undefined }[] = [];
  readonly #histories: { readonly room: RoomName; readonly request: HistoryRequest }[] = [];
  readonly #leaves: RoomName[] = [];
  readonly #sends = new Map<RoomName, Sent[]>();
  /** The last `seq` in each room that an own message got when it was stored. [S2] */
  readonly #stored = new Map<RoomName, number>();
  #readUpTo = 0;
  #user = "";
  token: string | undefined;

  constructor(guest: Guest, logs: Logs, memory: Memory) {
    this.guest = guest;
    this.#logs = logs;
    this.#memory = memory;
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

  tell(room: RoomName, said: Said): void {
    this.#sends.set(room, [...(this.#sends.get(room) ?? []), { ...said, head: this.#log(room).head }]);
    this.guest.send(frameOf(room, said));
  }

  askHistory(room: RoomName, request: HistoryRequest, ref = "asked"): void {
    this.#histories.push({ room, request });
    this.guest.send({ type: "history", room, ref, ...request });
  }

  /** Asks, while nothing is under way, for the end of what it reads: each message as it is now. [E2] */
  askForTheEnd(): void {
    for (const [room, { next }] of this.#places) this.askHistory(room, { limit: 100, before: next }, "settled");
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
      assert.equal(next - 1, this.#log(room).head, `[R1] everything said in ${room} has been read`);
      for (const message of this.#kept(room).values()) this.#log(room).checkFolded(message);
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
      case "edited":
      case "deleted":
      case "reacted":
      case "topic":
        return this.#takeEvent(frame);
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
    assert.ok(head <= log.head, "[L2] nothing is shown before it is on the disk");
    assert.equal(joined.topic ?? "", log.topicAt(head), "[E1] the topic as it is at the cut");
    const lost = asked?.since && this.#whyLost(asked.since, log, head);
    assert.deepEqual([recovered, reason], [asked?.since !== undefined && !lost, lost], "[R2] [L4]");
    const next = recovered && asked?.since ? asked.since.seq + 1 : head + 1;
    this.#places.set(room, { epoch, next, awaitsHistory: !recovered });
    if (recovered) return;
    this.#memory.positions.set(room, { epoch, seq: 0 });
    this.#memory.kept.delete(room);
  }

  /** Why a position cannot be resumed from, by the rules. [R2] [L4] */
  #whyLost({ epoch, seq, id }: Position, log: Log, head: number): string | undefined {
    if (epoch !== log.epoch) return "epoch";
    if (seq > head) return "ahead";
    if (head - seq > replayLimit) return "too_far";
    return id && log.idAt(seq) !== id ? "epoch" : undefined;
  }

  #takeLastPage({ room, epoch, messages, more }: ServerFrameOf<"history">): void {
    const place = this.#place(room);
    assert.ok(place.awaitsHistory);
    assert.equal(epoch, place.epoch);
    const before = this.#log(room).messages(0, place.next - 1);
    const page = before.slice(-historyDefault);
    this.#checkPage(room, messages, page);
    assert.equal(more, page.length < before.length, "[R4] the page ends at the cut");
    place.awaitsHistory = false;
    for (const message of messages) this.#kept(room).set(message.seq, message);
    const last = messages.at(-1);
    const seq = place.next - 1;
    this.#memory.positions.set(room as RoomName, { epoch, seq, ...(last?.seq === seq && { id: last.id }) });
  }

  #takeAskedHistory({ room, messages, more, ref }: ServerFrameOf<"history">): void {
    if (ref === "settled") for (const message of messages) this.#log(room).checkFolded(message);
    const asked = this.#histories.shift();
    assert.equal(asked?.room, room);
    if (!asked) return;
    const { request } = asked;
    const log = this.#log(room);
    // What is stored and not delivered yet may be left out, or be on the page.
    const delivered = this.#place(room).next - 1;
    const last = messages.at(-1)?.seq ?? 0;
    if ("after" in request) {
      this.#checkPage(room, messages, log.messages(request.after, last));
      assert.ok(more ? messages.length === request.limit : messages.length <= request.limit);
      if (!more) assert.deepEqual(log.messages(Math.max(last, request.after), delivered), [], "all of them");
    } else {
      const before = log.messages(0, last);
      this.#checkPage(room, messages, before.slice(-request.limit));
      assert.equal(more, messages.length < before.length);
      assert.deepEqual(log.messages(last, Math.min(request.before - 1, delivered)), [], "up to what is delivered");
    }
  }

  #takeEvent(event: EventFrame): void {
    const place = this.#place(event.room);
    assert.equal(place.awaitsHistory, false, "[R4] history comes before what is live");
    assert.equal(event.seq, place.next, "[R1] [R4] no hole, and none twice");
    this.#log(event.room).checkEvent(event);
    place.next++;
    this.#memory.positions.set(event.room, { epoch: place.epoch, seq: event.seq, id: event.id });
    const kept = this.#kept(event.room);
    if (event.type === "message") kept.set(event.seq, event);
    else if (event.type !== "topic") {
      const message = kept.get(event.target_seq);
      if (message) kept.set(event.target_seq, changed(message, event));
    }
  }

  #takeAck({ room, id, seq, dup }: ServerFrameOf<"ack">): void {
    const sent = this.#sends.get(room as RoomName)?.shift();
    assert.equal(sent?.id, id, "[S2] acknowledged in the order they were sent");
    const log = this.#log(room);
    assert.ok(sent && log.isStored(sent), "[L2] [S1] what is acknowledged is on the disk");
    assert.equal(log.find(id)?.seq, seq, "[L2] [S1] at its seq");
    if (dup) return;
    assert.ok(!log.acknowledged.has(id), `[S1] ${id} was stored before`);
    log.acknowledged.add(id);
    assert.ok(seq > (this.#stored.get(room as RoomName) ?? 0), "[S2] stored in the order they were sent");
    this.#stored.set(room as RoomName, seq);
  }

  #takeError({ code, id }: ServerFrameOf<"error">): void {
    // What comes while the server stops may be refused. [K4]
    if (code === "unavailable" && this.guest.closed === "restarting") return;
    const refused = [...this.#sends].find(
      ([room, [said]]) => said?.id === id && said && this.#mayRefuse(room, code, said),
    );
    assert.ok(refused, `[S1] [E1] refused for no reason: ${code} ${id}`);
    refused[1].shift();
  }

  /** Whether something may be refused so, by the rules. [S1] [E1] */
  #mayRefuse(room: RoomName, code: string, said: Sent): boolean {
    const log = this.#log(room);
    if (code === "id_conflict") return log.find(said.id) !== undefined && !log.isStored(said);
    if (!isChange(said.kind)) return false;
    const target = log.find(said.target ?? "");
    const isThere = target?.kind === "message" && target.seq <= said.head;
    if (code === "no_such_message") return !isThere || target.isErased;
    return code === "not_the_author" && isAuthorsAlone(said.kind) && target?.user !== this.#user;
  }

  #checkPage(room: string, messages: readonly MessageFrame[], seqs: readonly number[]): void {
    assert.deepEqual(
      messages.map(({ seq }) => seq),
      seqs,
      "[L1] [R1] no hole in a page",
    );
    for (const message of messages) this.#log(room).checkMessage(message);
  }

  #kept(room: string): Map<number, MessageFrame> {
    const kept = this.#memory.kept.get(room as RoomName) ?? new Map<number, MessageFrame>();
    this.#memory.kept.set(room as RoomName, kept);
    return kept;
  }

  #place(room: string): Place {
    return this.#places.get(room as RoomName) ?? assert.fail(`not in ${room}`);
  }

  #log(room: string): Log {
    return this.#logs.get(room as RoomName) ?? assert.fail(`no room ${room}`);
  }
}

function frameOf(room: RoomName, { kind, id, text, target = "" }: Said): ClientFrameInput {
  switch (kind) {
    case "message":
    case "topic":
      return { type: kind, room, id, text };
    case "edit":
      return { type: kind, room, id, target, text };
    case "delete":
      return { type: kind, room, id, target };
    default:
      return { type: "react", room, id, target, emoji: text, active: kind === "react" };
  }
}
