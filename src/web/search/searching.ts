import { batch, type ReadonlySignal, signal } from "@preact/signals";
import { searchWords } from "../../protocol/search-text.ts";
import { type ChangeFrame, type Client, changed, type MessageFrame, type RoomName } from "../../sdk/index.ts";
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

/** A search and what it finds. What is looked for outlives the dialog that shows it; what was found does not. */
export interface Searching {
  readonly text: ReadonlySignal<string>;
  /** Nothing: in all rooms. */
  readonly room: ReadonlySignal<RoomName | undefined>;
  readonly found: ReadonlySignal<Found>;
  /** Looks for another text, once nothing more is written for a moment. */
  write(text: string): void;
  within(room: RoomName | undefined): void;
  /** Looks at once for what was written a moment ago; whether that was still to come. */
  hurry(): boolean;
  /** Fetches the next page, or tries again what failed. */
  goOn(): void;
  /** Takes a change of a message: what is deleted is no longer found. */
  heed(frame: ChangeFrame): void;
  /** Looks at once, in this room or, if all were looked through the last time, in all. */
  open(room: RoomName): void;
  /** Lets go of what was found, which may be changed or deleted before it is looked at again. */
  close(): void;
}

const nothing: Found = { at: "nothing asked", messages: [], words: [] };

export function createSearching(search: Client["search"], clock: Clock, first: RoomName): Searching {
  const text = signal("");
  const room = signal<RoomName | undefined>(first);
  const found = signal<Found>(nothing);
  let cancel = () => {};
  /** Looks for what is written, while that waits. */
  let look: (() => void) | undefined;
  let asked = 0;
  /** Changes that came while a page was on its way, which it may have been read before. */
  let meanwhile: readonly ChangeFrame[] = [];

  const after = (messages: readonly MessageFrame[], changes: readonly ChangeFrame[]) =>
    messages
      .map((message) => changes.reduce((now, frame) => changed(now, frame), message))
      .filter(({ deleted }) => !deleted);

  async function fetch(): Promise<void> {
    const { words, next } = found.peek();
    const own = ++asked;
    const within = room.peek();
    meanwhile = [];
    found.value = { ...found.peek(), at: "coming" };
    try {
      const page = await search(text.peek(), { ...(within && { room: within }), ...(next && { before: next }) });
      // Something else was asked for meanwhile.
      if (own !== asked) return;
      const messages = [...found.peek().messages, ...after(page.messages, meanwhile)];
      found.value = { at: "here", messages, words, next: page.next };
    } catch {
      if (own === asked) found.value = { ...found.peek(), at: "failed" };
    }
  }

  function stop(): void {
    cancel();
    look = undefined;
    asked++;
    meanwhile = [];
  }

  function start(rest = restMs): void {
    stop();
    const words = searchWords(text.peek());
    if (words.length === 0) {
      found.value = nothing;
      return;
    }
    // What was found before stays in sight until there is something else.
    found.value = { ...found.peek(), at: "coming" };
    look = () => {
      stop();
      found.value = { at: "coming", messages: [], words };
      void fetch();
    };
    cancel = clock.after(rest, look);
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
    hurry() {
      const isWaiting = look !== undefined;
      look?.();
      return isWaiting;
    },
    goOn: () => void fetch(),
    heed(frame) {
      const now = found.peek();
      if (now.at === "coming") meanwhile = [...meanwhile, frame];
      if (now.messages.some(({ id }) => id === frame.target))
        found.value = { ...now, messages: after(now.messages, [frame]) };
    },
    open(here) {
      if (room.peek() !== undefined) room.value = here;
      start(0);
    },
    close() {
      stop();
      found.value = nothing;
    },
  };
}
