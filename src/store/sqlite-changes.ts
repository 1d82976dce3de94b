import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import type { Draft, StoredEvent } from "../core/ports.ts";
import { accepted, type Result, refused } from "../protocol/codes.ts";
import { isAuthorsAlone, reactionKindsLimit, reactionsLimit } from "../protocol/events.ts";
import type { DisplayName, MessageId, UserId } from "../protocol/ids.ts";
import type { Reaction } from "../protocol/server-frames.ts";

type Row = Record<string, SQLOutputValue>;

/** What has become of the messages of a SQLite log, beside it. Every call is part of the transaction of its caller. */
export class SqliteChanges {
  readonly #message: StatementSync;
  readonly #reactionCount: StatementSync;
  readonly #amend: StatementSync;
  readonly #erase: StatementSync;
  readonly #eraseReactions: StatementSync;
  readonly #react: StatementSync;
  readonly #unreact: StatementSync;
  readonly #reactions: StatementSync;
  readonly #setTopic: StatementSync;

  constructor(db: DatabaseSync) {
    this.#message = db.prepare(
      `SELECT event.seq, event.user_id, coalesce(amendment.deleted, 0) AS deleted
       FROM event LEFT JOIN amendment USING (room_id, seq)
       WHERE event.room_id = ? AND event.id = ? AND event.kind = 'message'`,
    );
    this.#reactionCount = db.prepare(
      `SELECT count(*) AS reactions, count(DISTINCT emoji) AS kinds, coalesce(max(emoji = ?), 0) AS known
       FROM reaction WHERE room_id = ? AND seq = ?`,
    );
    this.#amend = db.prepare(
      `INSERT INTO amendment (room_id, seq, text, edited_seq, edited_ts, deleted) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (room_id, seq) DO UPDATE SET text = excluded.text, edited_seq = excluded.edited_seq,
         edited_ts = excluded.edited_ts, deleted = excluded.deleted`,
    );
    this.#erase = db.prepare(
      `UPDATE event SET text = ''
       WHERE room_id = ?1 AND (seq = ?2 OR seq IN (
         SELECT seq FROM event WHERE room_id = ?1 AND target_seq = ?2 AND kind = 'edit'))`,
    );
    this.#eraseReactions = db.prepare("DELETE FROM reaction WHERE room_id = ? AND seq = ?");
    this.#react = db.prepare(
      `INSERT INTO reaction (room_id, seq, emoji, user_id, user_name, since) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    );
    this.#unreact = db.prepare("DELETE FROM reaction WHERE room_id = ? AND seq = ? AND emoji = ? AND user_id = ?");
    this.#reactions = db.prepare(
      `SELECT seq, emoji, user_id, user_name FROM reaction
       WHERE room_id = ? AND seq BETWEEN ? AND ? ORDER BY seq, since`,
    );
    this.#setTopic = db.prepare("UPDATE room SET topic = ? WHERE id = ?");
  }

  /** Where a message is that something answers; `null` if the room has none such. */
  seqOf(roomId: number, message: MessageId): number | null {
    const row = this.#message.get(roomId, message);
    return row ? Number(row["seq"]) : null;
  }

  /** Where the message is that a draft wants to change, if its author may. [E1] */
  judge(roomId: number, { kind, target, user, text }: Draft): Result<number> {
    const row = target && this.#message.get(roomId, target);
    if (!row || row["deleted"] === 1) return refused("no_such_message");
    if (isAuthorsAlone(kind) && row["user_id"] !== user.id) return refused("not_the_author");
    const seq = Number(row["seq"]);
    if (kind === "react" && this.#isFull(roomId, seq, text)) return refused("too_many_reactions");
    return accepted(seq);
  }

  /** Brings the messages up to date with an event that was just put into the log. [E2] */
  apply(roomId: number, { kind, seq, targetSeq = 0, text, ts, user }: StoredEvent): void {
    switch (kind) {
      case "message":
        return;
      case "edit":
        return void this.#amend.run(roomId, targetSeq, text, seq, ts, 0);
      case "delete":
        this.#amend.run(roomId, targetSeq, "", null, null, 1);
        this.#erase.run(roomId, targetSeq);
        return void this.#eraseReactions.run(roomId, targetSeq);
      case "react":
        return void this.#react.run(roomId, targetSeq, text, user.id, user.name, seq);
      case "unreact":
        return void this.#unreact.run(roomId, targetSeq, text, user.id);
      case "topic":
        return void this.#setTopic.run(text, roomId);
    }
  }

  /** Adds their reactions to the messages of a page. */
  withReactions(roomId: number, events: readonly StoredEvent[]): readonly StoredEvent[] {
    const [first, last] = [events[0], events.at(-1)];
    if (!first || !last) return events;
    const [from, to] = [Math.min(first.seq, last.seq), Math.max(first.seq, last.seq)];
    const bySeq = Map.groupBy(this.#reactions.iterate(roomId, from, to), (row) => Number(row["seq"]));
    if (bySeq.size === 0) return events;
    return events.map((event) => {
      const rows = bySeq.get(event.seq);
      return rows ? { ...event, reactions: reactionsOf(rows) } : event;
    });
  }

  #isFull(roomId: number, seq: number, emoji: string): boolean {
    const { reactions, kinds, known } = this.#reactionCount.get(emoji, roomId, seq) ?? {};
    return Number(reactions) >= reactionsLimit || (Number(kinds) >= reactionKindsLimit && known === 0);
  }
}

function reactionsOf(rows: readonly Row[]): readonly Reaction[] {
  const byEmoji = Map.groupBy(rows, (row) => String(row["emoji"]));
  return [...byEmoji].map(([emoji, given]) => ({
    emoji,
    users: given.map((row) => ({
      id: String(row["user_id"]) as UserId,
      name: String(row["user_name"]) as DisplayName,
    })),
  }));
}
