import { randomFillSync } from "node:crypto";
import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import type { Appended, Draft, EventPage, PageRequest, RoomHead, StoredEvent } from "../core/ports.ts";
import { accepted, refused } from "../protocol/codes.ts";
import { type DisplayName, type Epoch, type MessageId, newEpoch, type RoomName, type UserId } from "../protocol/ids.ts";

interface RoomRow extends RoomHead {
  readonly id: number;
}

type Row = Record<string, SQLOutputValue>;

const columns = "seq, id, kind, target, user_id, user_name, text, ts";

/** Every room's log in one SQLite database. Synchronous: it runs in the worker thread of the store. */
export class SqliteLog {
  readonly #db: DatabaseSync;
  readonly #findRoom: StatementSync;
  readonly #makeRoom: StatementSync;
  readonly #setHead: StatementSync;
  readonly #insert: StatementSync;
  readonly #byId: StatementSync;
  readonly #after: StatementSync;
  readonly #before: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#findRoom = db.prepare("SELECT id, epoch, head FROM room WHERE name = ?");
    this.#makeRoom = db.prepare("INSERT INTO room (name, epoch) VALUES (?, ?) ON CONFLICT DO NOTHING");
    this.#setHead = db.prepare("UPDATE room SET head = ? WHERE id = ?");
    this.#insert = db.prepare(
      `INSERT INTO event (room_id, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (room_id, id) DO NOTHING`,
    );
    this.#byId = db.prepare(`SELECT ${columns} FROM event WHERE room_id = ? AND id = ?`);
    this.#after = db.prepare(
      `SELECT ${columns} FROM event WHERE room_id = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
    );
    this.#before = db.prepare(`SELECT ${columns} FROM event WHERE room_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?`);
  }

  findRoom(name: RoomName): RoomHead | undefined {
    const room = this.#room(name);
    return room && { epoch: room.epoch, head: room.head };
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
    const { epoch, head } = this.#roomOrNew(name);
    return { epoch, head };
  }

  /** One transaction for all of them; a duplicate or a conflict takes no `seq` and fails nobody else. [L2] [S1] */
  append(drafts: readonly Draft[]): readonly Appended[] {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const rooms = new Map<RoomName, RoomRow>();
      const outcomes = drafts.map((draft) => {
        const room = rooms.get(draft.room) ?? this.#roomOrNew(draft.room);
        const outcome = this.#appendOne(room, draft);
        const isNew = outcome.ok && !outcome.value.dup;
        rooms.set(draft.room, isNew ? { ...room, head: outcome.value.event.seq } : room);
        return outcome;
      });
      for (const { id, head } of rooms.values()) this.#setHead.run(head, id);
      this.#db.exec("COMMIT");
      return outcomes;
    } catch (error) {
      // After some errors SQLite has rolled back by itself already.
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  read(name: RoomName, request: PageRequest): EventPage {
    const room = this.#room(name);
    if (!room) return { events: [], more: false };
    const { limit, maxBytes } = request;
    if ("after" in request) {
      const upTo = Math.min(request.upTo ?? room.head, room.head);
      return page(name, this.#after.iterate(room.id, request.after, upTo, limit + 1), limit, maxBytes);
    }
    const { events, more } = page(name, this.#before.iterate(room.id, request.before, limit + 1), limit, maxBytes);
    return { events: events.toReversed(), more };
  }

  #appendOne(room: RoomRow, draft: Draft): Appended {
    const { id, kind, replyTo, user, text, ts } = draft;
    const seq = room.head + 1;
    const { changes } = this.#insert.run(room.id, seq, id, kind, replyTo ?? null, user.id, user.name, text, ts);
    if (changes === 1) return accepted({ event: { ...draft, seq }, epoch: room.epoch, dup: false });
    const stored = this.#byId.get(room.id, id);
    if (!stored || stored["text"] !== text) return refused("id_conflict");
    return accepted({ event: storedEvent(draft.room, stored), epoch: room.epoch, dup: true });
  }

  #room(name: RoomName): RoomRow | undefined {
    const row = this.#findRoom.get(name);
    return row && { id: Number(row["id"]), epoch: String(row["epoch"]) as Epoch, head: Number(row["head"]) };
  }

  #roomOrNew(name: RoomName): RoomRow {
    const found = this.#room(name);
    if (found) return found;
    this.#makeRoom.run(name, newEpoch(randomFillSync));
    return this.#roomOrNew(name);
  }
}

/** Takes rows until a page is full; one row more than its limit tells that there are more. */
function page(room: RoomName, rows: Iterable<Row>, limit: number, maxBytes: number): EventPage {
  const events: StoredEvent[] = [];
  let bytes = 0;
  for (const row of rows) {
    const event = storedEvent(room, row);
    bytes += Buffer.byteLength(event.text);
    if (events.length === limit || (events.length > 0 && bytes > maxBytes)) return { events, more: true };
    events.push(event);
  }
  return { events, more: false };
}

function storedEvent(room: RoomName, row: Row): StoredEvent {
  const event = {
    room,
    seq: Number(row["seq"]),
    id: String(row["id"]) as MessageId,
    kind: "message",
    user: { id: String(row["user_id"]) as UserId, name: String(row["user_name"]) as DisplayName },
    text: String(row["text"]),
    ts: Number(row["ts"]),
  } as const;
  return row["target"] === null ? event : { ...event, replyTo: String(row["target"]) as MessageId };
}
