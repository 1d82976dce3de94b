import { type ReadonlySignal, signal } from "@preact/signals";
import type { MessageId, OutgoingMessage, OutgoingState, Room } from "../../sdk/index.ts";
import type { Pending } from "../logic/arrange.ts";
import type { History } from "./history.ts";

/** The reader's messages that the log does not have yet, or that were refused. */
export interface Unsaid {
  readonly all: ReadonlySignal<readonly Pending[]>;
  /** Takes what became of a message. */
  follow(message: OutgoingMessage, state: OutgoingState): void;
  /** This one is in the log, or waits no longer. */
  settle(id: MessageId): void;
  /** The log starts over: what it has by now waits no longer. */
  begin(): void;
}

export function createUnsaid(room: Pick<Room, "outgoing">, history: Pick<History, "end" | "get">): Unsaid {
  const all = signal<readonly Pending[]>(
    room.outgoing.flatMap((message) => (message.type === "message" ? [{ message, state: { at: "sending" } }] : [])),
  );

  /** Whether no `message` will come of it any more: it has come, or stands in the log before what is held. */
  const isSaid = ({ message, state }: Pending) =>
    (state.at === "sent" && state.seq <= (history.end.peek().at(-1)?.message.seq ?? 0)) ||
    history.get({ id: message.id }) !== undefined;

  function settle(id: MessageId): void {
    if (all.peek().some(({ message }) => message.id === id))
      all.value = all.peek().filter(({ message }) => message.id !== id);
  }

  return {
    all,
    follow(message, state) {
      const now: Pending = { message, state };
      if (isSaid(now)) return settle(message.id);
      const isHere = all.peek().some((other) => other.message.id === message.id);
      all.value = isHere
        ? all.peek().map((other) => (other.message.id === message.id ? now : other))
        : [...all.peek(), now];
    },
    settle,
    begin() {
      if (all.peek().some(isSaid)) all.value = all.peek().filter((pending) => !isSaid(pending));
    },
  };
}
