import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import type { AccountChanges, AccountStore, Ban, Banned, KeptName, WrittenSession } from "../core/account-store.ts";
import type { DisplayName, SessionId, UserId } from "../protocol/ids.ts";
import type { Effects, Question } from "./port-questions.ts";
import { inTransaction } from "./sqlite-transaction.ts";

/** What the store asks its worker about people. */
export type AccountQuestion = Question<AccountStore>;

export const accountEffects: Effects<AccountStore> = {
  changes: "reads",
  keepName: "writes",
  dropName: "writes",
  proofOf: "reads",
  addSession: "writes",
  sessionsOf: "reads",
  endSessions: "writes",
  touchSessions: "writes",
  forgetSessions: "writes",
  writeBan: "writes",
  lastSpeaker: "reads",
};

type Row = Record<string, SQLOutputValue>;

/** Kept names, sessions and bans in one SQLite database. Synchronous: it runs in the worker thread of the store. */
export class SqliteAccounts {
  readonly #db: DatabaseSync;
  readonly #nextVersion: StatementSync;
  readonly #owner: StatementSync;
  readonly #saveName: StatementSync;
  readonly #saveKey: StatementSync;
  readonly #dropKeys: StatementSync;
  readonly #proof: StatementSync;
  readonly #addSession: StatementSync;
  readonly #sessions: StatementSync;
  readonly #endSession: StatementSync;
  readonly #touch: StatementSync;
  readonly #writeBan: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#nextVersion = db.prepare("UPDATE account_version SET version = version + 1 RETURNING version");
    this.#owner = db.prepare("SELECT user_id FROM account_key WHERE key = ?");
    this.#saveName = db.prepare(
      `INSERT INTO account (user_id, name, proof, version) VALUES (?, ?, ?, ?)
       ON CONFLICT (user_id) DO UPDATE SET name = excluded.name, proof = excluded.proof, version = excluded.version`,
    );
    this.#saveKey = db.prepare("INSERT INTO account_key (key, user_id) VALUES (?, ?)");
    this.#dropKeys = db.prepare("DELETE FROM account_key WHERE user_id = ?");
    this.#proof = db.prepare("SELECT proof FROM account WHERE user_id = ?");
    this.#addSession = db.prepare(
      "INSERT INTO session (id, user_id, agent, created, seen) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    );
    this.#sessions = db.prepare(
      `SELECT id, user_id, agent, created, seen FROM session WHERE user_id = ? AND version IS NULL
       ORDER BY seen DESC, created DESC`,
    );
    this.#endSession = db.prepare(
      `INSERT INTO session (id, user_id, agent, created, seen, version) VALUES (?1, ?2, '', ?3, ?3, ?4)
       ON CONFLICT (id) DO UPDATE SET seen = excluded.seen, version = excluded.version
       WHERE user_id = excluded.user_id AND version IS NULL`,
    );
    this.#touch = db.prepare("UPDATE session SET seen = max(seen, ?) WHERE id = ? AND version IS NULL");
    this.#writeBan = db.prepare(
      `INSERT INTO ban (who, name, since, version) VALUES (?, ?, ?, ?)
       ON CONFLICT (who) DO UPDATE SET name = excluded.name, since = excluded.since, version = excluded.version`,
    );
  }

  /** Answers what the port is asked. */
  answer(question: AccountQuestion): unknown {
    switch (question.ask) {
      case "changes":
        return this.#changes(...question.of);
      case "keepName":
        return inTransaction(this.#db, () => this.#keepName(...question.of));
      case "dropName":
        return inTransaction(this.#db, () => this.#dropName(...question.of));
      case "proofOf":
        return this.#proof.get(...question.of)?.["proof"] ?? undefined;
      case "addSession": {
        const [{ id, user, agent, created, seen }] = question.of;
        return void this.#addSession.run(id, user, agent, created, seen);
      }
      case "sessionsOf":
        return this.#sessions.all(...question.of).map(writtenSession);
      case "endSessions":
        return inTransaction(this.#db, () => this.#endSessions(...question.of));
      case "touchSessions":
        return inTransaction(this.#db, () => {
          const [times] = question.of;
          for (const [id, seen] of times) this.#touch.run(seen, id);
        });
      case "forgetSessions":
        return void this.#db
          .prepare("DELETE FROM session WHERE seen < min(?2, (SELECT max(seen) FROM session)) - ?1")
          .run(...question.of);
      case "writeBan":
        return inTransaction(this.#db, () => {
          const [{ who, name, since }] = question.of;
          this.#writeBan.run(who, name, since, this.#version());
        });
      case "lastSpeaker": {
        const last = "SELECT user_id FROM event WHERE user_name = ? ORDER BY ts DESC LIMIT 1";
        return this.#db.prepare(last).get(...question.of)?.["user_id"];
      }
      default:
        return question satisfies never;
    }
  }

  #changes(since: number): AccountChanges {
    const life = "coalesce((SELECT epoch FROM room ORDER BY id LIMIT 1), '') AS life";
    const at = this.#db.prepare(`SELECT version, ${life} FROM account_version`).get() ?? {};
    const names = this.#db.prepare("SELECT user_id, name FROM account WHERE version > ? ORDER BY version").all(since);
    const ended = this.#db.prepare("SELECT id FROM session WHERE version > ?").all(since);
    const bans = this.#db.prepare("SELECT who, name, since FROM ban WHERE version > ? ORDER BY version").all(since);
    return {
      version: Number(at["version"]),
      life: String(at["life"]),
      names: names.map((row) => ({
        user: String(row["user_id"]) as UserId,
        name: row["name"] as DisplayName | null,
      })),
      ended: ended.map((row) => String(row["id"]) as SessionId),
      bans: bans.map(
        (row): Ban => ({
          who: String(row["who"]) as Banned,
          name: String(row["name"]),
          since: row["since"] === null ? null : Number(row["since"]),
        }),
      ),
    };
  }

  #keepName({ user, name, keys, proof }: KeptName): boolean {
    const isAnothers = keys.some((key) => (this.#owner.get(key)?.["user_id"] ?? user) !== user);
    if (isAnothers) return false;
    this.#dropKeys.run(user);
    for (const key of keys) this.#saveKey.run(key, user);
    this.#saveName.run(user, name, proof, this.#version());
    return true;
  }

  #dropName(user: UserId): void {
    this.#dropKeys.run(user);
    this.#saveName.run(user, null, null, this.#version());
  }

  #endSessions(user: UserId, ids: readonly SessionId[], at: number): void {
    const version = this.#version();
    for (const id of ids) this.#endSession.run(id, user, at, version);
  }

  #version(): number {
    return Number(this.#nextVersion.get()?.["version"]);
  }
}

const writtenSession = (row: Row): WrittenSession => ({
  id: String(row["id"]) as SessionId,
  user: String(row["user_id"]) as UserId,
  agent: String(row["agent"]),
  created: Number(row["created"]),
  seen: Number(row["seen"]),
});
