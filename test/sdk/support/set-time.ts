import type { TestContext } from "node:test";
import { connectIn } from "../../../src/sdk/connect.ts";
import type { Client, ClientEvents, ConnectOptions, Room, RoomEvents } from "../../../src/sdk/index.ts";
import { realSurroundings, type Surroundings } from "../../../src/sdk/surroundings.ts";
import type { ScriptedLine } from "./scripted-server.ts";

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

/** The next event of a kind that is as wanted. */
export function next<E extends keyof ClientEvents>(
  source: Client,
  event: E,
  isWanted?: (value: ClientEvents[E]) => boolean,
): Promise<ClientEvents[E]>;
export function next<E extends keyof RoomEvents>(
  source: Room,
  event: E,
  isWanted?: (value: RoomEvents[E]) => boolean,
): Promise<RoomEvents[E]>;
export function next(
  source: { on(event: string, listener: (value: unknown) => void): () => void },
  event: string,
  isWanted: (value: never) => boolean = () => true,
): Promise<unknown> {
  return new Promise((resolve) => {
    const end = source.on(event, (value) => {
      if (!isWanted(value as never)) return;
      end();
      resolve(value);
    });
  });
}

/** Waits for a state of the line. */
export const become = (client: Client, at: ClientEvents["state"]["at"]) =>
  client.state.at === at ? Promise.resolve(client.state) : next(client, "state", (state) => state.at === at);

/** Waits until the client has read everything that was sent to it on this line. */
export async function heard(client: Client, line: ScriptedLine): Promise<void> {
  line.send({ type: "notice", text: "heard?", from: "server" });
  await next(client, "notice", ({ text }) => text === "heard?");
}
