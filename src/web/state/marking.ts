import { type ReadonlySignal, signal } from "@preact/signals";
import type { History } from "./history.ts";

/** A message that somebody's link leads to. */
interface Marked {
  readonly seq: number;
  readonly at: "coming" | "here" | "missing" | "failed";
}

/** Leads to one message of a room. */
export interface Marking {
  readonly marked: ReadonlySignal<Marked | undefined>;
  /** Marks the message at a place, with the messages around it; without a place, none. */
  mark(seq: number | undefined): Promise<void>;
}

/** `goToEnd` leads back from an earlier part of the log once nothing is marked. */
export function createMarking(history: Pick<History, "isEarlier" | "find" | "toEnd">, goToEnd: () => void): Marking {
  const marked = signal<Marked>();
  return {
    marked,
    async mark(seq) {
      if (seq === undefined) {
        if (history.isEarlier.peek()) goToEnd();
        // What is on its way shall not be shown either.
        else history.toEnd();
        marked.value = undefined;
        return;
      }
      const coming: Marked = { seq, at: "coming" };
      marked.value = coming;
      const at = await history.find(seq);
      if (marked.peek() === coming) marked.value = at && { seq, at };
    },
  };
}
