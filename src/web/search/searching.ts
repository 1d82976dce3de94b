import { batch, type ReadonlySignal, signal } from "@preact/signals";
import { searchWords } from "../../protocol/search-text.ts";
import type { Client, MessageFrame, RoomName } from "../../sdk/index.ts";
import type { Clock } from "../state/clock.ts";

/** Whoever writes on is not answered before they rest. */
const restMs = 200;

/** What was found so far, the newest first. */
interface Found {
  readonly at: "nothing asked" | "coming" | "here" | "failed";
  readonly messages: readonly MessageFrame[];
  /** The words that it was found by. */
  readonly words: readonly string[];
  readonly next?: string | undefined;
}

/** A search and what it finds; it outlives the dialog that shows it. */
export interface Searching {
  readonly text: ReadonlySignal<string>;
  /** Nothing: in all rooms. */
  readonly room: ReadonlySignal<RoomName | undefined>;
  readonly found: ReadonlySignal<Found>;
  /** Looks for another text, once nothing more is written for a moment. */
  write(text: string): void;
  within(room: RoomName | undefined): void;
  /** Fetches the next page, or tries again what failed. */
  goOn(): void;
}

const nothing: Found = { at: "nothing asked", messages: [], words: [] };

export function createSearching(search: Client["search"], clock: Clock, first: RoomName): Searching {
  const text = signal("");
  const room = signal<RoomName | undefined>(first);
  const found = signal<Found>(nothing);
  let cancel = () => {};
  let asked = 0;

  async function fetch(): Promise<void> {
    const { messages, words, next } = found.peek();
    const own = ++asked;
    const within = room.peek();
    found.value = { at: "coming", messages, words, next };
    try {
      const page = await search(text.peek(), { ...(within && { room: within }), ...(next && { before: next }) });
      // Something else was asked for meanwhile.
      if (own !== asked) return;
      found.value = { at: "here", messages: [...messages, ...page.messages], words, next: page.next };
    } catch {
      if (own === asked) found.value = { at: "failed", messages, words, next };
    }
  }

  function start(): void {
    cancel();
    asked++;
    const words = searchWords(text.peek());
    if (words.length === 0) {
      found.value = nothing;
      return;
    }
    // What was found before stays in sight until there is something else.
    found.value = { ...found.peek(), at: "coming" };
    cancel = clock.after(restMs, () => {
      found.value = { at: "coming", messages: [], words };
      void fetch();
    });
  }

  return {
    text,
    room,
    found,
    write(next) {
      text.value = next;
      start();
    },
    within(next) {
      batch(() => {
        room.value = next;
        start();
      });
    },
    goOn: () => void fetch(),
  };
}
