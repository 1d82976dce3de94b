import type { TestContext } from "node:test";
import { connectIn } from "../../../src/sdk/connect.ts";
import type { Client, ClientEvents, ConnectOptions, Listener } from "../../../src/sdk/index.ts";
import { realSurroundings, type Surroundings } from "../../../src/sdk/surroundings.ts";

/** Time that passes when the test says so, chance that is always `chance`, and a page that can be looked at. */
export class SetTime implements Surroundings {
  /** What {@link random} gives: by default delays are as long as they can be. */
  chance = 1;
  readonly randomBytes = realSurroundings.randomBytes;
  #now = Date.UTC(2026, 0, 2);
  #timers: { at: number; callback: () => void }[] = [];
  #watchers: { online(): void; visible(): void }[] = [];

  now(): number {
    return this.#now;
  }

  random(): number {
    return this.chance;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  watch(watcher: { online(): void; visible(): void }): () => void {
    this.#watchers.push(watcher);
    return () => {
      this.#watchers = this.#watchers.filter((other) => other !== watcher);
    };
  }

  /** Lets time pass: every timer that falls due is called at its moment, in order. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = next.at;
      next.callback();
    }
    this.#now = end;
  }

  /** The network is back. */
  goOnline(): void {
    for (const watcher of [...this.#watchers]) watcher.online();
  }

  /** The page is looked at again. */
  becomeVisible(): void {
    for (const watcher of [...this.#watchers]) watcher.visible();
  }

  /** What is still timed or watched: nothing, after `close()`. */
  get pending(): number {
    return this.#timers.length + this.#watchers.length;
  }
}

/** Connects in set time; the client closes with the test. */
export function connectInSetTime(
  t: TestContext,
  url: string,
  options: ConnectOptions = {},
): { client: Client; time: SetTime } {
  const time = new SetTime();
  const client = connectIn(time, url, options);
  t.after(() => client.close());
  return { client, time };
}

/** Connects in real time, but comes back without delay; the client closes with the test. */
export function connectWithoutDelay(t: TestContext, url: string, options: ConnectOptions = {}): Client {
  const client = connectIn({ ...realSurroundings, random: () => 0 }, url, options);
  t.after(() => client.close());
  return client;
}

interface Source<Events> {
  on<E extends keyof Events>(event: E, listener: Listener<Events[E]>): () => void;
}

/** The next event of a kind that is as wanted. */
export function next<Events, E extends keyof Events>(
  source: Source<Events>,
  event: E,
  isWanted: (value: Events[E]) => boolean = () => true,
): Promise<Events[E]> {
  return new Promise((resolve) => {
    const end = source.on(event, (value) => {
      if (!isWanted(value)) return;
      end();
      resolve(value);
    });
  });
}

/** Waits for a state of the line. */
export const become = (client: Client, at: ClientEvents["state"]["at"]) =>
  client.state.at === at ? Promise.resolve(client.state) : next(client, "state", (state) => state.at === at);
