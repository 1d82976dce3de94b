import { type ReadonlySignal, signal } from "@preact/signals";
import type { MessageId, OutgoingMessage, OutgoingState, Room } from "../../sdk/index.ts";
import type { Pending } from "../logic/arrange.ts";
import type { History } from "./history.ts";

/** The reader's messages that the log does not have yet, or that were refused. */
export interface Unsaid {
  readonly all: ReadonlySignal<readonly Pending[]>;
  /** Takes what became of a message. */
  follow(message: OutgoingMessage, state: OutgoingState): void;
  /** These are in the log, or wait no longer. */
  settle(...ids: readonly MessageId[]): void;
}

export function createUnsaid(room: Pick<Room, "outgoing">, history: Pick<History, "get">): Unsaid {
  const all = signal<readonly Pending[]>(
    room.outgoing.flatMap((message) => (message.type === "message" ? [{ message, state: { at: "sending" } }] : [])),
  );
  return {
    all,
    follow(message, state) {
      const isHere = all.peek().some((other) => other.message.id === message.id);
      // Its `message` may have come before the acknowledgement.
      if (!isHere && history.get({ id: message.id })) return;
      const now: Pending = { message, state };
      all.value = isHere
        ? all.peek().map((other) => (other.message.id === message.id ? now : other))
        : [...all.peek(), now];
    },
    settle(...ids) {
      if (all.peek().some(({ message }) => ids.includes(message.id)))
        all.value = all.peek().filter(({ message }) => !ids.includes(message.id));
    },
  };
}
