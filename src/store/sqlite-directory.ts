import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import {
  changesLimit,
  type ListedRoom,
  type ReadMarker,
  type ReadState,
  type RoomDirectory,
  unreadLimit,
} from "../core/room-directory.ts";
import { otherOf } from "../protocol/direct.ts";
import type { DisplayName, RoomName, UserId } from "../protocol/ids.ts";
import type { User } from "../protocol/server-frames.ts";
import type { Effects, Question } from "./port-questions.ts";
import { inTransaction } from "./sqlite-transaction.ts";

type Row = Record<string, SQLOutputValue>;

/** What the store asks its worker about rooms and readers. */
export type DirectoryQuestion = Question<RoomDirectory>;

export const directoryEffects: Effects<RoomDirectory> = {
  list: "reads",
  readStates: "reads",
  markRead: "writes",
  nameDirect: "writes",
};

// What is listed of a room. Each half of the list ends where a page does, so that neither is read to its end.
const columns = "room.id, room.name, room.head, room.topic, room.active";
const page = "(active, id) < (?, ?) ORDER BY active DESC, id DESC LIMIT ?";
// Named, because an index of a few rows in a million is not found by itself before the table was counted.
const changes = (range: string) => `(SELECT count(*) FROM (
  SELECT 1 FROM event INDEXED BY event_changes WHERE event.room_id = room.id AND ${range} AND kind <> 'message' LIMIT ${changesLimit}))`;

/** What stands beside the logs of a SQLite database. Synchronous: it runs in the worker thread of the store. */
export class SqliteDirectory {
  readonly #db: DatabaseSync;
  readonly #list: StatementSync;
  readonly #readState: StatementSync;
  readonly #markRead: StatementSync;
  readonly #nameDirect: StatementSync;
  readonly #names: StatementSync;
  readonly #roomId: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#list = db.prepare(
      `SELECT room.*, read_marker.seq AS read,
         room.head - read_marker.seq - ${changes("event.seq > read_marker.seq")} AS unread
       FROM (
         SELECT * FROM (SELECT ${columns}, NULL AS other_name FROM room WHERE name NOT GLOB '@*' AND ${page})
         UNION ALL
         SELECT * FROM (
           SELECT ${columns}, direct.other_name FROM direct CROSS JOIN room ON room.id = direct.room_id
           WHERE direct.user_id = ? AND room.active > 0 AND ${page}
         )
       ) AS room
       LEFT JOIN read_marker ON read_marker.user_id = ? AND read_marker.room_id = room.id
       ORDER BY active DESC, id DESC LIMIT ?`,
    );
    this.#readState = db.prepare(
      `SELECT read_marker.seq AS read,
         ?1 - read_marker.seq - ${changes("event.seq > read_marker.seq AND event.seq <= ?1")} AS unread
       FROM room JOIN read_marker ON read_marker.room_id = room.id
       WHERE read_marker.user_id = ?2 AND room.name = ?3`,
    );
    this.#markRead = db.prepare(
      `INSERT INTO read_marker (user_id, room_id, seq) SELECT ?, id, min(?, head) FROM room WHERE name = ?
       ON CONFLICT (user_id, room_id) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > seq`,
    );
    this.#names = db.prepare("SELECT user_id, other_name FROM direct WHERE room_id = ? AND other_name <> ''");
    this.#roomId = db.prepare("SELECT id FROM room WHERE name = ?");
    this.#nameDirect = db.prepare(
      "UPDATE direct SET other_name = ?1 WHERE user_id = ?2 AND room_id = ?3 AND other_name <> ?1",
    );
  }

  /** Answers what the port is asked. */
  answer(question: DirectoryQuestion): unknown {
    switch (question.ask) {
      case "list":
        return this.#listed(...question.of);
      case "readStates":
        return question.of[0].map(({ user, room, upTo }) => readState(this.#readState.get(upTo, user, room)));
      case "markRead":
        return this.#mark(...question.of);
      case "nameDirect":
        return this.#name(...question.of);
      default:
        return question satisfies never;
    }
  }

  #listed({ user, after, limit }: Parameters<RoomDirectory["list"]>[0]): Awaited<ReturnType<RoomDirectory["list"]>> {
    const bounds: SQLInputValue[] = [after?.active ?? Number.MAX_SAFE_INTEGER, after?.id ?? 0, limit + 1];
    const me = user ?? "";
    const rows = this.#list.all(...bounds, me, ...bounds, me, limit + 1);
    const rooms = rows.slice(0, limit).map(listedRoom);
    return { rooms, more: rows.length > limit };
  }

  #mark(markers: readonly ReadMarker[]): void {
    inTransaction(this.#db, () => {
      for (const { user, room, seq } of markers) this.#markRead.run(user, seq, room);
    });
  }

  #name(room: RoomName, users: readonly User[]): readonly User[] {
    const id = this.#roomId.get(room)?.["id"];
    if (id === undefined) return [];
    inTransaction(this.#db, () => {
      for (const { id: named, name } of users) this.#nameDirect.run(name, otherOf(room, named) ?? "", id);
    });
    return this.#names.all(id).flatMap((row) => {
      const named = otherOf(room, String(row["user_id"]) as UserId);
      return named ? [{ id: named, name: String(row["other_name"]) as DisplayName }] : [];
    });
  }
}

function readState(row: Row | undefined): ReadState | undefined {
  if (row?.["read"] == null) return undefined;
  const unread = Math.max(0, Math.min(unreadLimit, Number(row["unread"])));
  return { seq: Number(row["read"]), unread };
}

function listedRoom(row: Row): ListedRoom {
  const room = String(row["name"]) as RoomName;
  const read = readState(row);
  return {
    room,
    id: Number(row["id"]),
    active: Number(row["active"]),
    head: Number(row["head"]),
    ...(row["topic"] && { topic: String(row["topic"]) }),
    ...(row["other_name"] && { otherName: String(row["other_name"]) as DisplayName }),
    ...(read && { read }),
  };
}
