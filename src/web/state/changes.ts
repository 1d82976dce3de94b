import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import {
  type ChangeFrame,
  changed,
  type MessageFrame,
  type MessageId,
  type Outgoing,
  type OutgoingState,
  type Room,
  type User,
} from "../../sdk/index.ts";
import type { MessageEntry } from "../logic/timeline.ts";
import type { History } from "./history.ts";

/** A change of a message, on its way. */
type OwnChange = Extract<Outgoing, { readonly target: MessageId }>;

/** A change that the server refused, and the text that it would have had. */
export interface RefusedChange {
  readonly why: string;
  readonly text: string | undefined;
}

/** What the reader changes in messages: shown at once, and taken back if the server refuses it. */
export interface Changes {
  readonly refused: ReadonlySignal<ReadonlyMap<MessageId, RefusedChange>>;
  /** The messages as they will be; those that nothing is under way for are the very same. */
  over(entries: readonly MessageEntry[]): readonly MessageEntry[];
  /** One knows of the refusal. */
  forgive(target: MessageId): void;
  /** Takes what became of something that was sent; whether it is such a change. */
  take(outgoing: Outgoing, state: OutgoingState): boolean;
}

const isChange = (outgoing: Outgoing): outgoing is OwnChange => "target" in outgoing;

/** Later than anything in the log. */
const notYet = Number.MAX_SAFE_INTEGER;

export function createChanges(
  room: Pick<Room, "outgoing">,
  { me, history }: { me: ReadonlySignal<User | undefined>; history: Pick<History, "get" | "change"> },
): Changes {
  const underWay = signal<readonly OwnChange[]>(room.outgoing.filter(isChange));
  const refused = signal<ReadonlyMap<MessageId, RefusedChange>>(new Map());
  const byTarget = computed(() => Map.groupBy(underWay.value, ({ target }) => target));

  const without = (target: MessageId) => new Map([...refused.peek()].filter(([id]) => id !== target));

  return {
    refused,
    over(entries) {
      const own = byTarget.value;
      const user = me.value;
      if (own.size === 0 || !user) return entries;
      return entries.map((entry) => {
        const changes = own.get(entry.message.id);
        if (!changes) return entry;
        const apply = (message: MessageFrame, change: OwnChange) =>
          changed(message, frameOf(change, message, user, { seq: notYet, ts: new Date(change.at).toISOString() }));
        return { ...entry, message: changes.reduce(apply, entry.message), isChanging: true };
      });
    },
    forgive(target) {
      refused.value = without(target);
    },
    take(outgoing, state) {
      if (!isChange(outgoing)) return false;
      const others = underWay.peek().filter(({ id }) => id !== outgoing.id);
      batch(() => {
        underWay.value = state.at === "sending" ? [...others, outgoing] : others;
        const user = me.peek();
        const message = history.get({ id: outgoing.target });
        // Its own frame may come later, or be in what is here already: then it changes nothing. [E2]
        if (state.at === "sent" && message && user) history.change(frameOf(outgoing, message, user, state));
        const rest = without(outgoing.target);
        if (state.at === "refused")
          rest.set(outgoing.target, { why: state.message, text: outgoing.type === "edit" ? outgoing.text : undefined });
        refused.value = rest;
      });
      return true;
    },
  };
}

/** A change of one's own as everybody in the room will read it. */
function frameOf(
  change: OwnChange,
  { seq: target_seq, room }: MessageFrame,
  user: User,
  { seq, ts }: { readonly seq: number; readonly ts: string },
): ChangeFrame {
  const { id, target } = change;
  const about = { room, seq, id, user, ts, target, target_seq };
  switch (change.type) {
    case "edit":
      return { type: "edited", ...about, text: change.text };
    case "delete":
      return { type: "deleted", ...about };
    case "react":
      return { type: "reacted", ...about, emoji: change.emoji, active: change.active };
    default:
      return change satisfies never;
  }
}
