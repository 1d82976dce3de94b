import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { type ChangeFrame, changed, type MessageFrame, type MessageId, type Room } from "../../sdk/index.ts";
import type { Clock } from "./clock.ts";
import type { History } from "./history.ts";

/** So many are held; whoever needs an earlier one again fetches it again. */
const heldMost = 200;
/** Between two of them, so that a screen of answers stays within the frames a connection may send (else 4102). */
const restMs = 80;

interface Place {
  readonly id: MessageId;
  readonly seq: number | undefined;
}

/** Messages that others answer, wherever in the log they are. */
export interface Quotes {
  /** The message, while it is here. */
  find(place: Place): ReadonlySignal<MessageFrame | undefined>;
  /** Has it fetched, if it is not here and its place is known. */
  want(place: Place): void;
  /** There is a line again. */
  retry(): void;
  change(frame: ChangeFrame): void;
  close(): void;
}

export function createQuotes(room: Pick<Room, "joined">, history: Pick<History, "get" | "ask">, clock: Clock): Quotes {
  const held = signal<ReadonlyMap<number, MessageFrame>>(new Map());
  const wanted = new Set<number>();
  let isFetching = false;
  let cancel = () => {};

  async function fetchNext(): Promise<void> {
    const [seq] = wanted;
    if (isFetching || seq === undefined || !room.joined) return;
    isFetching = true;
    try {
      const page = await history.ask({ before: seq + 1, limit: 1 });
      wanted.delete(seq);
      const message = page.messages.at(-1);
      if (message?.seq === seq) held.value = new Map([...held.peek(), [seq, message] as const].slice(-heldMost));
    } catch {
      // The line broke: there is another try once it is back.
      isFetching = false;
      return;
    }
    cancel = clock.after(restMs, () => {
      isFetching = false;
      void fetchNext();
    });
  }

  return {
    find: ({ id, seq }) =>
      computed(() => history.get({ id, seq }) ?? (seq === undefined ? undefined : held.value.get(seq))),
    want({ id, seq }) {
      if (seq === undefined || history.get({ id, seq }) || held.peek().has(seq)) return;
      wanted.add(seq);
      void fetchNext();
    },
    retry: () => void fetchNext(),
    change(frame) {
      const message = held.peek().get(frame.target_seq);
      if (message) held.value = new Map(held.peek()).set(frame.target_seq, changed(message, frame));
    },
    close: () => cancel(),
  };
}
