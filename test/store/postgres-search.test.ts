import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import pg from "pg";
import { postgres as postgresProgram } from "../../scripts/servers.mjs";
import { openPostgresStore } from "../../src/store/postgres.ts";
import { isPostgresError } from "../../src/store/postgres-open.ts";
import { PostgresSearchRows } from "../../src/store/postgres-search-rows.ts";
import { usePostgres } from "../support/postgres.ts";
import { describeWith } from "../support/programs.ts";

const seal = { places: new Uint8Array(4), reaches: new Map([[1, 8]]) };
const some = Array.from({ length: 300 }, (_, part) => [part, Uint8Array.of(part & 0xff)] as const);

describeWith([postgresProgram], "search in Postgres", () => {
  const postgres = usePostgres();

  async function connected(t: TestContext): Promise<pg.Client> {
    const address = await postgres().newDatabase();
    await (await openPostgresStore(address)).close();
    const client = new pg.Client({ connectionString: address, pipeline: true });
    await client.connect();
    t.after(() => client.end());
    return client;
  }

  test("[Q4] others have their turn between the parts of a block that is written", async (t) => {
    let [unbroken, most] = [0, 0];
    const pause = () => {
      unbroken = 0;
      return undefined;
    };
    const rows = new PostgresSearchRows(await connected(t), pause);
    function* drawn() {
      for (const part of some) {
        most = Math.max(most, ++unbroken);
        yield part;
      }
    }
    assert.equal(await rows.write(0, drawn(), seal), true);
    assert.equal(most, 1);
    const parts = some.map(([part]) => part);
    const read = await rows.parts([0], parts);
    assert.deepEqual(
      parts.map((part) => read(part)?.[0]),
      parts.map((part) => part & 0xff),
    );
    assert.equal(await rows.write(0, some, seal), false, "that block is there");
  });

  test("[Q3] a block that Postgres did not commit, because it refused what a search asked meanwhile, is not taken for written", async (t) => {
    const client = await connected(t);
    const rows = new PostgresSearchRows(client, () => undefined);
    const query = client.query.bind(client) as (...words: unknown[]) => Promise<pg.QueryResult>;
    const failed: Promise<unknown>[] = [];
    const disturbed = (...words: unknown[]) => {
      const answer = query(...words);
      const { name } = words[0] as { name?: string };
      if (name === "search-writeReaches") failed.push(assert.rejects(query("SELECT 1 / 0")));
      return answer;
    };
    Object.assign(client, { query: disturbed });
    await assert.rejects(rows.write(0, some, seal), isPostgresError);
    await Promise.all(failed);
    assert.deepEqual([failed.length, await rows.blockCount()], [1, 0]);
  });
});
