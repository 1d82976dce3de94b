import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import type { AccountStore } from "../core/account-store.ts";
import type { NameRegister } from "../core/name-register.ts";
import {
  type Appended,
  type Draft,
  type EventPage,
  type PageRequest,
  type RoomHead,
  type SearchPage,
  type SearchRequest,
  type Store,
  StoreError,
} from "../core/ports.ts";
import type { RoomDirectory } from "../core/room-directory.ts";
import type { RoomName } from "../protocol/ids.ts";
import type { DatabaseRefused } from "./database-refused.ts";
import { PostgresAccounts } from "./postgres-accounts.ts";
import { PostgresDirectory } from "./postgres-directory.ts";
import { PostgresLog } from "./postgres-log.ts";
import { PostgresNames } from "./postgres-names.ts";
import { connect, endFormer, prepare, refusalOf } from "./postgres-open.ts";
import { PostgresSearch } from "./postgres-search.ts";

/** A store that may be out of reach for a while, and recovers by itself. */
export interface RemoteStore extends Store {
  /** Whether there is a connection to it now. While there is none, each question tries to make one. */
  readonly isReachable: boolean;
  readonly names: NameRegister;
}

/**
 * Every room's log in a Postgres database, which several nodes may share. `address` is a `postgres://` URL. Makes the
 * tables if they are missing. What Postgres takes longer for than `statementMs` is refused. Rejects with
 * {@link DatabaseRefused} when the database cannot be used.
 */
export async function openPostgresStore(address: string, { statementMs = 5_000 } = {}): Promise<RemoteStore> {
  const store = new PostgresStore(address, statementMs);
  try {
    await store.reach();
    return store;
  } catch (error) {
    await store.close();
    throw refusalOf(error, address);
  }
}

/** A connection that has been readied, and its log. */
interface Reached {
  readonly client: Client;
  readonly log: PostgresLog;
  readonly accounts: PostgresAccounts;
  readonly names: PostgresNames;
  readonly directory: PostgresDirectory;
}

/** One connection, on which everything but searches is asked in turn; made again when it broke. */
class PostgresStore implements RemoteStore {
  /** A database that is away comes back, and what it was asked meanwhile was refused: nothing here is for good. */
  readonly failed = new Promise<StoreError>(() => {});
  readonly accounts: AccountStore = {
    changes: (since) => this.#ask(({ accounts }) => accounts.changes(since)),
    keepName: (kept) => this.#ask(({ accounts }) => accounts.keepName(kept)),
    dropName: (user) => this.#ask(({ accounts }) => accounts.dropName(user)),
    proofOf: (user) => this.#ask(({ accounts }) => accounts.proofOf(user)),
    addSession: (session) => this.#ask(({ accounts }) => accounts.addSession(session)),
    sessionsOf: (user) => this.#ask(({ accounts }) => accounts.sessionsOf(user)),
    endSessions: (user, ids, at) => this.#ask(({ accounts }) => accounts.endSessions(user, ids, at)),
    touchSessions: (seen) => this.#ask(({ accounts }) => accounts.touchSessions(seen)),
    forgetSessions: (ms, now) => this.#ask(({ accounts }) => accounts.forgetSessions(ms, now)),
    writeBan: (ban) => this.#ask(({ accounts }) => accounts.writeBan(ban)),
    lastSpeaker: (name) => this.#ask(({ accounts }) => accounts.lastSpeaker(name)),
  };
  readonly names: NameRegister = {
    renew: (node) => this.#ask(({ names }) => names.renew(node)),
    claim: (node, claims) => this.#ask(({ names }) => names.claim(node, claims)),
    release: (node, claims) => this.#ask(({ names }) => names.release(node, claims)),
    taken: (user, keys) => this.#ask(({ names }) => names.taken(user, keys)),
    part: (node) => this.#ask(({ names }) => names.part(node)),
  };
  readonly directory: RoomDirectory = {
    list: (request) => this.#ask(({ directory }) => directory.list(request)),
    readStates: (asked) => this.#ask(({ directory }) => directory.readStates(asked)),
    markRead: (markers) => this.#ask(({ directory }) => directory.markRead(markers)),
    nameDirect: (room, users) => this.#ask(({ directory }) => directory.nameDirect(room, users)),
  };
  readonly #address: string;
  readonly #statementMs: number;
  /** By which the connection before the present one is known to the database. */
  readonly #name = `parlance ${randomUUID()}`;
  readonly #search: PostgresSearch;
  #reaching: Promise<Reached> | undefined;
  #isReachable = false;
  readonly #underWay = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(address: string, statementMs: number) {
    this.#address = address;
    this.#statementMs = statementMs;
    this.#search = new PostgresSearch(address, statementMs);
  }

  get isReachable(): boolean {
    return this.#isReachable;
  }

  openRoom(room: RoomName): Promise<RoomHead> {
    return this.#ask(({ log }) => log.openRoom(room));
  }

  findRoom(room: RoomName): Promise<RoomHead | undefined> {
    return this.#ask(async ({ log }) => (await log.heads([room])).get(room));
  }

  heads(rooms: readonly RoomName[]): Promise<ReadonlyMap<RoomName, RoomHead>> {
    return this.#ask(({ log }) => log.heads(rooms));
  }

  rooms(): Promise<readonly RoomName[]> {
    return this.#ask(({ log }) => log.rooms());
  }

  append(drafts: readonly Draft[]): Promise<readonly Appended[]> {
    this.#search.wake();
    return this.#ask(async ({ log }) => (drafts.length === 0 ? [] : log.append(drafts)));
  }

  read(room: RoomName, request: PageRequest): Promise<EventPage> {
    return this.#ask(({ log }) => log.read(room, request));
  }

  search(request: SearchRequest): Promise<SearchPage | undefined> {
    // The log's own connection finds out first whether it is still the same database. [N4]
    return this.#ask(() => this.#search.search(request));
  }

  tokenKey(): Promise<Uint8Array> {
    return this.#ask(({ log }) => log.tokenKey());
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** The connection there is, or a new one. */
  reach(): Promise<Reached> {
    if (this.#reaching) return this.#reaching;
    const lost = () => {
      if (this.#reaching !== reaching) return;
      this.#isReachable = false;
      this.#reaching = undefined;
      void this.#search.forget();
    };
    const reaching = this.#connect(lost);
    // What others stored meanwhile, or before there was search, is made ready too.
    reaching.then(() => this.#search.wake(), lost);
    this.#reaching = reaching;
    return reaching;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    await this.#search.close();
    await this.#reaching?.then(({ client }) => client.end()).catch(() => {});
  }

  /** What failed is refused and never fatal: whether a commit that broke was one, the client's resend finds out. [L3] */
  async #ask<T>(question: (reached: Reached) => Promise<T>): Promise<T> {
    if (this.#closing) throw new StoreError("the store is closed", { fatal: true });
    const answer = this.reach().then(question);
    this.#underWay.add(answer);
    try {
      return await answer;
    } catch (error) {
      if (error instanceof StoreError) throw error;
      const { message, code } = error as { message?: string; code?: string };
      throw new StoreError(`Postgres: ${message || code}`, { fatal: false, cause: error });
    } finally {
      this.#underWay.delete(answer);
    }
  }

  async #connect(onLost: () => void): Promise<Reached> {
    const statementMs = this.#statementMs;
    const ready = async (client: Client) => {
      await endFormer(client);
      await prepare(client, statementMs);
    };
    const client = await connect(this.#address, { name: this.#name, statementMs, ready, onLost });
    this.#isReachable = true;
    return {
      client,
      log: new PostgresLog(client),
      accounts: new PostgresAccounts(client),
      names: new PostgresNames(client),
      directory: new PostgresDirectory(client),
    };
  }
}
