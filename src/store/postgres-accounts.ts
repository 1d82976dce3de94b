import type { Client } from "pg";
import type { AccountChanges, AccountStore, Ban, WrittenSession } from "../core/account-store.ts";
import { StoreError } from "../core/ports.ts";
import type { DisplayName, SessionId, UserId } from "../protocol/ids.ts";
import { allOf } from "./postgres-query.ts";

/**
 * Takes the next version, and holds its row until the end of the transaction: what changes accounts goes one after the
 * other on all nodes, and the order of versions is the order of commits.
 */
const nextVersion = "UPDATE parlance.account_version SET version = version + 1";

const saveName = `INSERT INTO parlance.account (user_id, name, proof, version)
  SELECT $1, $2, $3, version FROM parlance.account_version`;
const orReplace = `ON CONFLICT (user_id) DO UPDATE
  SET name = excluded.name, proof = excluded.proof, version = excluded.version`;

const keepName = `
  WITH free AS (
    SELECT FROM (SELECT) AS one
    WHERE NOT EXISTS (SELECT FROM parlance.account_key WHERE key = ANY($4::text[]) AND user_id <> $1)
  ), dropped AS (
    DELETE FROM parlance.account_key WHERE user_id = $1 AND key <> ALL($4::text[]) AND EXISTS (SELECT FROM free)
  ), kept AS (
    INSERT INTO parlance.account_key (key, user_id)
    SELECT key, $1 FROM unnest($4::text[]) AS key WHERE EXISTS (SELECT FROM free)
    ON CONFLICT (key) DO NOTHING
  )
  ${saveName} WHERE EXISTS (SELECT FROM free) ${orReplace}`;

const endSessions = `
  INSERT INTO parlance.session (id, user_id, agent, created, seen, version)
  SELECT id, $1, '', $3, $3, version FROM unnest($2::text[]) AS id, parlance.account_version
  ON CONFLICT (id) DO UPDATE SET seen = excluded.seen, version = excluded.version
  WHERE session.user_id = excluded.user_id AND session.version IS NULL`;

interface SessionRow {
  readonly id: SessionId;
  readonly user_id: UserId;
  readonly agent: string;
  readonly created: string;
  readonly seen: string;
}

/** Kept names, sessions and bans in a Postgres database, by one connection. */
export class PostgresAccounts implements AccountStore {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async changes(since: number): Promise<AccountChanges> {
    // One statement sees one moment.
    const { rows } = await this.#client.query<{
      version: string;
      life: string;
      names: { user: UserId; name: DisplayName | null }[];
      ended: SessionId[];
      bans: Ban[];
    }>(
      // Every epoch is a new one in another life, and the first room is there from the first server's start.
      `SELECT version, coalesce((SELECT epoch FROM parlance.room ORDER BY id LIMIT 1), '') AS life,
        coalesce((SELECT json_agg(json_build_object('user', user_id, 'name', name) ORDER BY a.version)
          FROM parlance.account a WHERE a.version > $1), '[]') AS names,
        coalesce((SELECT json_agg(id) FROM parlance.session s WHERE s.version > $1), '[]') AS ended,
        coalesce((SELECT json_agg(json_build_object('who', who, 'name', name, 'since', since) ORDER BY b.version)
          FROM parlance.ban b WHERE b.version > $1), '[]') AS bans
       FROM parlance.account_version`,
      [since],
    );
    const [found] = rows;
    if (!found) throw new StoreError("the database holds no version of its accounts", { fatal: false });
    return { ...found, version: Number(found.version) };
  }

  async keepName({ user, name, keys, proof }: Parameters<AccountStore["keepName"]>[0]): Promise<boolean> {
    return (await this.#change(keepName, [user, name, proof, keys])) > 0;
  }

  async dropName(user: UserId): Promise<void> {
    await this.#change(
      `WITH dropped AS (DELETE FROM parlance.account_key WHERE user_id = $1) ${saveName} ${orReplace}`,
      [user, null, null],
    );
  }

  async proofOf(user: UserId): Promise<string | undefined> {
    const { rows } = await this.#client.query<{ proof: string | null }>(
      "SELECT proof FROM parlance.account WHERE user_id = $1",
      [user],
    );
    return rows[0]?.proof ?? undefined;
  }

  async addSession({ id, user, agent, created, seen }: WrittenSession): Promise<void> {
    await this.#client.query(
      `INSERT INTO parlance.session (id, user_id, agent, created, seen) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (id) DO NOTHING`,
      [id, user, agent, created, seen],
    );
  }

  async sessionsOf(user: UserId): Promise<readonly WrittenSession[]> {
    const { rows } = await this.#client.query<SessionRow>(
      `SELECT id, user_id, agent, created, seen FROM parlance.session WHERE user_id = $1 AND version IS NULL
       ORDER BY seen DESC, created DESC`,
      [user],
    );
    return rows.map(({ user_id, created, seen, ...row }) => ({
      ...row,
      user: user_id,
      created: Number(created),
      seen: Number(seen),
    }));
  }

  async endSessions(user: UserId, ids: readonly SessionId[], at: number): Promise<void> {
    await this.#change(endSessions, [user, ids, at]);
  }

  async touchSessions(seen: ReadonlyMap<SessionId, number>): Promise<void> {
    await this.#client.query(
      `UPDATE parlance.session SET seen = greatest(session.seen, touched.seen)
       FROM unnest($1::text[], $2::bigint[]) AS touched (id, seen)
       WHERE session.id = touched.id AND version IS NULL`,
      [[...seen.keys()], [...seen.values()]],
    );
  }

  async forgetSessions(ms: number, now: number): Promise<void> {
    await this.#client.query(
      `DELETE FROM parlance.session
       WHERE seen < least($2::bigint, (SELECT max(seen) FROM parlance.session)) - $1::bigint`,
      [ms, now],
    );
  }

  async writeBan({ who, name, since }: Ban): Promise<void> {
    await this.#change(
      `INSERT INTO parlance.ban (who, name, since, version) SELECT $1, $2, $3, version FROM parlance.account_version
       ON CONFLICT (who) DO UPDATE SET name = excluded.name, since = excluded.since, version = excluded.version`,
      [who, name, since],
    );
  }

  async lastSpeaker(name: DisplayName): Promise<UserId | undefined> {
    const { rows } = await this.#client.query<{ user_id: UserId }>(
      "SELECT user_id FROM parlance.event WHERE user_name = $1 ORDER BY ts DESC LIMIT 1",
      [name],
    );
    return rows[0]?.user_id;
  }

  /** One transaction under the lock of the version, in one piece on the wire; how many rows it wrote. */
  async #change(text: string, values: readonly unknown[]): Promise<number> {
    const client = this.#client;
    const [, , { rowCount }, { command }] = await allOf([
      client.query("BEGIN ISOLATION LEVEL READ COMMITTED"),
      client.query(nextVersion),
      client.query(text, [...values]),
      client.query("COMMIT"),
    ]);
    // Of a transaction that failed, Postgres answers COMMIT with ROLLBACK.
    if (command !== "COMMIT") throw new StoreError("the commit was refused", { fatal: false });
    return rowCount ?? 0;
  }
}
