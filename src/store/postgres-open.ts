import { randomBytes } from "node:crypto";
import pg, { type Client } from "pg";
import { DatabaseRefused } from "./database-refused.ts";
import { postgresMigrations } from "./postgres-schema.ts";

/** Names the lock under which one node at a time makes or changes the tables: "Parlance" in ASCII. */
const migrationLock = 0x5061726c616e6365n;

const connectMs = 5_000;
const graceMs = 3_000;

export interface ConnectOptions {
  /** What the connection calls itself, for whoever looks what the database is doing. */
  readonly name: string;
  /** How long a statement may take. */
  readonly statementMs: number;
  /** What is done with it before anything else. */
  readonly ready: (client: Client) => Promise<unknown>;
  /** Called when it breaks or ends. */
  readonly onLost?: () => void;
}

/**
 * A new connection, once it is ready. What is asked goes out at once, and is answered in its order. Rejects with
 * Postgres's error, or as `ready` does.
 */
export async function connect(
  address: string,
  { name, statementMs, ready, onLost = () => {} }: ConnectOptions,
): Promise<Client> {
  const client = new pg.Client({
    connectionString: address,
    application_name: name,
    connectionTimeoutMillis: connectMs,
    // Postgres is the first to give up, unless it cannot be heard.
    query_timeout: statementMs + graceMs,
    keepAlive: true,
    pipeline: true,
  });
  client.on("error", onLost).on("end", onLost);
  try {
    await client.connect();
    await ready(client);
    return client;
  } catch (error) {
    client.end().catch(() => {});
    throw error;
  }
}

/**
 * Ends every other connection of the same name. Where a line broke, what was asked over it may still be on its way, and
 * would be done after what is asked over the new one: a name let go of that was claimed again since, say.
 */
export async function endFormer(client: Client): Promise<void> {
  try {
    await client.query(`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = current_setting('application_name') AND usename = current_user
        AND pid <> pg_backend_pid()`);
  } catch (error) {
    if (!isWithheld(error)) throw error;
  }
}

/**
 * Readies a new connection: its time-outs, the tables, and the check whether this is still the database that it was.
 * Rejects with {@link DatabaseRefused}, or with Postgres's error.
 */
export async function prepare(client: Client, statementMs: number): Promise<void> {
  await prepareToFill(client, statementMs);
  await refuseHalfFilled(client);
}

/** The same for a database that is being filled from elsewhere. */
export async function prepareToFill(client: Client, statementMs: number): Promise<void> {
  await beginSession(client, { statementMs });
  if ((await versionOf(client)) !== postgresMigrations.length) await inTransaction(client, () => migrate(client));
  const cluster = await marksOfCluster(client);
  await inTransaction(client, () => noticeAnotherLife(client, cluster));
}

/**
 * The same for a command, whose statements may take longer, and which leaves the tables as they are: what running servers
 * rely on is not changed under them. Tables that are missing or of another version are refused.
 */
export async function prepareAsItIs(client: Client, statementMs: number): Promise<void> {
  await beginSession(client, { statementMs, silentMs: 4_000 });
  const version = await versionOf(client);
  refuseNewer(version);
  if (version === 0) {
    throw new DatabaseRefused(
      "The database has no tables of Parlance. Name the one that the servers use, or start a server on it first.",
    );
  }
  if (version !== postgresMigrations.length) {
    throw new DatabaseRefused(
      `The database is of an older Parlance (its version is ${version}, this program's is ${postgresMigrations.length}). ` +
        "Start a server of this version on it first, or use the command of the version that runs.",
    );
  }
  await refuseHalfFilled(client);
}

/**
 * The time-outs of a connection, `silentMs` being for how long it may say nothing in the midst of a transaction. Rejects
 * with {@link DatabaseRefused} where nothing can be written, or not as it should be.
 */
async function beginSession(
  client: Client,
  {
    statementMs,
    silentMs = Math.ceil(statementMs * 0.8),
  }: { readonly statementMs: number; readonly silentMs?: number },
): Promise<void> {
  // A cluster may be told to acknowledge commits that no disk has yet; the server's promise is that one has. [L2]
  await client.query(`
    SET statement_timeout = ${statementMs};
    SET synchronous_commit = on;
    SET client_encoding = 'UTF8';
  `);
  // A node that falls silent in the midst of a transaction holds the rooms that it writes in. Between two statements it
  // is waited for, for less time than the others wait; in the midst of one, until the system finds its machine gone. [N3]
  await client.query(`
    SET idle_in_transaction_session_timeout = ${silentMs};
    SET tcp_keepalives_idle = 5;
    SET tcp_keepalives_interval = 2;
    SET tcp_keepalives_count = 3;
  `);
  const { rows } = await client.query<{ encoding: string; standby: boolean }>(
    "SELECT current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS standby",
  );
  const [state] = rows;
  if (state?.standby) {
    throw new DatabaseRefused("This Postgres is a standby, which cannot be written. Name the primary.");
  }
  if (state?.encoding !== "UTF8") {
    throw new DatabaseRefused("The database does not keep UTF-8. Make one that does: createdb --encoding=UTF8 …");
  }
}

/** How many steps of the schema its tables have taken; 0 where there are none. */
async function versionOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ name: string | null }>("SELECT to_regclass('parlance.property')::text AS name");
  return rows[0]?.name ? Number((await property(client, "version")) ?? 0) : 0;
}

function refuseNewer(version: number): void {
  if (version <= postgresMigrations.length) return;
  throw new DatabaseRefused(
    `The database was made by a newer Parlance (its version is ${version}, this program knows ` +
      `${postgresMigrations.length}). Use that newer version, or name another database with --store.`,
  );
}

async function refuseHalfFilled(client: Client): Promise<void> {
  if ((await property(client, "filling")) === undefined) return;
  throw new DatabaseRefused(
    "This database is being filled by parlance migrate. Let that come to its end first, or name another database.",
  );
}

/** Does some work in one transaction: all of it, or nothing. */
export async function inTransaction(client: Client, work: () => Promise<void>): Promise<void> {
  await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
  try {
    await work();
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

/** What the database says of itself under a name; `undefined` if nothing. */
export async function property(client: Client, name: string, lock = ""): Promise<string | undefined> {
  const { rows } = await client.query<{ value: string }>(
    `SELECT value FROM parlance.property WHERE name = $1 ${lock}`,
    [name],
  );
  return rows[0]?.value;
}

async function migrate(client: Client): Promise<void> {
  await client.query("SELECT pg_advisory_xact_lock($1)", [migrationLock]);
  await client.query("CREATE SCHEMA IF NOT EXISTS parlance");
  await client.query("CREATE TABLE IF NOT EXISTS parlance.property (name text PRIMARY KEY, value text NOT NULL)");
  const version = Number((await property(client, "version")) ?? 0);
  refuseNewer(version);
  for (const step of postgresMigrations.slice(version)) await client.query(step);
  const values = [String(postgresMigrations.length)];
  await client.query(
    `INSERT INTO parlance.property (name, value) VALUES ('version', $1), ('life', '')
     ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE excluded.name = 'version'`,
    values,
  );
  await client.query("INSERT INTO parlance.secret (name, value) VALUES ('token', $1) ON CONFLICT DO NOTHING", [
    randomBytes(32),
  ]);
}

/**
 * A standby that took over may lack the last commits, and so does a backup that was restored. Either is another life of
 * the database, told by Postgres's own marks: the cluster's identity, its timeline, the table's. The first connection
 * that sees it gives every room a new epoch, before anything else is read or written by it. [L4]
 */
async function noticeAnotherLife(client: Client, cluster: string): Promise<void> {
  const known = await property(client, "life", "FOR UPDATE");
  const { rows } = await client.query<{ oid: string }>("SELECT 'parlance.room'::regclass::oid AS oid");
  const life = `${cluster}/${rows[0]?.oid}`;
  if (life === known) return;
  await client.query("UPDATE parlance.property SET value = $1 WHERE name = 'life'", [life]);
  // Hexadecimal digits are of an epoch's letters too.
  await client.query("UPDATE parlance.room SET epoch = substr(replace(gen_random_uuid()::text, '-', ''), 1, 16)");
  // What was claimed last may be lost: every server claims all its names anew at its next renewal. [N6]
  await client.query("DELETE FROM parlance.node");
}

/** Codes of what this database has no such function for, or lets this user not call. */
const withheld = new Set(["42883", "0A000", "42501"]);

const isWithheld = (error: unknown): boolean => withheld.has((error as { code?: string }).code ?? "");

/** Which cluster this is, and on which timeline; the same for ever where the database does not tell. */
async function marksOfCluster(client: Client): Promise<string> {
  try {
    const { rows } = await client.query<{ marks: string }>(`
      SELECT (SELECT system_identifier FROM pg_control_system()) || '/' ||
        substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS marks`);
    return rows[0]?.marks ?? "";
  } catch (error) {
    if (isWithheld(error)) return "";
    throw error;
  }
}

/** Whether an error is Postgres's own, or of the connection to it: the driver's others are no others of JavaScript's. */
export const isPostgresError = (error: unknown): boolean =>
  error instanceof pg.DatabaseError || (error instanceof Error && error.constructor === Error);

/** What is in the way at an address, and what to do; nothing in it is secret. [D7] */
export function refusalOf(error: unknown, address: string): DatabaseRefused {
  if (error instanceof DatabaseRefused) return error;
  const { host, pathname } = new URL(address);
  return new DatabaseRefused(explain(error, `${host}${pathname}`), { cause: error });
}

function explain(error: unknown, place: string): string {
  const { code, message } = error as { code?: string; message?: string };
  switch (code) {
    case "ECONNREFUSED":
    case "ENOTFOUND":
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "ENOENT":
      return `No Postgres answers at ${place} (${code}). Start it, or name another with --store.`;
    case "28P01":
    case "28000":
      return `Postgres at ${place} does not let this user in: ${message}. Check the user and password of --store.`;
    case "3D000":
      return `Postgres at ${place} has no such database: ${message}. Make it with createdb, or name another with --store.`;
    case "42501":
      return `The user of --store may not make its tables in ${place}: ${message}. Let it create schemas there.`;
    default:
      return `Postgres at ${place} cannot be used: ${message || code}.`;
  }
}
