import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { AccountStore } from "../core/account-store.ts";
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
import { DatabaseRefused } from "./database-refused.ts";
import { askPort } from "./port-questions.ts";
import { accountEffects } from "./sqlite-accounts.ts";
import { directoryEffects } from "./sqlite-directory.ts";
import type { WorkerAnswer, WorkerGreeting, WorkerQuestion, WorkerRequest } from "./sqlite-worker.ts";

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: StoreError) => void;
}

/**
 * Every room's log in one SQLite file. The database lives in a worker thread, so that the event loop
 * never waits for the disk. [L2] Rejects with {@link DatabaseRefused} when the file cannot be used.
 */
export async function openSqliteStore(file: string): Promise<Store> {
  // Sources run as they are, and emitted code has no `.ts` beside it.
  const script = import.meta.url.endsWith(".ts") ? "./sqlite-worker.ts" : "./sqlite-worker.js";
  const worker = new Worker(new URL(script, import.meta.url), { workerData: { file } });
  // Listened for before anything is awaited: the last message and the end may come in one turn.
  const exited = new Promise((resolve) => worker.once("exit", resolve));
  const [greeting] = (await once(worker, "message")) as [WorkerGreeting];
  if (!greeting.ready) {
    await exited;
    throw new DatabaseRefused(greeting.message);
  }
  return new SqliteStore(worker);
}

class SqliteStore implements Store {
  readonly failed: Promise<StoreError>;
  readonly accounts = askPort<AccountStore>(accountEffects, (question) => this.#ask({ do: "accounts", question }));
  readonly directory = askPort<RoomDirectory>(directoryEffects, (question) => this.#ask({ do: "directory", question }));
  readonly #worker: Worker;
  /** What is not answered yet, by number. */
  readonly #asked = new Map<number, Asked>();
  #numbers = 0;
  #fail: (error: StoreError) => void = () => {};
  /** Why nothing can be asked any more. */
  #over: StoreError | undefined;
  #closed: Promise<void> | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
    worker.on("message", (answer: WorkerAnswer) => this.#take(answer));
    worker.on("error", (error: Error) => this.#giveUp(`the store's worker failed: ${error.message}`));
    worker.on("exit", () => this.#giveUp("the store's worker ended"));
  }

  openRoom(room: RoomName): Promise<RoomHead> {
    return this.#ask({ do: "openRoom", room }) as Promise<RoomHead>;
  }

  findRoom(room: RoomName): Promise<RoomHead | undefined> {
    return this.#ask({ do: "findRoom", room }) as Promise<RoomHead | undefined>;
  }

  heads(rooms: readonly RoomName[]): Promise<ReadonlyMap<RoomName, RoomHead>> {
    return this.#ask({ do: "heads", rooms }) as Promise<ReadonlyMap<RoomName, RoomHead>>;
  }

  rooms(): Promise<readonly RoomName[]> {
    return this.#ask({ do: "rooms" }) as Promise<readonly RoomName[]>;
  }

  append(drafts: readonly Draft[]): Promise<readonly Appended[]> {
    return this.#ask({ do: "append", drafts }) as Promise<readonly Appended[]>;
  }

  read(room: RoomName, request: PageRequest): Promise<EventPage> {
    return this.#ask({ do: "read", room, request }) as Promise<EventPage>;
  }

  search(request: SearchRequest): Promise<SearchPage | undefined> {
    return this.#ask({ do: "search", request }) as Promise<SearchPage | undefined>;
  }

  tokenKey(): Promise<Uint8Array> {
    return this.#ask({ do: "tokenKey" }) as Promise<Uint8Array>;
  }

  close(): Promise<void> {
    this.#closed ??= this.#over ? Promise.resolve() : this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const exited = once(this.#worker, "exit");
    const closed = this.#ask({ do: "close" });
    this.#over = new StoreError("the store is closed", { fatal: true });
    // What fails now has been told already: to who asked for it, and as `failed`.
    await closed.catch(() => {});
    await exited;
  }

  #ask(question: WorkerQuestion): Promise<unknown> {
    if (this.#over) return Promise.reject(this.#over);
    return new Promise((resolve, reject) => {
      const number = this.#numbers++;
      this.#asked.set(number, { resolve, reject });
      this.#worker.postMessage({ ...question, number } satisfies WorkerRequest);
    });
  }

  #take(answer: WorkerAnswer): void {
    const asked = this.#asked.get(answer.number);
    this.#asked.delete(answer.number);
    if (answer.ok) return asked?.resolve(answer.value);
    asked?.reject(new StoreError(answer.message, { fatal: answer.fatal }));
    if (answer.fatal) this.#giveUp(answer.message);
  }

  /** After this nothing is asked any more: only a new start finds out what is on the disk. [L3] */
  #giveUp(message: string): void {
    // An orderly end leaves nothing unanswered.
    if (this.#over && this.#asked.size === 0) return;
    const error = new StoreError(message, { fatal: true });
    this.#over = error;
    for (const { reject } of this.#asked.values()) reject(error);
    this.#asked.clear();
    this.#fail(error);
    void this.#worker.terminate();
  }
}
