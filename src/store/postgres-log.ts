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
import { pairOf } from "../protocol/direct.ts";
import { type EventKind, isAuthorsAlone, isChange } from "../protocol/events.ts";
import { type DisplayName, type Epoch, type MessageId, newEpoch, type RoomName, type UserId } from "../protocol/ids.ts";
import type { Reaction, User } from "../protocol/server-frames.ts";
import { isSame, takePage } from "./log-events.ts";
import { allOf } from "./postgres-query.ts";
import {
  append,
  begin,
  change,
  commit,
  eraseReactions,
  eraseText,
  heads,
  lockRooms,
  makeRoom,
  pagesAfter,
  pagesBefore,
  rooms,
  takeBack,
} from "./postgres-statements.ts";
import { fromPostgres, toPostgres } from "./postgres-text.ts";

// Numbers past 2^53 come as texts, and no number here is.
interface RoomRow {
  readonly name: string;
  readonly epoch: string;
  readonly head: string;
  readonly topic: string;
}

interface EventRow {
  readonly seq: string;
  readonly id: string;
  readonly kind: EventKind;
  readonly target: string | null;
  readonly target_seq: string | null;
  readonly user_id: string;
  readonly user_name: string;
  readonly text: string;
  readonly ts: string;
}

/** An event on a page, as it is now: a reaction is `[emoji, user id, user name]`. */
export interface PageRow extends EventRow {
  readonly edited_seq: string | null;
  readonly edited_ts: string | null;
  readonly deleted: boolean | null;
  readonly reactions: readonly (readonly [string, string, string])[] | null;
  readonly found: string;
}

/** What became of a draft: the number that it was given, the event that has its id already, or why neither. */
type AppendedRow = { readonly epoch: string } & (
  | { readonly verdict: "stored"; readonly new_seq: string; readonly new_target_seq: string | null }
  | ({ readonly verdict: "known" } & EventRow)
  | { readonly verdict: "no_such_message" | "not_the_author" | "too_many_reactions" }
);

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
    const [, byName] = await allOf([this.#make(room), this.heads([room])]);
    const found = byName.get(room);
    if (!found) throw new StoreError(`${room} could not be made`, { fatal: false });
    return found;
  }

  async heads(names: readonly RoomName[]): Promise<ReadonlyMap<RoomName, RoomHead>> {
    const { rows } = await this.#client.query<RoomRow>({ ...heads, values: [names] });
    return new Map(
      rows.map(({ name, epoch, head, topic }) => [
        name as RoomName,
        { epoch: epoch as Epoch, head: Number(head), ...(topic && { topic: fromPostgres(topic) }) },
      ]),
    );
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
      // The room was made, or there when it was locked, and rooms are never taken away.
      if (!row) throw new StoreError(`${draft.room} is not there`, { fatal: false });
      const epoch = row.epoch as Epoch;
      if (row.verdict !== "stored" && row.verdict !== "known") return refused(row.verdict);
      const event = row.verdict === "known" ? storedEvent(draft.room, row) : withPlace(first.draft, row);
      if (!isSame(event, draft)) return refused("id_conflict");
      return accepted({ event, epoch, dup: row.verdict === "known" || first.draft !== draft });
    });
  }

  async read(room: RoomName, request: PageRequest): Promise<EventPage> {
    const { limit } = request;
    const maxBytes = Math.min(request.maxBytes, Number.MAX_SAFE_INTEGER);
    const bounds = [room, Math.min(limit + 1, Number.MAX_SAFE_INTEGER), maxBytes];
    const isAfter = "after" in request;
    const range = isAfter ? [request.after, request.upTo ?? Number.MAX_SAFE_INTEGER] : [request.before];
    const { rows } = await this.#client.query<PageRow>({
      ...(isAfter ? pagesAfter : pagesBefore)[request.only ? "messages" : "all"],
      values: [...bounds, ...range],
    });
    const { events } = takePage(rows, (row) => eventOfPage(room, row), request);
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
    // A change alone makes no room: there is nothing in it to change.
    const saidIn = new Set(drafts.filter(({ kind }) => !isChange(kind)).map(({ room }) => room));
    const client = this.#client;
    const [, , , rows, { command }] = await allOf([
      Promise.all([...saidIn].filter((name) => !this.#made.has(name)).map((name) => this.#make(name))),
      client.query(begin),
      client.query({ ...lockRooms, values: [names] }),
      allOf(inRuns(drafts).map((run) => this.#appendRun(run))),
      client.query(commit),
    ]);
    // Of a transaction that failed, Postgres answers COMMIT with ROLLBACK.
    if (command !== "COMMIT") throw new StoreError("the commit was refused", { fatal: false });
    return rows.flat();
  }

  /** Messages are stored by one statement; a change is judged by what is there before it, so it has one to itself. */
  async #appendRun(run: readonly Draft[]): Promise<readonly AppendedRow[]> {
    const client = this.#client;
    const [draft] = run;
    if (!draft || !isChange(draft.kind)) {
      return (await client.query<AppendedRow>({ ...append, values: arraysOf(run) })).rows;
    }
    const { room, id, kind, target, user, text, ts } = draft;
    const values = [room, id, kind, target, user.id, user.name, toPostgres(text), ts, isAuthorsAlone(kind)];
    const [{ rows }] = await allOf([
      client.query<AppendedRow>({ ...change, values }),
      kind === "unreact" ? client.query({ ...takeBack, values: [room, id] }) : undefined,
      kind === "delete" ? client.query({ ...eraseText, values: [room, target] }) : undefined,
      kind === "delete" ? client.query({ ...eraseReactions, values: [room, target] }) : undefined,
    ]);
    return rows.length > 0 ? rows : [noSuchMessage];
  }

  async #make(room: RoomName): Promise<void> {
    await this.#client.query({ ...makeRoom, values: [room, newEpoch(randomFillSync), pairOf(room) ?? []] });
    if (this.#made.size >= 10_000) this.#made.clear();
    this.#made.add(room);
  }
}

/**
 * Runs of messages, and each change by itself, in their order. An answer begins a new run where what it answers is in the
 * present one: a statement does not see what it stores itself.
 */
function inRuns(drafts: readonly Draft[]): readonly (readonly Draft[])[] {
  const runs: Draft[][] = [];
  const inRun = new Set<string>();
  for (const draft of drafts) {
    const { room, kind, target } = draft;
    const last = runs.at(-1);
    const goesOn = last?.[0] && !isChange(last[0].kind) && !isChange(kind);
    if (goesOn && !(target && inRun.has(keyOf({ room, id: target })))) last.push(draft);
    else {
      runs.push([draft]);
      inRun.clear();
    }
    inRun.add(keyOf(draft));
  }
  return runs;
}

/** What becomes of a change in a room that is not there. */
const noSuchMessage: AppendedRow = { epoch: "", verdict: "no_such_message" };

const keyOf = ({ room, id }: Pick<Draft, "room" | "id">): string => `${room}/${id}`;

/** A column an array, as `unnest` takes them. */
const arraysOf = (drafts: readonly Draft[]) => [
  drafts.map(({ room }) => room),
  drafts.map(({ id }) => id),
  drafts.map(({ kind }) => kind),
  drafts.map(({ target }) => target ?? null),
  drafts.map(({ user }) => user.id),
  drafts.map(({ user }) => user.name),
  drafts.map(({ text }) => toPostgres(text)),
  drafts.map(({ ts }) => ts),
];

/** An event that was read, as it is now. */
export const eventOfPage = (room: RoomName, row: PageRow): StoredEvent => asItIsNow(storedEvent(room, row), row);

function withPlace(draft: Draft, row: Extract<AppendedRow, { verdict: "stored" }>): StoredEvent {
  const targetSeq = row.new_target_seq === null ? {} : { targetSeq: Number(row.new_target_seq) };
  return { ...draft, seq: Number(row.new_seq), ...targetSeq };
}

function storedEvent(room: RoomName, row: EventRow): StoredEvent {
  const event = {
    room,
    seq: Number(row.seq),
    id: row.id as MessageId,
    kind: row.kind,
    user: userOf(row.user_id, row.user_name),
    text: fromPostgres(row.text),
    ts: Number(row.ts),
  };
  if (row.target === null) return event;
  const targetSeq = row.target_seq === null ? {} : { targetSeq: Number(row.target_seq) };
  return { ...event, target: row.target as MessageId, ...targetSeq };
}

/** With what has become of it. [E2] */
function asItIsNow(event: StoredEvent, { edited_seq, edited_ts, deleted, reactions }: PageRow): StoredEvent {
  if (deleted === null && reactions === null) return event;
  return {
    ...event,
    ...(edited_seq !== null && { edited: { seq: Number(edited_seq), ts: Number(edited_ts) } }),
    ...(deleted && { deleted }),
    ...(reactions && { reactions: reactionsOf(reactions) }),
  };
}

function reactionsOf(given: readonly (readonly [string, string, string])[]): readonly Reaction[] {
  const byEmoji = Map.groupBy(given, ([emoji]) => emoji);
  return [...byEmoji].map(([emoji, by]) => ({ emoji, users: by.map(([, id, name]) => userOf(id, name)) }));
}

const userOf = (id: string, name: string): User => ({ id: id as UserId, name: name as DisplayName });
