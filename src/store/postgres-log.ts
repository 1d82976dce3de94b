import { randomFillSync } from "node:crypto";
import type { Client } from "pg";
import {
  type Appended,
  type Draft,
  type EventPage,
  type PageRequest,
  type RoomHead,
  type StoredEvent,
  StoreError,
} from "../core/ports.ts";
import { accepted, refused } from "../protocol/codes.ts";
import { type DisplayName, type Epoch, type MessageId, newEpoch, type RoomName, type UserId } from "../protocol/ids.ts";
import { fromPostgres, toPostgres } from "./postgres-text.ts";

// Numbers past 2^53 come as texts, and no number here is.
interface RoomRow {
  readonly name: string;
  readonly epoch: string;
  readonly head: string;
}

interface EventRow {
  readonly seq: string;
  readonly id: string;
  readonly target: string | null;
  readonly user_id: string;
  readonly user_name: string;
  readonly text: string;
  readonly ts: string;
}

/** What became of a draft: the number that it was given, or the event that has its id already. */
type AppendedRow = { readonly epoch: string } & (
  | { readonly new_seq: string }
  | ({ readonly new_seq: null } & EventRow)
);

const columns = "seq, id, kind, target, user_id, user_name, text, ts";

const statement = (name: string, text: string) => ({ name, text });
const makeRoom = statement(
  "make-room",
  "INSERT INTO parlance.room (name, epoch) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
);
const heads = statement("heads", "SELECT name, epoch, head FROM parlance.room WHERE name = ANY($1::text[])");
const rooms = statement("rooms", "SELECT name FROM parlance.room ORDER BY id");
const begin = statement("begin", "BEGIN ISOLATION LEVEL READ COMMITTED");
const commit = statement("commit", "COMMIT");
// In one order on every node, so that no two wait for one another.
const lockRooms = statement(
  "lock-rooms",
  "SELECT id FROM parlance.room WHERE name = ANY($1::text[]) ORDER BY id FOR UPDATE",
);
/**
 * A statement of its own: it sees what was committed while the lock was waited for. `LIMIT 1` keeps Postgres from reading
 * the whole table, which it takes for a small one until it has counted it.
 */
const append = statement(
  "append",
  `WITH draft AS (
     SELECT room.id AS room_id, room.epoch, room.head, given.*, known.seq AS known_seq, known.target AS known_target,
       known.user_id AS known_user_id, known.user_name AS known_user_name, known.text AS known_text, known.ts AS known_ts
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[])
       WITH ORDINALITY AS given (room, id, kind, target, user_id, user_name, text, ts, place)
     JOIN parlance.room ON room.name = given.room
     LEFT JOIN LATERAL (
       SELECT * FROM parlance.event WHERE event.room_id = room.id AND event.id = given.id LIMIT 1
     ) AS known ON true
   ), numbered AS (
     SELECT *, CASE WHEN known_seq IS NULL THEN
       head + count(*) FILTER (WHERE known_seq IS NULL) OVER (PARTITION BY room_id ORDER BY place) END AS new_seq
     FROM draft
   ), stored AS (
     INSERT INTO parlance.event (room_id, ${columns})
     SELECT room_id, new_seq, id, kind, target, user_id, user_name, text, ts FROM numbered WHERE new_seq IS NOT NULL
   ), moved AS (
     UPDATE parlance.room SET head = grown.head
     FROM (SELECT room_id, max(new_seq) AS head FROM numbered GROUP BY room_id) AS grown
     WHERE room.id = grown.room_id AND grown.head IS NOT NULL
   )
   SELECT epoch, new_seq, known_seq AS seq, id, known_target AS target, known_user_id AS user_id,
     known_user_name AS user_name, known_text AS text, known_ts AS ts
   FROM numbered ORDER BY place`,
);

/** A page, and how many rows there were before its bytes were counted: no more are sent than it has, and one. */
const page = (name: string, range: string, order: "ASC" | "DESC") =>
  statement(
    name,
    `SELECT * FROM (
       SELECT *, count(*) OVER () AS found, sum(octet_length(text)) OVER (ORDER BY seq ${order}) AS bytes
       FROM (
         SELECT ${columns} FROM parlance.event
         WHERE room_id = (SELECT id FROM parlance.room WHERE name = $1) AND ${range}
         ORDER BY seq ${order} LIMIT $2
       ) AS page
     ) AS sized WHERE bytes - octet_length(text) <= $3 ORDER BY seq ${order}`,
  );
const pageAfter = page("page-after", "seq > $4 AND seq <= $5", "ASC");
const pageBefore = page("page-before", "seq < $4", "DESC");

/**
 * Asks one connection for rooms' logs. Every call sends all it has to say at once, without waiting for answers, and
 * Postgres carries it out in that order: no transaction waits for this process, and each call sees what those before
 * it did, and nothing of those after it.
 */
export class PostgresLog {
  readonly #client: Client;
  /** Rooms that are known to be there; forgotten all together when they are many. */
  #made = new Set<RoomName>();

  constructor(client: Client) {
    this.#client = client;
  }

  async openRoom(room: RoomName): Promise<RoomHead> {
    const [, head] = await allOf([this.#make(room), this.#heads([room])]);
    const found = head.get(room);
    if (!found) throw new StoreError(`${room} could not be made`, { fatal: false });
    return found;
  }

  heads(names: readonly RoomName[]): Promise<ReadonlyMap<RoomName, RoomHead>> {
    return this.#heads(names);
  }

  async rooms(): Promise<readonly RoomName[]> {
    const { rows } = await this.#client.query<{ name: RoomName }>(rooms);
    return rows.map(({ name }) => name);
  }

  async append(drafts: readonly Draft[]): Promise<readonly Appended[]> {
    const firsts = new Map<string, { readonly draft: Draft; readonly place: number }>();
    for (const draft of drafts) {
      if (!firsts.has(keyOf(draft))) firsts.set(keyOf(draft), { draft, place: firsts.size });
    }
    const rows = await this.#store([...firsts.values()].map(({ draft }) => draft));
    return drafts.map((draft) => {
      const first = firsts.get(keyOf(draft));
      const row = first && rows[first.place];
      // The room was there when it was locked, and rooms are never taken away.
      if (!row) throw new StoreError(`${draft.room} is not there`, { fatal: false });
      const epoch = row.epoch as Epoch;
      const event = row.new_seq === null ? storedEvent(draft.room, row) : { ...first.draft, seq: Number(row.new_seq) };
      if (event.text !== draft.text) return refused("id_conflict");
      return accepted({ event, epoch, dup: row.new_seq === null || first.draft !== draft });
    });
  }

  async read(room: RoomName, request: PageRequest): Promise<EventPage> {
    const { limit } = request;
    const maxBytes = Math.min(request.maxBytes, Number.MAX_SAFE_INTEGER);
    const bounds = [room, Math.min(limit + 1, Number.MAX_SAFE_INTEGER), maxBytes];
    const isAfter = "after" in request;
    const range = isAfter ? [request.after, request.upTo ?? Number.MAX_SAFE_INTEGER] : [request.before];
    const { rows } = await this.#client.query<EventRow & { found: string }>({
      ...(isAfter ? pageAfter : pageBefore),
      values: [...bounds, ...range],
    });
    const events = firstThatFit(room, rows, limit, maxBytes);
    const more = events.length < Number(rows[0]?.found ?? 0);
    return { events: isAfter ? events : events.toReversed(), more };
  }

  async tokenKey(): Promise<Uint8Array> {
    const { rows } = await this.#client.query<{ value: Uint8Array }>(
      "SELECT value FROM parlance.secret WHERE name = 'token'",
    );
    if (!rows[0]) throw new StoreError("the database holds no key for tokens", { fatal: false });
    return rows[0].value;
  }

  /** One transaction for all of them, in one piece on the wire. */
  async #store(drafts: readonly Draft[]): Promise<readonly AppendedRow[]> {
    const names = [...new Set(drafts.map(({ room }) => room))];
    const client = this.#client;
    const [, , , { rows }, { command }] = await allOf([
      Promise.all(names.filter((name) => !this.#made.has(name)).map((name) => this.#make(name))),
      client.query(begin),
      client.query({ ...lockRooms, values: [names] }),
      client.query<AppendedRow>({ ...append, values: arraysOf(drafts) }),
      client.query(commit),
    ]);
    // Of a transaction that failed, Postgres answers COMMIT with ROLLBACK.
    if (command !== "COMMIT") throw new StoreError("the commit was refused", { fatal: false });
    return rows;
  }

  async #make(room: RoomName): Promise<void> {
    await this.#client.query({ ...makeRoom, values: [room, newEpoch(randomFillSync)] });
    if (this.#made.size >= 10_000) this.#made.clear();
    this.#made.add(room);
  }

  async #heads(names: readonly RoomName[]): Promise<ReadonlyMap<RoomName, RoomHead>> {
    const { rows } = await this.#client.query<RoomRow>({ ...heads, values: [names] });
    return new Map(
      rows.map(({ name, epoch, head }) => [name as RoomName, { epoch: epoch as Epoch, head: Number(head) }]),
    );
  }
}

/** Waits for every answer, also where one is a refusal: nothing of this call is under way any more. Rejects with the first. */
async function allOf<T extends readonly unknown[]>(answers: { readonly [K in keyof T]: Promise<T[K]> }): Promise<T> {
  await Promise.allSettled(answers);
  return (await Promise.all(answers)) as unknown as T;
}

const keyOf = ({ room, id }: Draft): string => `${room}/${id}`;

/** A column an array, as `unnest` takes them. */
const arraysOf = (drafts: readonly Draft[]) => [
  drafts.map(({ room }) => room),
  drafts.map(({ id }) => id),
  drafts.map(({ kind }) => kind),
  drafts.map(({ replyTo }) => replyTo ?? null),
  drafts.map(({ user }) => user.id),
  drafts.map(({ user }) => user.name),
  drafts.map(({ text }) => toPostgres(text)),
  drafts.map(({ ts }) => ts),
];

function firstThatFit(room: RoomName, rows: readonly EventRow[], limit: number, maxBytes: number): StoredEvent[] {
  const events: StoredEvent[] = [];
  let bytes = 0;
  for (const row of rows) {
    const event = storedEvent(room, row);
    bytes += Buffer.byteLength(event.text);
    if (events.length === limit || (events.length > 0 && bytes > maxBytes)) break;
    events.push(event);
  }
  return events;
}

function storedEvent(room: RoomName, row: EventRow): StoredEvent {
  const event = {
    room,
    seq: Number(row.seq),
    id: row.id as MessageId,
    kind: "message",
    user: { id: row.user_id as UserId, name: row.user_name as DisplayName },
    text: fromPostgres(row.text),
    ts: Number(row.ts),
  } as const;
  return row.target === null ? event : { ...event, replyTo: row.target as MessageId };
}
