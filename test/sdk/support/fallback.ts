import type { TestContext } from "node:test";
import { connectIn } from "../../../src/sdk/connect.ts";
import {
  type Client,
  type ConnectOptions,
  changed,
  type LinkState,
  type MessageFrame,
  type Room,
} from "../../../src/sdk/index.ts";
import { realSurroundings } from "../../../src/sdk/surroundings.ts";
import { next } from "./set-time.ts";

/** What the SDK waits for: the first block of a stream, the next look at a room without a connection of its own. */
const shortened: Readonly<Record<number, number>> = { 5000: 200, 3000: 50 };

/** A client that comes back without delay, and soon gives a stream up that says nothing. */
export function connectTo(t: TestContext, url: string, options: ConnectOptions = {}) {
  const watchers = new Set<{ online(): void }>();
  const surroundings = {
    ...realSurroundings,
    random: () => 0,
    after: (ms: number, callback: () => void) => realSurroundings.after(Math.min(ms, shortened[ms] ?? ms), callback),
    watch(watcher: { online(): void }) {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
  };
  const client = connectIn(surroundings, url, options);
  t.after(() => client.close());
  const goOnline = () => {
    for (const watcher of watchers) watcher.online();
  };
  return { client, goOnline };
}

const changes = ["edited", "deleted", "reacted"] as const;

/** Keeps what a room shows, as a page would; `events`: the `seq` of everything that came after the page. */
export function follow(room: Room): { messages: readonly MessageFrame[]; resets: number; events: readonly number[] } {
  const followed = { messages: [] as readonly MessageFrame[], resets: 0, events: [] as readonly number[] };
  const came = (seq: number) => {
    followed.events = [...followed.events, seq];
  };
  room.on("reset", ({ messages }) => {
    followed.messages = messages;
    followed.resets++;
  });
  room.on("message", (message) => {
    followed.messages = [...followed.messages, message];
    came(message.seq);
  });
  for (const change of changes) {
    room.on(change, (frame) => {
      followed.messages = followed.messages.map((message) => changed(message, frame));
      came(frame.seq);
    });
  }
  room.on("topic", ({ seq }) => came(seq));
  return followed;
}

export const seqs = (messages: readonly MessageFrame[]) => messages.map(({ seq }) => seq);
export const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
export const shown = (room: Room, seq: number) => next(room, "message", (message) => message.seq === seq);
/** Waits until the event at a `seq` has come, whatever it is. */
export const reaches = (room: Room, seq: number): Promise<unknown> =>
  Promise.any(
    (["message", "topic", ...changes] as const).map((event) => next(room, event, (frame) => frame.seq === seq)),
  );

export type Over = Extract<LinkState, { at: "open" }>["over"];
const isOver = (state: LinkState, over: Over) => state.at === "open" && state.over === over;

/** Waits until the line is open over this. */
export const opensOver = (client: Client, over: Over) =>
  isOver(client.state, over) ? Promise.resolve(client.state) : next(client, "state", (state) => isOver(state, over));
