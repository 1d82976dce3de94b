import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Client, MessageFrame, Room, User } from "../../sdk/index.ts";
import type { MessageEntry } from "../logic/timeline.ts";
import type { EndListener } from "./history.ts";
import type { Kept } from "./kept.ts";
import type { People } from "./people.ts";

/** How far a room has been read, here or on another of the reader's devices, and what of others has not. */
export interface Unread extends EndListener {
  readonly upTo: ReadonlySignal<number>;
  readonly count: ReadonlySignal<number>;
  /** Those that mention the reader. */
  readonly mentions: ReadonlySignal<number>;
  /** The log starts over, up to a place. */
  begin(head: number): void;
  readTo(seq: number): void;
  /** Keeps nothing of it. */
  forget(): void;
  close(): void;
}

interface UnreadParts {
  readonly messages: ReadonlySignal<readonly MessageEntry[]>;
  readonly me: ReadonlySignal<User | undefined>;
  readonly people: Pick<People, "mentions">;
  readonly kept: Kept;
  readonly search: Client["search"];
}

/** Of what is not held, so many messages with the reader's name are looked at. */
const mentionsSought = 100;

const nothing = { count: 0, mentions: 0 };

const parsePlace = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text) || 0;

type MarkedRoom = Pick<Room, "name" | "direct" | "read" | "unread" | "markRead" | "on">;

export function createUnread(room: MarkedRoom, { messages, me, people, kept, search }: UnreadParts): Unread {
  const key = `read-${room.name}`;
  const upTo = signal(parsePlace(kept.read(key)));
  /** Of what is not held; it is older than anything that is. */
  const gone = signal(nothing);
  const held = computed(() => unreadAfter(upTo.value ?? 0, messages.value, me.value));
  const ofMe = (unread: readonly MessageFrame[]) =>
    unread.filter(({ text }) => people.mentions.value.isOfMe(text)).length;

  let begun = 0;
  /** The first message that has been held: whether it and later ones mention the reader needs no search. */
  let heldFrom = 0;

  const firstHeld = () => messages.peek()[0]?.message.seq ?? 0;
  const isAllHeld = () => firstHeld() <= (upTo.peek() ?? 0) + 1;

  /** Looks on the server for mentions of the reader before what is held. */
  async function findMentions(): Promise<void> {
    const own = begun;
    const found = await search(`"@${me.peek()?.name}"`, { room: room.name, limit: mentionsSought });
    const unread = found.messages.filter(({ seq, user }) => seq < heldFrom && user.id !== me.peek()?.id);
    const { count, mentions } = gone.peek();
    // They may have been read meanwhile, here or elsewhere.
    const ofThem = ofMe(unread.filter(({ seq }) => seq > (upTo.peek() ?? 0)));
    if (own === begun && count > 0 && ofThem > 0) gone.value = { count, mentions: mentions + ofThem };
  }

  function set(seq: number): void {
    upTo.value = seq;
    if (gone.peek().count > 0 && isAllHeld()) gone.value = nothing;
  }

  function readElsewhere(seq: number | undefined): void {
    if (seq !== undefined && seq > (upTo.peek() ?? -1)) set(seq);
  }

  const endMarker = room.on("read", ({ seq }) => readElsewhere(seq));
  const endWatch = kept.watch(key, (place) => readElsewhere(parsePlace(place)));
  return {
    upTo: computed(() => upTo.value ?? 0),
    count: computed(() => held.value.length + gone.value.count),
    mentions: computed(() => ofMe(held.value) + gone.value.mentions),
    begin(head) {
      const before = Math.max(upTo.peek() ?? -1, room.read ?? -1);
      // What somebody wrote to the reader alone is all new.
      if (before < 0) upTo.value = room.direct ? 0 : head;
      else upTo.value = Math.min(before, head);
      // Of what is older than the first page only the server knows how much there is.
      const isFurther = !isAllHeld() && room.read === upTo.value;
      const count = isFurther ? (room.unread ?? 0) - held.value.length : 0;
      gone.value = { count: Math.max(0, count), mentions: 0 };
      heldFrom = firstHeld();
      begun++;
      // What cannot be found out is not marked.
      if (count > 0) void findMentions().catch(() => {});
    },
    readTo(seq) {
      if (upTo.peek() !== seq) set(seq);
      // Also of a first visit, in which nothing was new: what comes after it is.
      if (kept.read(key) !== `${seq}`) kept.write(key, `${seq}`);
      room.markRead(seq);
    },
    letGo(entries) {
      const unread = unreadAfter(upTo.peek() ?? 0, entries, me.peek());
      if (unread.length === 0) return;
      const { count, mentions } = gone.peek();
      gone.value = { count: count + unread.length, mentions: mentions + ofMe(unread) };
    },
    regain(entries, isWhole) {
      heldFrom = Math.min(heldFrom, firstHeld());
      const unread = unreadAfter(upTo.peek() ?? 0, entries, me.peek());
      const { count, mentions } = gone.peek();
      // What was deleted since it was counted is counted no longer once all is here.
      if (isWhole || isAllHeld()) gone.value = nothing;
      else gone.value = { count: Math.max(0, count - unread.length), mentions: Math.max(0, mentions - ofMe(unread)) };
    },
    forget: () => kept.write(key, undefined),
    close() {
      endWatch();
      endMarker();
    },
  };
}

/** Others' messages after a place, newest first. */
function unreadAfter(place: number, messages: readonly MessageEntry[], me: User | undefined): readonly MessageFrame[] {
  const unread: MessageFrame[] = [];
  for (let at = messages.length - 1; at >= 0; at--) {
    const message = messages[at]?.message;
    if (!message || message.seq <= place) break;
    if (message.user.id !== me?.id && !message.deleted) unread.push(message);
  }
  return unread;
}
