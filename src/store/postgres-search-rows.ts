import type { Client, QueryResultRow } from "pg";
import type { StoredEvent } from "../core/ports.ts";
import type { EventKind } from "../protocol/events.ts";
import type { Epoch, RoomName, UserId } from "../protocol/ids.ts";
import { eventOfPage, type PageRow } from "./postgres-log.ts";
import { begin, commit, eventsAt } from "./postgres-statements.ts";
import { fromPostgres } from "./postgres-text.ts";
import { partKey } from "./search/block.ts";
import type { Place } from "./search/places.ts";
import type { LoggedEvent, ReadPart, Seal, SearchRows } from "./search/rows.ts";

const places = "unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS place (room_id, seq, number)";
const asItSaysNow = `coalesce(amendment.text, event.text) AS text`;
const amended = "LEFT JOIN parlance.amendment ON amendment.room_id = event.room_id AND amendment.seq = event.seq";
const statements = {
  roomIds: "SELECT id FROM parlance.room WHERE name = ANY($1::text[])",
  hidden: `SELECT room_id FROM parlance.direct EXCEPT SELECT room_id FROM parlance.direct WHERE user_id = $1`,
  roomOf: "SELECT id FROM parlance.room WHERE epoch = $1",
  epochOf: "SELECT epoch FROM parlance.room WHERE id = $1",
  blockCount: "SELECT coalesce(max(block) + 1, 0) AS blocks FROM parlance.search_block",
  reaches: "SELECT room_id, max(seq) AS seq FROM parlance.search_reach GROUP BY room_id",
  // Most often nothing was said since: then nothing is sent.
  heads: "SELECT id, head FROM parlance.room WHERE (SELECT sum(head) FROM parlance.room) <> $1::numeric AND head > 0",
  reachOf: "SELECT max(seq) AS seq FROM parlance.search_reach WHERE room_id = $1",
  blockOf: "SELECT min(block) AS block FROM parlance.search_reach WHERE room_id = $1 AND seq >= $2",
  blocksWith: "SELECT DISTINCT block FROM parlance.search_reach WHERE room_id = ANY($1::bigint[])",
  events: `SELECT event.seq, event.ts, event.kind, event.target_seq, ${asItSaysNow}
    FROM parlance.event ${amended} WHERE event.room_id = $1 AND event.seq > $2 ORDER BY event.seq LIMIT $3`,
  texts: `SELECT ${asItSaysNow} FROM ${places} LEFT JOIN parlance.event USING (room_id, seq) ${amended} ORDER BY number`,
  placesOf: "SELECT places FROM parlance.search_block WHERE block = $1",
  parts: "SELECT part, grams FROM parlance.search_part WHERE part = ANY($1::bigint[])",
  seal: "INSERT INTO parlance.search_block (block, places) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING block",
  writeParts: `INSERT INTO parlance.search_part (part, grams)
    SELECT * FROM unnest($1::bigint[], $2::bytea[]) ON CONFLICT (part) DO UPDATE SET grams = excluded.grams`,
  writeReaches: `INSERT INTO parlance.search_reach (room_id, block, seq)
    SELECT room_id, $1::bigint, seq FROM unnest($2::bigint[], $3::bigint[]) AS reach (room_id, seq)`,
} as const;

/** Parts that are sent at once. */
const partsAtOnce = 128;

/** The search index in Postgres. Whichever node is the first with a block writes it. */
export class PostgresSearchRows implements SearchRows {
  readonly blocksAtOnce = 32;
  // What other nodes stored is not known here until it is asked for.
  readonly hasNews = false;
  readonly #client: Client;
  readonly #pause: () => Promise<void> | undefined;
  readonly #heads = new Map<number, number>();

  constructor(client: Client, pause: () => Promise<void> | undefined) {
    this.#client = client;
    this.#pause = pause;
  }

  async roomIds(names: readonly RoomName[]): Promise<readonly number[]> {
    return (await this.#ask("roomIds", [names])).map(({ id }) => Number(id));
  }

  async hiddenFrom(reader: UserId | undefined): Promise<ReadonlySet<number>> {
    return new Set((await this.#ask("hidden", [reader ?? ""])).map(({ room_id }) => Number(room_id)));
  }

  async roomOf(epoch: Epoch): Promise<number | undefined> {
    const [row] = await this.#ask("roomOf", [epoch]);
    return row && Number(row["id"]);
  }

  async epochOf(roomId: number): Promise<Epoch | undefined> {
    return (await this.#ask<{ epoch: Epoch }>("epochOf", [roomId]))[0]?.epoch;
  }

  async blockCount(): Promise<number> {
    return Number((await this.#ask("blockCount"))[0]?.["blocks"]);
  }

  async behind(): Promise<readonly number[]> {
    this.#heads.clear();
    for (const { room_id, seq } of await this.#ask("reaches")) this.#heads.set(Number(room_id), Number(seq));
    return this.changed(-1);
  }

  async changed(sum = [...this.#heads.values()].reduce((all, head) => all + head, 0)): Promise<readonly number[]> {
    const grown: number[] = [];
    for (const { id, head } of await this.#ask("heads", [sum])) {
      if (Number(head) > (this.#heads.get(Number(id)) ?? 0)) grown.push(Number(id));
      this.#heads.set(Number(id), Number(head));
    }
    return grown;
  }

  async reachOf(roomId: number): Promise<number> {
    return Number((await this.#ask("reachOf", [roomId]))[0]?.["seq"] ?? 0);
  }

  async blockOf({ roomId, seq }: Place): Promise<number | undefined> {
    const block: unknown = (await this.#ask("blockOf", [roomId, seq]))[0]?.["block"];
    return block == null ? undefined : Number(block);
  }

  async blocksWith(roomIds: readonly number[]): Promise<readonly number[]> {
    return (await this.#ask("blocksWith", [roomIds])).map(({ block }) => Number(block));
  }

  async events(roomId: number, after: number, limit: number): Promise<readonly LoggedEvent[]> {
    return (await this.#ask("events", [roomId, after, limit])).map(({ seq, ts, kind, target_seq, text }) => ({
      seq: Number(seq),
      ts: Number(ts),
      kind: kind as EventKind,
      targetSeq: target_seq === null ? null : Number(target_seq),
      text: fromPostgres(text ?? ""),
    }));
  }

  async texts(places: readonly Place[]): Promise<readonly string[]> {
    const rows = await this.#ask<{ text: string | null }>("texts", columnsOf(places));
    return rows.map(({ text }) => fromPostgres(text ?? ""));
  }

  async messages(places: readonly Place[]): Promise<readonly (readonly [Place, StoredEvent])[]> {
    if (places.length === 0) return [];
    const { rows } = await this.#client.query<PageRow & { room: RoomName; number: string }>({
      ...eventsAt,
      values: columnsOf(places),
    });
    return rows.flatMap((row) => {
      const place = places[Number(row.number) - 1];
      return place ? [[place, eventOfPage(row.room, row)] as const] : [];
    });
  }

  async placesOf(block: number): Promise<Uint8Array | undefined> {
    return (await this.#ask<{ places: Uint8Array }>("placesOf", [block]))[0]?.places;
  }

  async parts(blocks: readonly number[], parts: readonly number[]): Promise<ReadPart> {
    const keys = blocks.flatMap((block) => parts.map((part) => partKey(block, part)));
    const rows = await this.#ask<{ part: string; grams: Uint8Array }>("parts", [keys]);
    const found = new Map(rows.map(({ part, grams }) => [Number(part), grams]));
    return (key) => found.get(key);
  }

  /** In one transaction, whose first row only one node can write. */
  async write(block: number, parts: Iterable<readonly [number, Uint8Array]>, seal?: Seal): Promise<boolean> {
    const all: (readonly [key: number, bytes: Buffer])[] = [];
    for (const [part, bytes] of parts) {
      all.push([partKey(block, part), Buffer.from(bytes)]);
      await this.#pause();
    }
    await this.#client.query(begin);
    try {
      const isOurs = !seal || (await this.#ask("seal", [block, Buffer.from(seal.places)])).length === 1;
      if (isOurs) {
        for (let from = 0; from < all.length; from += partsAtOnce) {
          const some = all.slice(from, from + partsAtOnce);
          await this.#ask("writeParts", [some.map(([key]) => key), some.map(([, bytes]) => bytes)]);
        }
        if (seal) await this.#ask("writeReaches", [block, [...seal.reaches.keys()], [...seal.reaches.values()]]);
      }
      // What a search asks meanwhile is asked in this transaction, and ends it where Postgres refuses that.
      const { command } = await this.#client.query(commit);
      if (command !== "COMMIT") throw new Error("the commit was refused");
      return isOurs;
    } catch (error) {
      await this.#client.query("ROLLBACK").catch(() => {});
      throw error;
    }
  }

  async #ask<T extends QueryResultRow = Record<string, string>>(
    what: keyof typeof statements,
    values: readonly unknown[] = [],
  ): Promise<readonly T[]> {
    const query = { name: `search-${what}`, text: statements[what], values: [...values] };
    return (await this.#client.query<T>(query)).rows;
  }
}

const columnsOf = (places: readonly Place[]): [number[], number[]] => [
  places.map(({ roomId }) => roomId),
  places.map(({ seq }) => seq),
];
