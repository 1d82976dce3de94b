import type { MessageFrame } from "../../protocol/server-frames.ts";
import { type Aside, arrange, type Entry, type Pending, type Row, type View } from "./arrange.ts";

export type MessageEntry = Extract<Entry, { is: "message" }>;

export const messageEntry = (message: MessageFrame): MessageEntry => ({
  is: "message",
  message,
  at: Date.parse(message.ts),
});

/** A stretch of the conversation that is laid out, and drawn anew, by itself. */
export interface Stretch {
  readonly key: number;
  readonly rows: readonly Row[];
}

/** Messages of one stretch, as a power of two: a new message draws no more than this again. */
const stretchBits = 5;

interface LaidOut extends Stretch {
  readonly entries: readonly Entry[];
  readonly before: Entry | undefined;
  readonly view: View;
}

const sameEntries = (a: readonly Entry[], b: readonly Entry[]) =>
  a.length === b.length && a.every((entry, index) => entry === b[index]);

/**
 * Lays out a whole conversation in stretches, and gives back the very same stretch where nothing in it changed.
 * Stretches begin at fixed places of the log, so that older messages do not shift the later ones.
 */
export function createTimeline() {
  let laidOut = new Map<number, LaidOut>();

  return function layOut(
    messages: readonly MessageEntry[],
    asides: readonly Aside[],
    pending: readonly Pending[],
    view: View,
  ): readonly Stretch[] {
    const runs = new Map<number, Entry[]>();
    const put = (key: number, entry: Entry) => {
      const run = runs.get(key);
      if (run) run.push(entry);
      else runs.set(key, [entry]);
    };
    let next = 0;
    let key = 0;
    const putAsides = (upTo: number) => {
      for (let aside = asides[next]; aside && aside.after < upTo; aside = asides[++next]) put(key, asideEntry(aside));
    };
    for (const entry of messages) {
      putAsides(entry.message.seq);
      key = entry.message.seq >> stretchBits;
      put(key, entry);
    }
    putAsides(Number.POSITIVE_INFINITY);
    for (const waiting of pending) put(key, pendingEntry(waiting));

    const result = new Map<number, LaidOut>();
    let before: Entry | undefined;
    for (const [stretch, entries] of runs) {
      const known = laidOut.get(stretch);
      const stays = known && known.before === before && known.view === view && sameEntries(known.entries, entries);
      result.set(
        stretch,
        stays ? known : { key: stretch, entries, before, view, rows: arrange(entries, before, view) },
      );
      before = entries.at(-1);
    }
    laidOut = result;
    return [...result.values()];
  };
}

const asideEntries = new WeakMap<Aside, Entry>();
function asideEntry(aside: Aside): Entry {
  const entry = asideEntries.get(aside) ?? { is: "aside", aside, at: aside.at };
  asideEntries.set(aside, entry);
  return entry;
}

const pendingEntries = new WeakMap<Pending, Entry>();
function pendingEntry(pending: Pending): Entry {
  const entry = pendingEntries.get(pending) ?? { is: "pending", pending, at: pending.message.at };
  pendingEntries.set(pending, entry);
  return entry;
}
