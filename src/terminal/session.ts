import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "../sdk/index.ts";
import type { Conversation } from "./conversation.ts";
import type { Screen } from "./screen.ts";
import type { Talk } from "./talk.ts";

/** How long somebody who leaves waits for what they said last to be acknowledged. */
const partingMs = 2_000;

/** What of the process a chat uses. */
export type Terminal = Pick<NodeJS.Process, "stdin" | "stdout" | "stderr" | "env" | "on" | "off">;

/** A chat that has been let in. */
export interface ChatSession {
  readonly client: Client;
  readonly talk: Talk;
  readonly converse: (screen: Screen) => Conversation;
  /** Resolves when the person wants to leave. */
  readonly left: Promise<void>;
  readonly leave: () => void;
  readonly print: (line: string) => void;
  readonly terminal: Terminal;
}

/** Resolves with the code when the server has ended the line for good. */
export const ended = (client: Client) =>
  new Promise<number>((resolve) => {
    client.on("state", (state) => {
      if (state.at === "closed") resolve(state.code);
    });
  });

/** Waits a moment for what was said last, as long as there is a line for it. */
export async function part(client: Client, unsent: Conversation["unsent"]): Promise<void> {
  const settled = unsent.map(({ place, message }) => place.room.settled(message));
  if (settled.length === 0 || client.state.at !== "open") return;
  await Promise.race([Promise.allSettled(settled), sleep(partingMs, undefined, { ref: false })]);
}
