import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import {
  type ChangeFrame,
  changed,
  type HistoryPage,
  type HistoryRequest,
  type MessageFrame,
  type MessageId,
  type Room,
} from "../../sdk/index.ts";
import { type MessageEntry, messageEntry } from "../logic/timeline.ts";
import type { Clock } from "./clock.ts";

/** As many as are drawn within a frame or two on a slow machine. */
const pageSize = 50;
/** Messages on either side of one that was looked up. */
const aroundSize = 50;
/** So many messages are held, and drawn; what goes beyond is fetched again by whoever goes there. */
const heldMost = 600;
/** Of the end while somebody looks at an earlier part: the way back to it is not longer than a page. */
const endMost = 100;
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
  /** Goes on by a message. */
  add(message: MessageFrame): void;
  /** Whether somebody looks at a place above the end: then nothing of what is shown goes away. */
  hold(isHeld: boolean): void;
  /** Takes a change of a message, wherever it is held. */
  change(frame: ChangeFrame): void;
  /** A message that is held: by its place in the log, which is quick, or else by its id. */
  get(place: { readonly id: MessageId; readonly seq?: number | undefined }): MessageFrame | undefined;
  fetch(direction: Direction): Promise<void>;
  /** Asks for a page of the log, which has the changes in it that came before it did. */
  ask(request: HistoryRequest): Promise<HistoryPage>;
  /**
   * Shows the part of the log around a message, if there is one at this place. Shows and answers nothing if meanwhile
   * another is looked for, the end is shown, or the log has started over.
   */
  find(seq: number): Promise<"here" | "missing" | "failed" | undefined>;
  /** Shows the end. */
  toEnd(): void;
  /** There is a line again: what could not be fetched can be tried. */
  retry(): void;
}

/** Where the message at `seq` is among these; -1 for nowhere. */
function indexOf(entries: readonly MessageEntry[], seq: number): number {
  let from = 0;
  let to = entries.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((entries[middle]?.message.seq ?? 0) < seq) from = middle + 1;
    else to = middle;
  }
  return entries[from]?.message.seq === seq ? from : -1;
}

const has = (entries: readonly MessageEntry[], seq: number) => entries.some(({ message }) => message.seq === seq);

const partOf = (entries: readonly MessageEntry[], older: Further, newer: Further): Part => ({
  entries: signal(entries),
  older: signal(older),
  newer: signal(newer),
});

/** For another part: what is on its way comes to the part that it was asked for, or nowhere. */
const askable = (further: Further): Further => (further === "coming" ? "there" : further);

/** Is told of messages, oldest first, that go at the top of the end and come back there. */
export interface EndListener {
  /** The end no longer holds these from now on, and still does. */
  letGo(entries: readonly MessageEntry[]): void;
  /** The end holds these too by now; `isWhole`: and with them all that there is. */
  regain(entries: readonly MessageEntry[], isWhole: boolean): void;
}

/** `listener` answers who is told; it is asked when there is something to tell. */
export function createHistory(room: Pick<Room, "history">, clock: Clock, listener: () => EndListener): History {
  const end = partOf([], "none", "none");
  const earlier = signal<Part>();
  const part = computed(() => earlier.value ?? end);
  let isHeld = false;
  /** Changes that came while pages were on their way, which those may have been read before. */
  let meanwhile: readonly ChangeFrame[] = [];
  let asked = 0;
  /** How often it was said what is to be shown. */
  let turns = 0;

  async function ask(request: HistoryRequest): Promise<HistoryPage> {
    asked++;
    try {
      const page = await room.history(request);
      const messages = page.messages.map((message) => meanwhile.reduce((now, frame) => changed(now, frame), message));
      return { messages, more: page.more };
    } finally {
      if (--asked === 0) meanwhile = [];
    }
  }

  /** An earlier part that reaches the end becomes part of it. */
  function join(from: Part, isWhole: boolean): boolean {
    const first = end.entries.peek()[0]?.message.seq ?? 0;
    const last = from.entries.peek().at(-1)?.message.seq ?? 0;
    if (from === end || (!isWhole && last < first - 1)) return false;
    const before = from.entries.peek().filter(({ message }) => message.seq < first);
    end.older.value = askable(from.older.peek());
    regain([...before, ...end.entries.peek()]);
    earlier.value = undefined;
    return true;
  }

  /** The end goes on upwards, as far as it may. */
  function regain(entries: readonly MessageEntry[]): void {
    const first = end.entries.peek()[0]?.message.seq ?? 0;
    putNewer(end, entries);
    const regained = end.entries.peek().filter(({ message }) => message.seq < first);
    listener().regain(regained, end.older.peek() === "none");
  }

  /** Goes on downwards: what is too much goes at the top. */
  function putNewer(to: Part, entries: readonly MessageEntry[]): void {
    to.entries.value = entries.slice(-heldMost);
    if (entries.length > heldMost) to.older.value = "there";
  }

  /** Goes on upwards: what is too much goes at the bottom, and what was the end is an earlier part then. */
  function putOlder(to: Part, entries: readonly MessageEntry[]): void {
    if (entries.length <= heldMost) {
      if (to === end) regain(entries);
      else to.entries.value = entries;
    } else if (to !== end) {
      to.entries.value = entries.slice(0, heldMost);
      to.newer.value = "there";
    } else {
      earlier.value = partOf(entries.slice(0, heldMost), end.older.peek(), "there");
      cutEnd(end.entries.peek(), endMost);
    }
  }

  /** The end holds the newest of these, at most so many. */
  function cutEnd(entries: readonly MessageEntry[], most: number): void {
    if (entries.length > most) listener().letGo(entries.slice(0, -most));
    putNewer(end, entries.slice(-most));
    if (entries.length > most) end.older.value = "there";
  }

  async function fetch(direction: Direction): Promise<void> {
    const from = part.peek();
    const { entries, [direction]: further } = from;
    const edge = direction === "older" ? entries.peek()[0] : entries.peek().at(-1);
    if (!edge || further.peek() === "coming" || further.peek() === "none") return;
    if (direction === "newer" && batch(() => join(from, false))) return;
    further.value = "coming";
    const { seq } = edge.message;
    try {
      const page = await ask({
        ...(direction === "older" ? { before: seq } : { after: seq }),
        limit: pageSize,
      });
      // Started over meanwhile: this page belongs to what is no longer shown.
      const isSame = direction === "older" ? entries.peek()[0] === edge : entries.peek().at(-1) === edge;
      if (!isSame || part.peek() !== from) {
        if (further.peek() === "coming") further.value = "there";
        return;
      }
      const fetched = page.messages.map(messageEntry);
      batch(() => {
        if (!page.more) further.value = "none";
        if (direction === "older") putOlder(from, [...fetched, ...entries.peek()]);
        else {
          putNewer(from, [...entries.peek(), ...fetched]);
          join(from, !page.more);
        }
      });
      if (!page.more) return;
      const { [direction]: next } = part.peek();
      clock.after(pageRestMs, () => {
        if (next.peek() === "coming") next.value = "there";
      });
    } catch {
      if (further.peek() === "coming") further.value = "failed";
    }
  }

  async function find(seq: number): ReturnType<History["find"]> {
    const own = ++turns;
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
        ask({ before: seq + 1, limit: aroundSize }),
        ask({ after: seq, limit: aroundSize }),
      ]);
      if (own !== turns) return undefined;
      if (before.messages.at(-1)?.seq !== seq) return "missing";
      const around = [...before.messages, ...after.messages].map(messageEntry);
      const found = partOf(around, before.more ? "there" : "none", "there");
      batch(() => {
        if (!join(found, !after.more)) earlier.value = found;
      });
      return "here";
    } catch {
      return own === turns ? "failed" : undefined;
    }
  }

  return {
    end: end.entries,
    shown: computed(() => part.value.entries.value),
    isEarlier: computed(() => earlier.value !== undefined),
    older: computed(() => part.value.older.value),
    newer: computed(() => part.value.newer.value),
    begin(page) {
      turns++;
      earlier.value = undefined;
      end.entries.value = page.messages.map(messageEntry);
      end.older.value = page.more ? "there" : "none";
    },
    add(message) {
      const entries = [...end.entries.peek(), messageEntry(message)];
      const most = earlier.peek() ? endMost : heldMost;
      // A page at a time: what goes at the top is laid out anew.
      if (entries.length < most + pageSize) {
        end.entries.value = entries;
        return;
      }
      if (!isHeld || earlier.peek()) return cutEnd(entries, most);
      earlier.value = partOf(end.entries.peek(), askable(end.older.peek()), "there");
      cutEnd(entries, endMost);
    },
    hold(isNow) {
      isHeld = isNow;
    },
    change(frame) {
      if (asked > 0) meanwhile = [...meanwhile, frame];
      for (const { entries } of new Set([end, part.peek()])) {
        const index = indexOf(entries.peek(), frame.target_seq);
        const entry = entries.peek()[index];
        const message = entry && changed(entry.message, frame);
        if (message && message !== entry.message) entries.value = entries.peek().with(index, { ...entry, message });
      }
    },
    get({ id, seq }) {
      for (const { entries } of [end, part.value]) {
        const found =
          seq === undefined
            ? entries.value.findLast(({ message }) => message.id === id)
            : entries.value[indexOf(entries.value, seq)];
        if (found) return found.message;
      }
      return undefined;
    },
    fetch,
    ask,
    find,
    toEnd() {
      turns++;
      earlier.value = undefined;
    },
    retry() {
      for (const further of [part.peek().older, part.peek().newer]) {
        if (further.peek() === "failed") further.value = "there";
      }
    },
  };
}
