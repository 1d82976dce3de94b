import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { StoredEvent } from "../core/ports.ts";
import type { EventKind } from "../protocol/events.ts";
import type { Epoch, RoomName, UserId } from "../protocol/ids.ts";
import { partKey } from "./search/block.ts";
import type { Place } from "./search/places.ts";
import type { LoggedEvent, ReadPart, Seal, SearchRows } from "./search/rows.ts";
import type { SqliteLog } from "./sqlite-log.ts";
import { inTransaction } from "./sqlite-transaction.ts";

/** Parts that are written in one transaction. */
const partsAtOnce = 32;

/** The search index in SQLite. What it writes goes to the disk with the log's next commit: nobody is promised it. */
export class SqliteSearchRows implements SearchRows {
  readonly blocksAtOnce = 1;
  readonly #db: DatabaseSync;
  readonly #log: SqliteLog;
  readonly #pause: () => Promise<void> | undefined;
  readonly #room: StatementSync;
  readonly #hidden: StatementSync;
  readonly #roomOf: StatementSync;
  readonly #epochOf: StatementSync;
  readonly #blockCount: StatementSync;
  readonly #behind: StatementSync;
  readonly #reachOf: StatementSync;
  readonly #blockOf: StatementSync;
  readonly #blocksWith: StatementSync;
  readonly #events: StatementSync;
  readonly #text: StatementSync;
  readonly #places: StatementSync;
  readonly #part: StatementSync;
  readonly #writePart: StatementSync;
  readonly #writePlaces: StatementSync;
  readonly #writeReach: StatementSync;

  constructor(db: DatabaseSync, log: SqliteLog, pause: () => Promise<void> | undefined) {
    this.#db = db;
    this.#log = log;
    this.#pause = pause;
    this.#room = db.prepare("SELECT id FROM room WHERE name = ?");
    this.#hidden = db.prepare("SELECT room_id FROM direct EXCEPT SELECT room_id FROM direct WHERE user_id = ?");
    this.#roomOf = db.prepare("SELECT id FROM room WHERE epoch = ?");
    this.#epochOf = db.prepare("SELECT epoch FROM room WHERE id = ?");
    const reach = "SELECT seq FROM search_reach WHERE room_id = room.id ORDER BY block DESC LIMIT 1";
    this.#blockCount = db.prepare("SELECT coalesce(max(block) + 1, 0) AS blocks FROM search_block");
    this.#behind = db.prepare(`SELECT id FROM room WHERE head > coalesce((${reach}), 0)`);
    this.#reachOf = db.prepare("SELECT seq FROM search_reach WHERE room_id = ? ORDER BY block DESC LIMIT 1");
    this.#blockOf = db.prepare("SELECT block FROM search_reach WHERE room_id = ? AND seq >= ? ORDER BY block LIMIT 1");
    this.#blocksWith = db.prepare("SELECT block FROM search_reach WHERE room_id = ?");
    this.#events = db.prepare(
      `SELECT event.seq, event.ts, event.kind, event.target_seq, coalesce(amendment.text, event.text) AS text
       FROM event LEFT JOIN amendment ON amendment.room_id = event.room_id AND amendment.seq = event.seq
       WHERE event.room_id = ? AND event.seq > ? ORDER BY event.seq LIMIT ?`,
    );
    this.#text = db.prepare(
      `SELECT coalesce(amendment.text, event.text) AS text
       FROM event LEFT JOIN amendment ON amendment.room_id = event.room_id AND amendment.seq = event.seq
       WHERE event.room_id = ? AND event.seq = ?`,
    );
    this.#places = db.prepare("SELECT places FROM search_block WHERE block = ?");
    this.#part = db.prepare("SELECT grams FROM search_part WHERE part = ?");
    this.#writePart = db.prepare("INSERT OR REPLACE INTO search_part (part, grams) VALUES (?, ?)");
    this.#writePlaces = db.prepare("INSERT INTO search_block (block, places) VALUES (?, ?)");
    this.#writeReach = db.prepare("INSERT INTO search_reach (room_id, block, seq) VALUES (?, ?, ?)");
  }

  get hasNews(): boolean {
    return this.#log.written.size > 0;
  }

  roomIds(names: readonly RoomName[]): readonly number[] {
    return names.flatMap((name) => this.#room.get(name)?.["id"] ?? []).map(Number);
  }

  hiddenFrom(reader: UserId | undefined): ReadonlySet<number> {
    return new Set(this.#hidden.all(reader ?? "").map(({ room_id }) => Number(room_id)));
  }

  roomOf(epoch: Epoch): number | undefined {
    const row = this.#roomOf.get(epoch);
    return row && Number(row["id"]);
  }

  epochOf(roomId: number): Epoch | undefined {
    return this.#epochOf.get(roomId)?.["epoch"] as Epoch | undefined;
  }

  blockCount(): number {
    return Number(this.#blockCount.get()?.["blocks"]);
  }

  behind(): readonly number[] {
    this.#log.written.clear();
    return this.#behind.all().map(({ id }) => Number(id));
  }

  changed(): readonly number[] {
    const rooms = [...this.#log.written];
    this.#log.written.clear();
    return rooms;
  }

  reachOf(roomId: number): number {
    return Number(this.#reachOf.get(roomId)?.["seq"] ?? 0);
  }

  blockOf({ roomId, seq }: Place): number | undefined {
    const row = this.#blockOf.get(roomId, seq);
    return row && Number(row["block"]);
  }

  blocksWith(roomIds: readonly number[]): readonly number[] {
    const blocks = roomIds.flatMap((roomId) => this.#blocksWith.all(roomId).map(({ block }) => Number(block)));
    return [...new Set(blocks)];
  }

  events(roomId: number, after: number, limit: number): readonly LoggedEvent[] {
    return this.#events.all(roomId, after, limit).map(({ seq, ts, kind, target_seq, text }) => ({
      seq: Number(seq),
      ts: Number(ts),
      kind: kind as EventKind,
      targetSeq: target_seq === null ? null : Number(target_seq),
      text: String(text),
    }));
  }

  texts(places: readonly Place[]): readonly string[] {
    return places.map(({ roomId, seq }) => String(this.#text.get(roomId, seq)?.["text"] ?? ""));
  }

  messages(places: readonly Place[]): readonly (readonly [Place, StoredEvent])[] {
    return places.flatMap((place) => {
      const event = this.#log.at(place.roomId, place.seq);
      return event ? [[place, event] as const] : [];
    });
  }

  placesOf(block: number): Uint8Array | undefined {
    return this.#places.get(block)?.["places"] as Uint8Array | undefined;
  }

  /** Each is read when it is wanted: mostly the first ones leave no message, and the others are not. */
  parts(): ReadPart {
    return (key) => this.#part.get(key)?.["grams"] as Uint8Array | undefined;
  }

  async write(block: number, parts: Iterable<readonly [number, Uint8Array]>, seal?: Seal): Promise<boolean> {
    let some: [number, Uint8Array][] = [];
    const writeSome = () => {
      for (const [part, bytes] of some) this.#writePart.run(partKey(block, part), bytes);
      some = [];
    };
    for (const [part, bytes] of parts) {
      some.push([part, bytes]);
      if (some.length < partsAtOnce) continue;
      this.#commit(writeSome);
      await this.#pause();
    }
    this.#commit(() => {
      writeSome();
      if (!seal) return;
      this.#writePlaces.run(block, seal.places);
      for (const [roomId, seq] of seal.reaches) this.#writeReach.run(roomId, block, seq);
    });
    return true;
  }

  /** In one transaction, which the log's next commit takes to the disk with itself: a crash may lose it, whole. */
  #commit(write: () => void): void {
    this.#db.exec("PRAGMA synchronous = NORMAL");
    try {
      inTransaction(this.#db, write);
    } finally {
      this.#db.exec("PRAGMA synchronous = FULL");
    }
  }
}
