import assert from "node:assert/strict";
import { test } from "node:test";
import pg from "pg";
import { postgres as postgresProgram } from "../../scripts/servers.mjs";
import { ban, bans, unban } from "../../src/server/ban.ts";
import { releaseKeptName } from "../../src/server/release.ts";
import { CommandRefused, withWrittenAccounts } from "../../src/server/written-accounts.ts";
import { openPostgresStore } from "../../src/store/postgres.ts";
import { postgresMigrations } from "../../src/store/postgres-schema.ts";
import { displayName, draft } from "../support/drafts.ts";
import { query, usePostgres } from "../support/postgres.ts";
import { describeWith } from "../support/programs.ts";

describeWith([postgresProgram], "an operator's command, on Postgres", () => {
  const postgres = usePostgres();

  /** A database that a server of this version was on. */
  async function usedDatabase(): Promise<string> {
    const address = await postgres().newDatabase();
    const store = await openPostgresStore(address);
    await store.append([draft(1)]);
    await store.close();
    return address;
  }

  /** Why each command does nothing. */
  async function refusals(store: string): Promise<readonly string[]> {
    const place = { data: "", store };
    const asked = [bans(place), ban("203.0.113.7", place), unban("203.0.113.7", place), releaseKeptName("Ann", place)];
    return (await Promise.allSettled(asked)).map((outcome) => {
      assert.ok(outcome.status === "rejected" && outcome.reason instanceof CommandRefused);
      return outcome.reason.message;
    });
  }

  test("[D8] [I5] makes no tables where there are none, and says so", async () => {
    const address = await postgres().newDatabase();
    for (const message of await refusals(address)) assert.match(message, /^The database has no tables of Parlance\./);
    assert.deepEqual(await valuesOf(address, "SELECT count(*) FROM pg_namespace WHERE nspname = 'parlance'"), ["0"]);
  });

  test("[D8] [I5] leaves tables of another version as they are, and says what to do", async () => {
    const address = await usedDatabase();
    const other = postgresMigrations.length;
    for (const [version, message] of [
      [other - 1, /^The database is of an older Parlance .* Start a server of this version on it first/],
      [other + 1, /^The database was made by a newer Parlance .* Use that newer version/],
    ] as const) {
      await query(address, "UPDATE parlance.property SET value = $1 WHERE name = 'version'", [String(version)]);
      for (const told of await refusals(address)) assert.match(told, message);
      const kept = "SELECT value FROM parlance.property WHERE name = 'version'";
      assert.deepEqual(await valuesOf(address, kept), [String(version)]);
      assert.deepEqual(await valuesOf(address, "SELECT count(*) FROM parlance.ban"), ["0"]);
    }
  });

  test("[D8] has minutes to find who spoke under a name, and holds up no server while it is silent", async () => {
    const address = await usedDatabase();
    // A log that tells under which time-outs it is read.
    await query(
      address,
      `ALTER TABLE parlance.event RENAME TO read_so;
       CREATE VIEW parlance.event AS SELECT user_name, ts, current_setting('statement_timeout') || ', ' ||
         current_setting('idle_in_transaction_session_timeout') AS user_id FROM parlance.read_so`,
    );
    const ann = displayName("Ann");
    const found = await withWrittenAccounts({ data: "", store: address }, (accounts) => accounts.lastSpeaker(ann));
    assert.equal(found, "10min, 4s");
  });

  test("[D7] says in one line what is in the way of a connection, and what broke in the midst of a question", async () => {
    const address = await usedDatabase();
    for (const message of await refusals(`${address}_missing`)) assert.match(message, /has no such database/);
    await query(address, "DROP TABLE parlance.ban");
    for (const message of await refusals(address))
      assert.match(message, /^Postgres at 127\.0\.0\.1:\d+\/\w+ cannot be/);
  });
});

/** The first column of what a database answers. */
async function valuesOf(address: string, text: string): Promise<readonly unknown[]> {
  const client = new pg.Client(address);
  await client.connect();
  try {
    return (await client.query({ text, rowMode: "array" })).rows.map(([value]: unknown[]) => value);
  } finally {
    await client.end();
  }
}
