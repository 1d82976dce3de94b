import { randomFillSync } from "node:crypto";
import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import type { Appended, Draft, EventPage, PageRequest, RoomHead, StoredEvent } from "../core/ports.ts";
import { accepted, refused } from "../protocol/codes.ts";
import { type EventKind, isChange } from "../protocol/events.ts";
import { type DisplayName, type Epoch, type MessageId, newEpoch, type RoomName, type UserId } from "../protocol/ids.ts";
import { isSame, takePage } from "./log-events.ts";
import { SqliteChanges } from "./sqlite-changes.ts";
import { inTransaction } from "./sqlite-transaction.ts";

interface RoomRow extends RoomHead {
  readonly id: number;
  /** When its last message came. */
  readonly active: number;
}

type Row = Record<string, SQLOutputValue>;

/** One query for every event of a range, and one for its messages. */
type Pages = Readonly<Record<"all" | "messages", StatementSync>>;

const columns = "seq, id, kind, target, target_seq, user_id, user_name, text, ts";
const asItIsNow = `SELECT event.seq, event.id, event.kind, event.target, event.target_seq, event.user_id,
  event.user_name, event.text, event.ts, amendment.text AS new_text, edited_seq, edited_ts, deleted
  FROM event LEFT JOIN amendment ON amendment.room_id = event.room_id AND amendment.seq = event.seq`;

/** Every room's log in one SQLite database. Synchronous: it runs in the worker thread of the store. */
export class SqliteLog {
  readonly #db: DatabaseSync;
  readonly #findRoom: StatementSync;
  readonly #makeRoom: StatementSync;
  readonly #setHead: StatementSync;
  readonly #insert: StatementSync;
  readonly #byId: StatementSync;
  readonly #after: Pages;
  readonly #before: Pages;
  readonly #at: StatementSync;
  readonly #nameOf: StatementSync;
  readonly #changes: SqliteChanges;
  /** The ids of rooms that were written to; whoever looks takes them out. */
  readonly written = new Set<number>();

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#changes = new SqliteChanges(db);
    this.#findRoom = db.prepare("SELECT id, epoch, head, topic, active FROM room WHERE name = ?");
    this.#makeRoom = db.prepare("INSERT INTO room (name, epoch) VALUES (?, ?) ON CONFLICT DO NOTHING");
    this.#setHead = db.prepare("UPDATE room SET head = ?, active = ? WHERE id = ?");
    this.#insert = db.prepare(
      `INSERT INTO event (room_id, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (room_id, id) DO NOTHING`,
    );
    this.#byId = db.prepare(`SELECT ${columns} FROM event WHERE room_id = ? AND id = ?`);
    const pages = (range: string, order: string): Pages => {
      const select = (only: string) =>
        db.prepare(`${asItIsNow} WHERE event.room_id = ? AND ${range} ${only} ORDER BY event.seq ${order} LIMIT ?`);
      return { all: select(""), messages: select("AND event.kind = 'message'") };
    };
    this.#after = pages("event.seq > ? AND event.seq <= ?", "");
    this.#before = pages("event.seq < ?", "DESC");
    this.#at = db.prepare(`${asItIsNow} WHERE event.room_id = ? AND event.seq = ?`);
    this.#nameOf = db.prepare("SELECT name FROM room WHERE id = ?");
  }

  findRoom(name: RoomName): RoomHead | undefined {
    const room = this.#room(name);
    return room && headOf(room);
  }

  heads(names: readonly RoomName[]): ReadonlyMap<RoomName, RoomHead> {
    const heads = new Map<RoomName, RoomHead>();
    for (const name of names) {
      const head = this.findRoom(name);
      if (head) heads.set(name, head);
    }
    return heads;
  }

  rooms(): readonly RoomName[] {
    return this.#db
      .prepare("SELECT name FROM room ORDER BY id")
      .all()
      .map((row) => String(row["name"]) as RoomName);
  }

  openRoom(name: RoomName): RoomHead {
    return headOf(this.#roomOrNew(name));
  }

  /** One transaction for all of them; a duplicate or a conflict takes no `seq` and fails nobody else. [L2] [S1] */
  append(drafts: readonly Draft[]): readonly Appended[] {
    return inTransaction(this.#db, () => {
      const rooms = new Map<RoomName, RoomRow>();
      const outcomes = drafts.map((draft) => {
        const { kind, room: name } = draft;
        const room = rooms.get(name) ?? (isChange(kind) ? this.#room(name) : this.#roomOrNew(name));
        if (!room) return refused("no_such_message");
        const outcome = this.#appendOne(room, draft);
        rooms.set(name, outcome.ok && !outcome.value.dup ? grown(room, outcome.value.event) : room);
        return outcome;
      });
      for (const { id, head, active } of rooms.values()) {
        this.#setHead.run(head, active, id);
        this.written.add(id);
      }
      return outcomes;
    });
  }

  read(name: RoomName, request: PageRequest): EventPage {
    const room = this.#room(name);
    if (!room) return { events: [], more: false };
    const { limit } = request;
    const which = request.only ? "messages" : "all";
    const isAfter = "after" in request;
    const rows = isAfter
      ? this.#after[which].iterate(room.id, request.after, Math.min(request.upTo ?? room.head, room.head), limit + 1)
      : this.#before[which].iterate(room.id, request.before, limit + 1);
    const { events, more } = takePage(rows, (row) => storedEvent(name, row), request);
    const whole = this.#changes.withReactions(room.id, events);
    return { events: isAfter ? whole : whole.toReversed(), more };
  }

  /** An event as it is now. */
  at(roomId: number, seq: number): StoredEvent | undefined {
    const row = this.#at.get(roomId, seq);
    if (!row) return undefined;
    const room = String(this.#nameOf.get(roomId)?.["name"]) as RoomName;
    return this.#changes.withReactions(roomId, [storedEvent(room, row)])[0];
  }

  #appendOne(room: RoomRow, draft: Draft): Appended {
    const { id, kind, target, user, text, ts } = draft;
    const seq = room.head + 1;
    let targetSeq: number | null = null;
    if (isChange(kind)) {
      // What is there already is not judged again: since then the message may have been deleted. [S1]
      const known = this.#known(room, draft);
      if (known) return known;
      const judged = this.#changes.judge(room.id, draft);
      if (!judged.ok) return judged;
      targetSeq = judged.value;
    } else if (target) targetSeq = this.#changes.seqOf(room.id, target);
    const row = [seq, id, kind, target ?? null, targetSeq, user.id, user.name, text, ts];
    const { changes } = this.#insert.run(room.id, ...row);
    if (changes !== 1) return this.#known(room, draft) ?? refused("id_conflict");
    const event = { ...draft, seq, ...(targetSeq !== null && { targetSeq }) };
    this.#changes.apply(room.id, event);
    return accepted({ event, epoch: room.epoch, dup: false });
  }

  /** What the log has under a draft's id already: the same, or something else. [S1] */
  #known(room: RoomRow, draft: Draft): Appended | undefined {
    const row = this.#byId.get(room.id, draft.id);
    if (!row) return undefined;
    const event = storedEvent(draft.room, row);
    return isSame(event, draft) ? accepted({ event, epoch: room.epoch, dup: true }) : refused("id_conflict");
  }

  #room(name: RoomName): RoomRow | undefined {
    const row = this.#findRoom.get(name);
    if (!row) return undefined;
    const [epoch, topic] = [String(row["epoch"]) as Epoch, String(row["topic"])];
    const [head, active] = [Number(row["head"]), Number(row["active"])];
    return { id: Number(row["id"]), epoch, head, active, ...(topic && { topic }) };
  }

  #roomOrNew(name: RoomName): RoomRow {
    const found = this.#room(name);
    if (found) return found;
    this.#makeRoom.run(name, newEpoch(randomFillSync));
    return this.#roomOrNew(name);
  }
}

const headOf = ({ id: _, active: __, ...head }: RoomRow): RoomHead => head;

const grown = (room: RoomRow, { seq, kind, ts }: StoredEvent): RoomRow => ({
  ...room,
  head: seq,
  active: kind === "message" ? Math.max(room.active, ts) : room.active,
});

function storedEvent(room: RoomName, row: Row): StoredEvent {
  const event: StoredEvent = {
    room,
    seq: Number(row["seq"]),
    id: String(row["id"]) as MessageId,
    kind: row["kind"] as EventKind,
    user: { id: String(row["user_id"]) as UserId, name: String(row["user_name"]) as DisplayName },
    text: String(row["new_text"] ?? row["text"]),
    ts: Number(row["ts"]),
  };
  // Most events are plain messages: they cost nothing more.
  if (row["target"] === null && row["new_text"] == null) return event;
  return {
    ...event,
    ...(row["target"] !== null && { target: String(row["target"]) as MessageId }),
    ...(row["target_seq"] !== null && { targetSeq: Number(row["target_seq"]) }),
    ...(row["edited_seq"] != null && { edited: { seq: Number(row["edited_seq"]), ts: Number(row["edited_ts"]) } }),
    ...(row["deleted"] === 1 && { deleted: true }),
  };
}
