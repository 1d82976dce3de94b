import { randomFillSync } from "node:crypto";
import { createMemoryBus } from "../../src/bus/memory.ts";
import { watchHeads } from "../../src/core/head-watch.ts";
import { type Hint, type NodeId, newNodeId } from "../../src/core/hints.ts";
import type { NameRegister } from "../../src/core/name-register.ts";
import type { Appends, Bus } from "../../src/core/ports.ts";
import type { Limits } from "../../src/protocol/limits.ts";
import { FakeClock } from "./fake-clock.ts";
import { MemoryNames } from "./memory-names.ts";
import { MemoryStore, newMemory } from "./memory-store.ts";
import { World } from "./world.ts";

/** What becomes of a hint on its way to another node. */
export type Fate = "carried" | "lost" | "twice" | "late";

/** A node's end of the bus. */
interface End {
  readonly bus: Bus;
  readonly readers: Set<(appends: Appends, isOwn: boolean) => void>;
  readonly watchers: Set<(isHeard: boolean) => void>;
  isHeard: boolean;
}

/** A node of several. */
export interface TestNode {
  readonly id: NodeId;
  readonly world: World;
  /** As the operating system does it: nothing is said, and nothing heard any more. */
  kill(): void;
  /** Ends it in good order. */
  stop(): Promise<void>;
}

/** Several nodes on one store, one register of names and one bus, none of which is a process of its own. */
export class SeveralNodes {
  readonly clock = new FakeClock();
  readonly names = new MemoryNames(this.clock);
  readonly memory = newMemory();
  /** Everything told on the bus. */
  readonly told: Hint[] = [];
  /** What becomes of the next hints; carried, when there are none left. */
  readonly fates: Fate[] = [];
  readonly #buses = new Map<NodeId, End>();
  readonly #worlds = new Set<World>();
  readonly #limits: Partial<Limits>;

  constructor(limits: Partial<Limits> = {}) {
    this.#limits = limits;
  }

  start(): TestNode {
    const id = newNodeId(randomFillSync);
    const bus = this.#open(id);
    const { clock, names, memory } = this;
    const store = new MemoryStore(memory);
    // Who is dead asks nothing any more.
    const ask =
      <A extends unknown[], T>(question: (...args: A) => Promise<T>) =>
      (...args: A): Promise<T> =>
        this.#buses.has(id) ? question.apply(names, args) : new Promise(() => {});
    const register: NameRegister = {
      renew: ask(names.renew),
      claim: ask(names.claim),
      release: ask(names.release),
      taken: ask(names.taken),
      part: ask(names.part),
    };
    const shared = { node: id, names: register };
    const world = new World({ store, bus, clock, key: memory.key, limits: this.#limits, ...shared });
    const watch = watchHeads({ hub: world.hub, store, bus, clock, log: world.log });
    this.#worlds.add(world);
    const kill = () => {
      this.#worlds.delete(world);
      this.#buses.delete(id);
      watch[Symbol.dispose]();
    };
    return {
      id,
      world,
      kill,
      stop: async () => {
        await world.hub.drain(0);
        const closed = world.hub.close();
        await this.quiet();
        await closed;
        kill();
      },
    };
  }

  /** Cuts a node off from the others, which it notices, or lets it hear them again. */
  hear(id: NodeId, isHeard: boolean): void {
    const end = this.#buses.get(id);
    if (!end) return;
    end.isHeard = isHeard;
    for (const watcher of end.watchers) watcher(isHeard);
  }

  /** Resolves when nothing is under way on any node. */
  async quiet(): Promise<void> {
    for (const _ of [1, 2, 3]) for (const world of this.#worlds) await world.quiet();
  }

  /** Lets time pass, so that whatever waits for an answer gets it. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1_000) {
      this.clock.advance(Math.min(left, 1_000));
      await this.quiet();
    }
  }

  #open(id: NodeId): Bus {
    const bus = createMemoryBus();
    const watchers = new Set<(isHeard: boolean) => void>();
    const readers = new Set<(appends: Appends, isOwn: boolean) => void>();
    const end = { bus, readers, isHeard: true, watchers };
    this.#buses.set(id, end);
    let late: Hint[] = [];
    const carry = (hint: Hint) => {
      if (!end.isHeard || !this.#buses.has(id)) return;
      for (const [to, other] of this.#buses) if (to !== id && other.isHeard) other.bus.tell(structuredClone(hint));
    };
    return {
      ...bus,
      publish: (appends) => {
        for (const [to, other] of this.#buses) {
          if (to !== id && !(end.isHeard && other.isHeard)) continue;
          for (const reader of other.readers) reader(appends, to === id);
        }
      },
      subscribe: (reader) => {
        readers.add(reader);
        return () => void readers.delete(reader);
      },
      tell: (hint) => {
        if (!this.#buses.has(id)) return;
        this.told.push(hint);
        bus.tell(hint);
        const fate = this.fates.shift() ?? "carried";
        const before = late;
        late = fate === "late" ? [...late, hint] : [];
        if (fate === "carried" || fate === "twice") carry(hint);
        if (fate === "twice") carry(hint);
        // What comes late comes after what was told later, the last first.
        if (fate !== "late") for (const one of before.toReversed()) carry(one);
      },
      watch: (listener) => {
        watchers.add(listener);
        listener(end.isHeard);
        return () => void watchers.delete(listener);
      },
    };
  }
}
