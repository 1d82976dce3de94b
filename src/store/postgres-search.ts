import type { Client } from "pg";
import type { SearchPage, SearchRequest } from "../core/ports.ts";
import { connect, isPostgresError } from "./postgres-open.ts";
import { PostgresSearchRows } from "./postgres-search-rows.ts";
import { Searcher } from "./search/searcher.ts";

/** How long after something was stored search is brought up to date. */
const waitMs = 2_000;
/** How long making it ready rests after each slice: a sixth of the server's time goes there then. */
const restMs = 5;

interface Reached {
  readonly client: Client;
  readonly searcher: Searcher;
}

/** Search in Postgres, on a connection of its own, so that no commit waits for it; made when it is needed, and again when it broke. */
export class PostgresSearch {
  readonly #address: string;
  readonly #statementMs: number;
  #reaching: Promise<Reached> | undefined;
  #waking: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(address: string, statementMs: number) {
    this.#address = address;
    this.#statementMs = statementMs;
  }

  async search(request: SearchRequest): Promise<SearchPage | undefined> {
    return (await this.#reach()).searcher.search(request);
  }

  /** Something was stored: the index is brought up to date in a while. */
  wake(): void {
    if (this.#closed) return;
    this.#waking ??= setTimeout(() => {
      this.#waking = undefined;
      // Out of reach: with the next thing that is stored.
      this.#reach().then(
        ({ searcher }) => searcher.wake(),
        () => {},
      );
    }, waitMs).unref();
  }

  /** Forgets what it has read: the database may be another one by now. [N4] */
  async forget(): Promise<void> {
    const reaching = this.#reaching;
    this.#reaching = undefined;
    await reaching?.then(end).catch(() => {});
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#waking);
    await this.forget();
  }

  #reach(): Promise<Reached> {
    if (this.#reaching) return this.#reaching;
    const lost = () => {
      if (this.#reaching === reaching) void this.forget();
    };
    const reaching = this.#connect(lost);
    reaching.catch(lost);
    this.#reaching = reaching;
    return reaching;
  }

  async #connect(onLost: () => void): Promise<Reached> {
    const statementMs = this.#statementMs;
    const ready = (client: Client) =>
      client.query(`SET statement_timeout = ${statementMs}; SET synchronous_commit = off`);
    const client = await connect(this.#address, { name: "parlance search", statementMs, ready, onLost });
    const rows = (pause: () => Promise<void> | undefined) => new PostgresSearchRows(client, pause);
    return { client, searcher: new Searcher({ rows, waitMs: 0, restMs, isShared: true, isRefusal: isPostgresError }) };
  }
}

async function end({ client, searcher }: Reached): Promise<void> {
  await searcher.stop();
  await client.end();
}
