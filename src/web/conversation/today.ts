import type { ReadonlySignal, Signal } from "@preact/signals";
import { dayOf } from "../logic/day.ts";
import type { Clock } from "../state/clock.ts";

/** A machine that slept is found out within this time: a timer stands still meanwhile. */
const lookMs = 60_000;

/** Keeps in `today` when the present day began, also over a sleep of the machine; the answer ends that. */
export function followToday(today: Signal<number>, clock: Clock, isSeen: ReadonlySignal<boolean>): () => void {
  let cancel = () => {};
  function look(): void {
    cancel();
    const now = clock.now();
    today.value = dayOf(now);
    // A day may have 23 or 25 hours, and begin at one o'clock.
    cancel = clock.after(Math.min(new Date(now).setHours(24, 0, 0, 0) - now, lookMs), look);
  }
  const unsubscribe = isSeen.subscribe(look);
  return () => {
    unsubscribe();
    cancel();
  };
}
