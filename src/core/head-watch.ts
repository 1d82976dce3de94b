import type { RoomName } from "../protocol/ids.ts";
import type { Hub } from "./hub.ts";
import { type Appends, type Bus, type Clock, type Log, type RoomHead, type Store, StoreError } from "./ports.ts";

/** How often this node looks where the rooms stand that somebody is in, in milliseconds. */
export const compareMs = 10_000;
/** The same while the bus or the store is away. */
export const troubledMs = 1_000;

export interface HeadWatchOptions {
  readonly hub: Hub;
  readonly store: Store;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Sees to it that a node of several misses nothing for long. The bus is a hint and may lose what it carries; the store is
 * the truth. So where the rooms stand is compared with the store, in one question: from time to time, when the bus is
 * back, here or for another node, when somebody sends again what was stored and never told, and when the bus brings news
 * of another log. Whoever reads a log that is no more is sent away to read the new one. [L4]
 */
export function watchHeads(options: HeadWatchOptions): Disposable {
  return new HeadWatch(options);
}

class HeadWatch implements Disposable {
  readonly #options: HeadWatchOptions;
  readonly #stops: readonly (() => void)[];
  #isHeard = true;
  #isStoreThere = true;
  /** Whether to compare once more after the comparison under way. */
  #again = false;
  #comparing = false;
  #ended = false;
  #cancel = () => {};

  constructor(options: HeadWatchOptions) {
    this.#options = options;
    this.#schedule();
    this.#stops = [
      options.bus.subscribe((appends) => this.#hear(appends)),
      options.bus.hear(({ type }) => type === "look" && this.#compare()),
      options.bus.watch((isHeard) => this.#takeNote(isHeard)),
    ];
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    this.#cancel();
    for (const stop of this.#stops) stop();
  }

  #takeNote(isHeard: boolean): void {
    if (isHeard === this.#isHeard) return;
    this.#isHeard = isHeard;
    // What was stored here meanwhile the others have not heard of; and this node hears itself say so.
    if (isHeard) this.#options.bus.tell({ type: "look" });
    else void this.#compare();
  }

  #hear({ room: name, epoch }: Appends): void {
    const room = this.#options.hub.rooms.get(name);
    if (room?.isOpen && room.epoch !== epoch) void this.#compare();
  }

  #schedule(): void {
    this.#cancel();
    const ms = this.#isHeard && this.#isStoreThere ? compareMs : troubledMs;
    if (!this.#ended) this.#cancel = this.#options.clock.after(ms, () => void this.#compare());
  }

  async #compare(): Promise<void> {
    if (this.#comparing) {
      this.#again = true;
      return;
    }
    this.#comparing = true;
    do {
      this.#again = false;
      await this.#compareOnce();
    } while (this.#again && !this.#ended);
    this.#comparing = false;
    this.#schedule();
  }

  async #compareOnce(): Promise<void> {
    const { hub, store, log } = this.#options;
    const rooms = [...hub.rooms.values()];
    let heads: ReadonlyMap<RoomName, RoomHead>;
    try {
      heads = await store.heads(rooms.map(({ name }) => name));
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (this.#isStoreThere) log.error({ error: error.message }, "the store is away");
      this.#isStoreThere = false;
      return;
    }
    if (!this.#isStoreThere) log.info({}, "the store is back");
    this.#isStoreThere = true;
    for (const room of rooms) {
      if (room.compare(heads.get(room.name))) continue;
      log.warn({ room: room.name }, "a room's log is another one now: its readers are sent to read it anew");
      hub.lose(room);
    }
  }
}
