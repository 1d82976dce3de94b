import { createHash } from "node:crypto";
import type { Client } from "pg";
import { DatabaseRefused } from "../database-refused.ts";
import { connect, inTransaction, prepareToFill, property, refusalOf } from "../postgres-open.ts";
import { toPostgres } from "../postgres-text.ts";
import type { Piece } from "./source.ts";
import {
  amendmentTable,
  eventTable,
  type MovedRow,
  type MovedTable,
  peopleTables,
  reactionTable,
  roomTable,
} from "./tables.ts";

/** Longer than any piece takes; a database that is not heard for so long is gone. */
const statementMs = 60_000;
/** Rows of one statement. */
const rowsAtOnce = 5_000;
/** Names the lock that one of these has on a database: "Parlfill" in ASCII. */
const fillingLock = 0x5061726c66696c6cn;
// https://www.postgresql.org/docs/current/errcodes-appendix.html
const lockNotAvailable = "55P03";

/** A Postgres database that is being filled. No server starts on it meanwhile. */
export class MoveTarget implements AsyncDisposable {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  /**
   * Opens a database to fill it from the source whose key for tokens this is: an empty one, or one that was begun to be
   * filled from there. Rejects with {@link DatabaseRefused} for any other.
   */
  static async open(address: string, tokenKey: Uint8Array): Promise<MoveTarget> {
    const mark = createHash("sha256").update(tokenKey).digest("hex");
    const ready = async (client: Client) => {
      await prepareToFill(client, statementMs);
      await lock(client);
      await new MoveTarget(client).#begin(mark, tokenKey);
    };
    try {
      return new MoveTarget(await connect(address, { name: "parlance migrate", statementMs, ready }));
    } catch (error) {
      throw refusalOf(error, address);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end().catch(() => {});
  }

  /** How far each room has come, by its id. */
  async heads(): Promise<ReadonlyMap<number, number>> {
    const { rows } = await this.#client.query<{ id: string; head: string }>("SELECT id, head FROM parlance.room");
    return new Map(rows.map(({ id, head }) => [Number(id), Number(head)]));
  }

  /** Takes a piece in, all of it or nothing. */
  async store({ room, events, changed, amendments, reactions, erased }: Piece): Promise<void> {
    const head = events.at(-1)?.["seq"];
    await inTransaction(this.#client, async () => {
      const at = head === undefined ? {} : { head };
      await this.#write(roomTable, [{ ...room, ...at }]);
      await this.#write(eventTable, events);
      await this.#write(eventTable, erased);
      await this.#write(amendmentTable, amendments);
      await this.#client.query("DELETE FROM parlance.reaction WHERE room_id = $1 AND seq = ANY($2::bigint[])", [
        room["id"],
        changed,
      ]);
      await this.#write(reactionTable, reactions);
    });
  }

  /** Takes in what is kept for people, in place of what is there. */
  async storePeople(people: ReadonlyMap<MovedTable, readonly MovedRow[]>): Promise<void> {
    await inTransaction(this.#client, async () => {
      for (const table of peopleTables) {
        await this.#client.query(`DELETE FROM parlance.${table.name}`);
        await this.#write(table, people.get(table) ?? []);
      }
    });
  }

  /** How many of these rows it has, each with the same in every column. */
  async countSame(table: MovedTable, rows: readonly MovedRow[]): Promise<number> {
    const { name, key } = table;
    const { rows: counted } = await this.#client.query<{ same: string }>(
      `SELECT count(*) AS same FROM json_populate_recordset(NULL::parlance.${name}, $1::json) AS given
       JOIN parlance.${name} AS kept USING (${key.join(", ")}) WHERE given IS NOT DISTINCT FROM kept`,
      [asJson(table, rows)],
    );
    return Number(counted[0]?.same);
  }

  async count({ name }: MovedTable): Promise<number> {
    const { rows } = await this.#client.query<{ count: string }>(`SELECT count(*) FROM parlance.${name}`);
    return Number(rows[0]?.count);
  }

  /** It is whole: servers may start on it. What fails here may be called again. */
  async finish(): Promise<void> {
    // So that the first questions find their way.
    await this.#client.query("ANALYZE parlance.room, parlance.event, parlance.amendment, parlance.reaction");
    await inTransaction(this.#client, async () => {
      await this.#client.query(
        `SELECT setval(pg_get_serial_sequence('parlance.room', 'id'), max(id)) FROM parlance.room HAVING max(id) > 0`,
      );
      await this.#client.query("DELETE FROM parlance.property WHERE name = 'filling'");
    });
  }

  async #begin(mark: string, tokenKey: Uint8Array): Promise<void> {
    const begun = await property(this.#client, "filling");
    if (begun === mark) return;
    if (begun !== undefined) {
      throw new DatabaseRefused("This database is being filled from another server. Name an empty one.");
    }
    if ((await this.count(roomTable)) > 0 || (await this.count({ ...roomTable, name: "account" })) > 0) {
      throw new DatabaseRefused("A server keeps its rooms in this database already. Name an empty one.");
    }
    await inTransaction(this.#client, async () => {
      await this.#client.query("INSERT INTO parlance.property (name, value) VALUES ('filling', $1)", [mark]);
      // So that everybody's token still says who they are.
      await this.#client.query("UPDATE parlance.secret SET value = $1 WHERE name = 'token'", [tokenKey]);
    });
  }

  async #write(table: MovedTable, rows: readonly MovedRow[]): Promise<void> {
    const { name, columns, key } = table;
    const others = columns.filter((column) => !key.includes(column));
    // An account's version stands alone.
    const onConflict =
      others.length === 0
        ? ""
        : `ON CONFLICT (${key.join(", ")}) DO UPDATE SET ${others.map((one) => `${one} = excluded.${one}`).join(", ")}`;
    for (let at = 0; at < rows.length; at += rowsAtOnce) {
      await this.#client.query(
        `INSERT INTO parlance.${name} (${columns.join(", ")}) OVERRIDING SYSTEM VALUE
         SELECT ${columns.join(", ")} FROM json_populate_recordset(NULL::parlance.${name}, $1::json) ${onConflict}`,
        [asJson(table, rows.slice(at, at + rowsAtOnce))],
      );
    }
  }
}

/** For as long as it is connected: a second one would write over what servers store once the first is done. */
async function lock(client: Client): Promise<void> {
  try {
    await inTransaction(client, async () => {
      // The last try may have been cut off just now, and Postgres not be done with its end.
      await client.query("SET LOCAL lock_timeout = '2s'");
      await client.query("SELECT pg_advisory_lock($1)", [fillingLock]);
    });
  } catch (error) {
    if ((error as { code?: string }).code !== lockNotAvailable) throw error;
    throw new DatabaseRefused(
      "Another parlance migrate is filling this database. Let that come to its end; of one that was cut off Postgres " +
        "knows within a minute.",
      { cause: error },
    );
  }
}

/** Rows as Postgres reads them back into rows, with people's words as it keeps them. */
function asJson({ words }: MovedTable, rows: readonly MovedRow[]): string {
  const kept = rows.map((row) => ({
    ...row,
    ...Object.fromEntries(words.map((word) => [word, toPostgres(String(row[word]))])),
  }));
  return JSON.stringify(kept);
}
