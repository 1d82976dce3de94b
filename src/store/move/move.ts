import { DatabaseRefused } from "../database-refused.ts";
import type { MoveSource } from "./source.ts";
import { movedTables } from "./tables.ts";
import type { MoveTarget } from "./target.ts";

/** Events of one piece: as long as it is read, the source's log cannot begin anew. */
const eventsAtOnce = 1_000;
/** Rows that are compared with one question. */
const comparedAtOnce = 5_000;

/** Copies what the target lacks of the log; how many events that were. Rejects as `signal` says. */
export async function copyNew(source: MoveSource, target: MoveTarget, signal: AbortSignal): Promise<number> {
  const heads = await target.heads();
  let copied = 0;
  for (const { id, head } of source.rooms()) {
    let at = heads.get(Number(id));
    while (at === undefined || at < Number(head)) {
      signal.throwIfAborted();
      const piece = source.piece(Number(id), at ?? 0, eventsAtOnce);
      await target.store(piece);
      copied += piece.events.length;
      at = Number(piece.events.at(-1)?.["seq"] ?? head);
    }
  }
  return copied;
}

/** What was moved, in rows. */
export interface Moved {
  readonly rooms: number;
  readonly events: number;
}

/**
 * Copies the rest, when nobody writes to the source any more, and compares every row. Servers may start on the target
 * then. Rejects with {@link DatabaseRefused} if a row is not the same.
 */
export async function finishMove(source: MoveSource, target: MoveTarget, signal: AbortSignal): Promise<Moved> {
  await copyNew(source, target, signal);
  for (const room of source.rooms()) await target.store(emptyPiece(room));
  await target.storePeople(source.people());
  const counts = new Map<string, number>();
  for (const table of movedTables) {
    let count = 0;
    for (const rows of source.allOf(table, comparedAtOnce)) {
      signal.throwIfAborted();
      const same = await target.countSame(table, rows);
      if (same !== rows.length) throw new DatabaseRefused(notTheSame(table.name, rows.length - same));
      count += rows.length;
    }
    const there = await target.count(table);
    if (there !== count) throw new DatabaseRefused(notTheSame(table.name, there - count));
    counts.set(table.name, count);
  }
  await target.finish();
  return { rooms: counts.get("room") ?? 0, events: counts.get("event") ?? 0 };
}

const emptyPiece = (room: ReturnType<MoveSource["rooms"]>[number]) => ({
  room,
  events: [],
  changed: [],
  amendments: [],
  reactions: [],
  erased: [],
});

const notTheSame = (table: string, rows: number): string =>
  `${Math.abs(rows)} rows of ${table} are not the same in both. Empty the database (DROP SCHEMA parlance CASCADE), and start again.`;
