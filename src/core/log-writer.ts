import type { Epoch, RoomName } from "../protocol/ids.ts";
import { nextGroup } from "./commit-group.ts";
import {
  type Appended,
  type Bus,
  type Clock,
  type CountedFor,
  type Draft,
  type Log,
  type Metrics,
  type Store,
  type StoredEvent,
  StoreError,
} from "./ports.ts";
import { unavailable } from "./unavailable.ts";

/** Drafts that may wait for the disk, and characters of their texts; past either, sending is refused. */
const waitingLimit = 20_000;
const waitingTextLimit = 32 * 1024 * 1024;
/** After this long, in milliseconds, the next commit may do what the last one could not. */
const failureMs = 10_000;

export interface LogWriterOptions {
  readonly store: Store;
  readonly bus: Bus;
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

interface Waiting {
  readonly draft: Draft;
  readonly settle: (outcome: Appended) => void;
  readonly countedFor: CountedFor;
}

/** A group that is on its way into the store. */
interface Commit {
  readonly group: readonly Waiting[];
  readonly outcomes: Promise<readonly Appended[] | undefined>;
}

/** What is published of one room. */
interface Published {
  readonly epoch: Epoch;
  readonly events: StoredEvent[];
  readonly countedFor: CountedFor[];
}

/**
 * The one place where what is said becomes what was said: **commit, acknowledge, publish**, in that
 * order. Group commit without waiting: a draft goes to the store at once if the store is idle, and of
 * what arrives during a commit the next group is made, which the store has before the first one is told. [L2] [L3] [S2]
 */
export class LogWriter {
  readonly #store: Store;
  readonly #bus: Bus;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  #waiting: Waiting[] = [];
  #waitingText = 0;
  #committing: Promise<void> | undefined;
  #stopped = false;
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LogWriterOptions) {
    this.#store = options.store;
    this.#bus = options.bus;
    this.#log = options.log;
    this.#clock = options.clock;
    this.#metrics = options.metrics;
  }

  /** How many messages wait for their commit to begin. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether the last commit failed, and no longer ago than nothing is known of the next. [L3] */
  get isFailing(): boolean {
    return this.#clock.monotonic() - this.#failedAt < failureMs;
  }

  /**
   * Stores a draft, then calls `settle` once with what became of it, before anybody hears of it.
   * After a fatal failure of the store `settle` is never called: whether the draft is on disk is
   * then unknown, and only the client's resend can tell. [L3]
   */
  append(draft: Draft, settle: (outcome: Appended) => void, countedFor: CountedFor = null): void {
    const text = this.#waitingText + draft.text.length;
    if (this.#stopped || this.#waiting.length >= waitingLimit || text > waitingTextLimit) return settle(unavailable);
    this.#waiting.push({ draft, settle, countedFor });
    this.#waitingText = text;
    this.#committing ??= this.#commitAll();
  }

  /** Refuses what comes from now on, and resolves when all before is committed, acknowledged and published. [K4] */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#committing;
  }

  async #commitAll(): Promise<void> {
    // One turn of the loop lets everything that came in with the same read join the first group.
    await Promise.resolve();
    for (let commit = this.#begin(); commit; ) {
      const outcomes = await commit.outcomes;
      // First of all the store gets the next group: it works on that while this one is handed to its readers.
      const next = this.#begin();
      if (outcomes) this.#tell(commit.group, outcomes);
      commit = next ?? this.#begin();
    }
    this.#committing = undefined;
  }

  #begin(): Commit | undefined {
    if (this.#waiting.length === 0) return undefined;
    const [group, rest] = nextGroup(this.#waiting);
    this.#waiting = rest;
    for (const { draft } of group) this.#waitingText -= draft.text.length;
    return { group, outcomes: this.#commit(group) };
  }

  /** What became of each; `undefined` if the commit failed, which is all told then. */
  async #commit(group: readonly Waiting[]): Promise<readonly Appended[] | undefined> {
    const startedAt = this.#clock.monotonic();
    try {
      const outcomes = await this.#store.append(group.map(({ draft }) => draft));
      this.#failedAt = Number.NEGATIVE_INFINITY;
      const ms = this.#clock.monotonic() - startedAt;
      const kept = outcomes.filter((outcome) => outcome.ok);
      const repeated = kept.filter(({ value }) => value.dup).length;
      this.#metrics.committed({ stored: kept.length - repeated, repeated, ms });
      return outcomes;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#fail(error, group);
      return undefined;
    }
  }

  #fail(error: StoreError, group: readonly Waiting[]): void {
    this.#metrics.commitFailed();
    this.#failedAt = this.#clock.monotonic();
    this.#log.error({ error: error.message, drafts: group.length }, "could not store messages");
    if (error.fatal) this.#stopped = true;
    // What waited came after these, and must not be stored before they are sent again. [S2]
    const known = error.fatal ? this.#waiting : [...group, ...this.#waiting];
    this.#waiting = [];
    this.#waitingText = 0;
    for (const { settle } of known) settle(unavailable);
  }

  #tell(group: readonly Waiting[], outcomes: readonly Appended[]): void {
    for (const [index, { settle }] of group.entries()) settle(outcomes[index] ?? unavailable);
    this.#publish(group, outcomes);
  }

  #publish(group: readonly Waiting[], outcomes: readonly Appended[]): void {
    const rooms = new Map<RoomName, Published>();
    for (const [index, outcome] of outcomes.entries()) {
      if (!outcome.ok || outcome.value.dup) continue;
      const { event, epoch } = outcome.value;
      const published = rooms.get(event.room) ?? { epoch, events: [], countedFor: [] };
      rooms.set(event.room, published);
      published.events.push(event);
      published.countedFor.push(group[index]?.countedFor ?? null);
    }
    for (const [room, { epoch, events, countedFor }] of rooms) {
      const isEachTheirs = countedFor.every((one) => one === null);
      this.#bus.publish({ room, epoch, events, ...(!isEachTheirs && { countedFor }) });
    }
  }
}
