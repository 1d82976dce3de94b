import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Outgoing, OutgoingState, Room } from "../../sdk/index.ts";

/** What a room is about. One's own words for it are shown at once, and taken back if the server refuses them. */
export interface Topic {
  /** Empty: nothing was said. */
  readonly text: ReadonlySignal<string>;
  /** Why the last one of one's own was refused. */
  readonly problem: ReadonlySignal<string | undefined>;
  /** Nothing takes it away. */
  choose(text: string): void;
  /** The room was joined, or somebody has chosen one. */
  look(): void;
  /** Takes what became of a topic of one's own. */
  take(outgoing: Extract<Outgoing, { type: "topic" }>, state: OutgoingState): void;
}

export function createTopic(room: Pick<Room, "topic" | "setTopic" | "outgoing">): Topic {
  const told = signal(room.topic ?? "");
  const own = signal(room.outgoing.findLast(({ type }) => type === "topic"));
  const problem = signal<string>();
  return {
    text: computed(() => (own.value?.type === "topic" ? own.value.text : told.value)),
    problem,
    choose(text) {
      problem.value = undefined;
      if (text !== told.peek() || own.peek()) room.setTopic(text);
    },
    look() {
      told.value = room.topic ?? "";
    },
    take(outgoing, state) {
      if (state.at === "sending") {
        own.value = outgoing;
        return;
      }
      if (own.peek()?.id === outgoing.id) own.value = undefined;
      if (state.at === "sent") told.value = outgoing.text;
      else problem.value = state.message;
    },
  };
}
