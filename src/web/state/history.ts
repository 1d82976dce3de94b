import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { HistoryPage, MessageFrame, Room } from "../../sdk/index.ts";
import { type MessageEntry, messageEntry } from "../logic/timeline.ts";
import type { Clock } from "./clock.ts";

const pageSize = 100;
/** Messages on either side of one that was looked up. */
const aroundSize = 50;
/** Between two pages, so that fast scrolling stays within the frames a connection may send (else 4102). */
const pageRestMs = 80;

/** Whether there are further messages in a direction, and how it stands with fetching them. */
type Further = "none" | "there" | "coming" | "failed";
type Direction = "older" | "newer";

/** A part of the log without a hole. */
interface Part {
  readonly entries: Signal<readonly MessageEntry[]>;
  readonly older: Signal<Further>;
  readonly newer: Signal<Further>;
}

/** What is here of a room's log: its end, and while somebody looks at it, an earlier part that does not reach the end. */
export interface History {
  /** The end of the log. */
  readonly end: ReadonlySignal<readonly MessageEntry[]>;
  /** What is to be shown: the end, or an earlier part. */
  readonly shown: ReadonlySignal<readonly MessageEntry[]>;
  readonly isEarlier: ReadonlySignal<boolean>;
  readonly older: ReadonlySignal<Further>;
  readonly newer: ReadonlySignal<Further>;
  /** Starts over from the newest page. */
  begin(page: HistoryPage): void;
  add(message: MessageFrame): void;
  fetch(direction: Direction): Promise<void>;
  /** Shows the part of the log around a message, if there is one at this place. */
  find(seq: number): Promise<"here" | "missing" | "failed">;
  /** Shows the end. */
  toEnd(): void;
  /** There is a line again: what could not be fetched can be tried. */
  retry(): void;
}

const has = (entries: readonly MessageEntry[], seq: number) => entries.some(({ message }) => message.seq === seq);

export function createHistory(room: Room, clock: Clock): History {
  const end: Part = { entries: signal([]), older: signal("none"), newer: signal("none") };
  const earlier = signal<Part>();
  const part = computed(() => earlier.value ?? end);

  /** An earlier part that reaches the end becomes part of it. */
  function join(from: Part, isWhole: boolean): boolean {
    const first = end.entries.peek()[0]?.message.seq ?? 0;
    const last = from.entries.peek().at(-1)?.message.seq ?? 0;
    if (from === end || (!isWhole && last < first - 1)) return false;
    const before = from.entries.peek().filter(({ message }) => message.seq < first);
    end.entries.value = [...before, ...end.entries.peek()];
    end.older.value = from.older.peek();
    earlier.value = undefined;
    return true;
  }

  async function fetch(direction: Direction): Promise<void> {
    const { entries, [direction]: further } = part.peek();
    const from = part.peek();
    const edge = direction === "older" ? entries.peek()[0] : entries.peek().at(-1);
    if (!edge || further.peek() === "coming" || further.peek() === "none") return;
    further.value = "coming";
    const { seq } = edge.message;
    try {
      const page = await room.history({
        ...(direction === "older" ? { before: seq } : { after: seq }),
        limit: pageSize,
      });
      // Started over meanwhile: this page belongs to what is no longer shown.
      const isSame = direction === "older" ? entries.peek()[0] === edge : entries.peek().at(-1) === edge;
      if (!isSame || part.peek() !== from) return;
      const fetched = page.messages.map(messageEntry);
      batch(() => {
        entries.value = direction === "older" ? [...fetched, ...entries.peek()] : [...entries.peek(), ...fetched];
        if (!page.more) further.value = "none";
        if (direction === "newer") join(from, !page.more);
      });
      if (!page.more) return;
      clock.after(pageRestMs, () => {
        if (further.peek() === "coming") further.value = "there";
      });
    } catch {
      if (further.peek() === "coming") further.value = "failed";
    }
  }

  async function find(seq: number): Promise<"here" | "missing" | "failed"> {
    if (has(part.peek().entries.peek(), seq)) return "here";
    const entries = end.entries.peek();
    if (has(entries, seq)) {
      earlier.value = undefined;
      return "here";
    }
    const first = entries[0];
    if (!first || seq >= first.message.seq) return "missing";
    try {
      const [before, after] = await Promise.all([
        room.history({ before: seq + 1, limit: aroundSize }),
        room.history({ after: seq, limit: aroundSize }),
      ]);
      if (before.messages.at(-1)?.seq !== seq) return "missing";
      const found: Part = {
        entries: signal([...before.messages, ...after.messages].map(messageEntry)),
        older: signal<Further>(before.more ? "there" : "none"),
        newer: signal<Further>("there"),
      };
      batch(() => {
        if (!join(found, !after.more)) earlier.value = found;
      });
      return "here";
    } catch {
      return "failed";
    }
  }

  return {
    end: end.entries,
    shown: computed(() => part.value.entries.value),
    isEarlier: computed(() => earlier.value !== undefined),
    older: computed(() => part.value.older.value),
    newer: computed(() => part.value.newer.value),
    begin(page) {
      earlier.value = undefined;
      end.entries.value = page.messages.map(messageEntry);
      end.older.value = page.more ? "there" : "none";
    },
    add(message) {
      end.entries.value = [...end.entries.peek(), messageEntry(message)];
    },
    fetch,
    find,
    toEnd() {
      earlier.value = undefined;
    },
    retry() {
      for (const further of [part.peek().older, part.peek().newer]) {
        if (further.peek() === "failed") further.value = "there";
      }
    },
  };
}
