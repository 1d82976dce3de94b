import { type SearchPage, type SearchRequest, StoreError } from "../../core/ports.ts";
import type { SearchRows } from "./rows.ts";
import { SearchIndex } from "./search-index.ts";

export interface SearcherOptions {
  /** What it reads and writes; `pause` lets others have their turn, if one is due. */
  readonly rows: (pause: () => Promise<void> | undefined) => SearchRows;
  /** How long it waits, once it was woken, before it does anything; in milliseconds. */
  readonly waitMs: number;
  /** How long it rests after each slice of its work while there are others, in milliseconds. */
  readonly restMs: number;
  /** Whether there always are others in its thread, and not only who {@link Searcher.wake}s it. */
  readonly isShared: boolean;
  /** Whether an error is the database's, which may take again later what it refused now; every other one is a bug. */
  readonly isRefusal: (error: unknown) => boolean;
}

/** How long it works before others get their turn. */
const sliceMs = 1;
/** How long messages in blocks may be changed before those are made anew, to make one for many. */
const renewMs = 5_000;
/** Searches that wait for others, at the most. */
const mostWaiting = 100;

/**
 * Searches one database, one search at a time, and keeps its index while nothing else is to be done: in slices, so that
 * whoever stores something waits for a millisecond at the most.
 */
export class Searcher {
  readonly #rows: SearchRows;
  readonly #index: SearchIndex;
  readonly #options: SearcherOptions;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #sliceBegan = 0;
  #isBusy = false;
  #working: Promise<void> | undefined;
  #workingSoon: NodeJS.Timeout | undefined;
  #renewingLater: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: SearcherOptions) {
    this.#options = options;
    this.#rows = options.rows(() => this.#pause(false));
    this.#index = new SearchIndex({
      rows: this.#rows,
      pause: (hurries) => this.#pause(hurries),
      monotonic: () => performance.now(),
    });
  }

  /** Something else was asked of the database: something may have been logged, and more may come. */
  wake(): void {
    this.#isBusy = true;
    if (!this.#working && !this.#stopped) {
      this.#workingSoon ??= setTimeout(() => this.#work(), this.#options.waitMs).unref();
    }
  }

  /** As the store does; rejects with a {@link StoreError} while too many others wait, or not everything is read yet. */
  async search(request: SearchRequest): Promise<SearchPage | undefined> {
    if (this.#waiting >= mostWaiting) throw new StoreError("too many searches wait", { fatal: false });
    this.#waiting++;
    const found = this.#last.then(() => this.#search(request));
    this.#last = found.catch(() => {});
    try {
      return await found;
    } finally {
      this.#waiting--;
    }
  }

  /** Ends what is under way; resolves when nothing of it uses the database any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#workingSoon);
    clearTimeout(this.#renewingLater);
    await this.#last;
    await this.#working;
  }

  async #search({ words, rooms, reader, before, limit, maxBytes }: SearchRequest): Promise<SearchPage | undefined> {
    const roomId = before && (await this.#rows.roomOf(before.epoch));
    if (before && roomId === undefined) return undefined;
    const roomIds = rooms && (await this.#rows.roomIds(rooms));
    const { events, next } = await this.#index.search({
      words,
      ...(roomIds ? { roomIds } : { hiddenIds: await this.#rows.hiddenFrom(reader) }),
      ...(before && roomId !== undefined && { before: { roomId, seq: before.seq } }),
      limit,
      maxBytes,
    });
    const epoch = next && (await this.#rows.epochOf(next.roomId));
    return { events, ...(next && epoch && { next: { epoch, seq: next.seq } }) };
  }

  #work(renews = false): void {
    this.#workingSoon = undefined;
    this.#working ??= this.#advance(renews).finally(() => {
      this.#working = undefined;
      if (this.#stopped) return;
      if (this.#rows.hasNews) this.wake();
      if (this.#index.hasChanged) this.#renewingLater ??= setTimeout(() => this.#renew(), renewMs).unref();
    });
  }

  #renew(): void {
    this.#renewingLater = undefined;
    this.#work(true);
  }

  async #advance(renews: boolean): Promise<void> {
    try {
      if (renews) await this.#index.renew();
      await this.#index.advance();
    } catch (error) {
      // Done with the next thing that is asked.
      if (!this.#stopped && !this.#options.isRefusal(error)) throw error;
    }
  }

  #pause(hurries: boolean): Promise<void> | undefined {
    if (this.#stopped) throw new StoreError("the store is closed", { fatal: false });
    if (performance.now() - this.#sliceBegan < sliceMs) return undefined;
    const { isShared, restMs } = this.#options;
    const rests = (isShared || this.#isBusy) && !hurries;
    this.#isBusy = false;
    return new Promise((resolve, reject) => {
      const goOn = () => {
        this.#sliceBegan = performance.now();
        if (this.#stopped) reject(new StoreError("the store is closed", { fatal: false }));
        else resolve();
      };
      if (rests) setTimeout(goOn, restMs);
      else setImmediate(goOn);
    });
  }
}
