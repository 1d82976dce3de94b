import { postgres } from "../../scripts/servers.mjs";
import { openPostgresStore } from "../../src/store/postgres.ts";
import { query, TestPostgres } from "../../test/support/postgres.ts";
import { spread } from "../statistics.ts";
import { roomName } from "./peers.ts";

const times = 40;

/** How long a real Postgres takes to tell where so many of its rooms stand, in milliseconds; `undefined` where there is none. */
export async function measureHeads(rooms: number, asked: number): Promise<number | undefined> {
  if (postgres.folder === undefined) return undefined;
  await using opened = new AsyncDisposableStack();
  const server = await TestPostgres.start();
  opened.defer(() => server.close());
  const address = await server.newDatabase();
  const store = await openPostgresStore(address);
  opened.defer(() => store.close());
  await query(
    address,
    `INSERT INTO parlance.room (name, epoch, head)
     SELECT 'room-' || n, substr(md5(n::text), 1, 16), n FROM generate_series(0, ${rooms - 1}) AS n;
     ANALYZE parlance.room`,
  );
  const names = Array.from({ length: asked }, (_, n) => roomName(n));
  const took: number[] = [];
  for (let time = 0; time < times; time++) {
    const begun = performance.now();
    await store.heads(names);
    took.push(performance.now() - begun);
  }
  return spread(took).median;
}
