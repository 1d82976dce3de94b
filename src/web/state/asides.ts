import { type ReadonlySignal, signal } from "@preact/signals";
import type { Aside } from "../logic/arrange.ts";
import type { Clock } from "./clock.ts";

/** What is kept of who came, who left and what the operator said. */
const keptMost = 200;

type Told<T> = T extends unknown ? Omit<T, "key" | "after" | "at"> : never;

/** What is shown beside the messages, each after the one that was the last when it came. */
export interface Asides {
  readonly all: ReadonlySignal<readonly Aside[]>;
  put(aside: Told<Aside>): void;
  clear(): void;
}

export function createAsides(head: () => number, clock: Clock): Asides {
  const all = signal<readonly Aside[]>([]);
  let number = 0;
  return {
    all,
    put(aside) {
      const placed = { ...aside, key: `aside-${++number}`, after: head(), at: clock.now() } as Aside;
      all.value = [...all.peek(), placed].slice(-keptMost);
    },
    clear() {
      all.value = [];
    },
  };
}
