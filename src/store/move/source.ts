import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { openAsItIs, tokenKey } from "../sqlite-open.ts";
import {
  amendmentTable,
  eventTable,
  type MovedRow,
  type MovedTable,
  peopleTables,
  reactionTable,
  roomTable,
} from "./tables.ts";

/** Some of a room's log, with what has become of the messages that it is about: all of one moment. */
export interface Piece {
  readonly room: MovedRow;
  readonly events: readonly MovedRow[];
  /** Messages that these events changed. */
  readonly changed: readonly number[];
  readonly amendments: readonly MovedRow[];
  readonly reactions: readonly MovedRow[];
  /** Events whose text is gone since these events: of deleted messages, and of their edits. */
  readonly erased: readonly MovedRow[];
}

const changes: ReadonlySet<unknown> = new Set(["edit", "delete", "react", "unreact"]);

/** Reads the database of a folder, whether a server is writing to it or not. Writes nothing. */
export class MoveSource implements Disposable {
  readonly #db: DatabaseSync;

  /** Throws as {@link openAsItIs} does. */
  constructor(file: string) {
    this.#db = openAsItIs(file, { readOnly: true });
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  get tokenKey(): Uint8Array {
    return tokenKey(this.#db);
  }

  rooms(): readonly MovedRow[] {
    return this.#all(`SELECT ${listOf(roomTable)} FROM room ORDER BY id`);
  }

  /** At most `limit` events of a room after a `seq`, and what belongs to them. */
  piece(roomId: number, after: number, limit: number): Piece {
    return this.#atOneMoment(() => {
      const [room] = this.#all(`SELECT ${listOf(roomTable)} FROM room WHERE id = ?`, roomId);
      if (!room) throw new Error(`room ${roomId} is gone`);
      const events = this.#all(
        `SELECT ${listOf(eventTable)} FROM event WHERE room_id = ? AND seq > ? ORDER BY seq LIMIT ?`,
        roomId,
        after,
        limit,
      );
      const last = Number(events.at(-1)?.["seq"] ?? after);
      const about = (isWanted: (kind: unknown) => boolean) => [
        ...new Set(events.filter(({ kind }) => isWanted(kind)).map((event) => Number(event["target_seq"]))),
      ];
      const changed = about((kind) => changes.has(kind));
      const of = ({ name, ...table }: MovedTable) =>
        changed.flatMap((seq) =>
          this.#all(`SELECT ${listOf({ name, ...table })} FROM ${name} WHERE room_id = ? AND seq = ?`, roomId, seq),
        );
      const erased = about((kind) => kind === "delete").flatMap((seq) =>
        this.#all(
          `SELECT ${listOf(eventTable)} FROM event
           WHERE room_id = ?1 AND seq <= ?3 AND (seq = ?2 OR (target_seq = ?2 AND kind = 'edit'))`,
          roomId,
          seq,
          last,
        ),
      );
      return { room, events, changed, amendments: of(amendmentTable), reactions: of(reactionTable), erased };
    });
  }

  /** What is kept for people beside the logs, all of it, of one moment. */
  people(): ReadonlyMap<MovedTable, readonly MovedRow[]> {
    return this.#atOneMoment(
      () => new Map(peopleTables.map((table) => [table, this.#all(`SELECT ${listOf(table)} FROM ${table.name}`)])),
    );
  }

  /** Every row of a table, some at a time. */
  *allOf(table: MovedTable, limit: number): Generator<readonly MovedRow[]> {
    let rows: MovedRow[] = [];
    for (const row of this.#db.prepare(`SELECT ${listOf(table)} FROM ${table.name}`).iterate()) {
      rows.push(row as MovedRow);
      if (rows.length < limit) continue;
      yield rows;
      rows = [];
    }
    yield rows;
  }

  #all(sql: string, ...values: SQLInputValue[]): readonly MovedRow[] {
    return this.#db.prepare(sql).all(...values) as MovedRow[];
  }

  #atOneMoment<T>(read: () => T): T {
    this.#db.exec("BEGIN");
    try {
      return read();
    } finally {
      this.#db.exec("COMMIT");
    }
  }
}

const listOf = ({ columns }: MovedTable): string => columns.join(", ");
