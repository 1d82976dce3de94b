import { batch, computed, type ReadonlySignal, signal, untracked } from "@preact/signals";
import type { MessageFrame, OutgoingMessage, Room, RoomName, User } from "../../sdk/index.ts";
import type { Aside, Pending, View } from "../logic/arrange.ts";
import { createTimeline, type Stretch } from "../logic/timeline.ts";
import { lapse, startTyping, stopTyping, type Typists, typistLapseMs } from "../logic/typists.ts";
import type { Clock } from "./clock.ts";
import { createHistory, type History } from "./history.ts";
import type { Kept } from "./kept.ts";
import { type KeptPages, keepPage } from "./kept-pages.ts";
import { createPeople, type People } from "./people.ts";
import { createUnread } from "./unread.ts";

/** What is kept of who came, who left and what the operator said. */
const asidesKept = 200;
/** Messages that are kept on this device. */
const pageKept = 50;

/** A message that somebody's link leads to. */
interface Marked {
  readonly seq: number;
  readonly at: "coming" | "here" | "missing" | "failed";
}

/** One room as this page shows it. */
export interface Conversation {
  readonly name: RoomName;
  /** Whether the first page is here. */
  readonly isReady: ReadonlySignal<boolean>;
  /** Whether what is shown until then is the page that this device kept. */
  readonly isRecalled: ReadonlySignal<boolean>;
  readonly stretches: ReadonlySignal<readonly Stretch[]>;
  readonly isEmpty: ReadonlySignal<boolean>;
  /** What is shown of the log; it may be an earlier part, which does not go on to what is said now. */
  readonly history: Pick<History, "isEarlier" | "older" | "newer" | "fetch">;
  readonly marked: ReadonlySignal<Marked | undefined>;
  /** How often one has asked for the latest messages, by sending one or otherwise. */
  readonly returns: ReadonlySignal<number>;
  readonly members: ReadonlySignal<readonly User[] | undefined>;
  readonly count: ReadonlySignal<number>;
  readonly typists: ReadonlySignal<Typists>;
  /** The last place that has been read, in this tab or in another. */
  readonly readUpTo: ReadonlySignal<number>;
  readonly people: Pick<People, "names" | "mentions">;
  /** Messages of others that nobody here has looked at. */
  readonly unread: ReadonlySignal<number>;
  /** Those of them that mention the reader. */
  readonly unreadMentions: ReadonlySignal<number>;
  /** The last message that came while the page was open, of somebody else. */
  readonly latest: ReadonlySignal<MessageFrame | undefined>;
  send(text: string): void;
  /** Sends a refused message again, as a new one. */
  retry(refused: Pick<OutgoingMessage, "id" | "text">): void;
  discard(refused: Pick<OutgoingMessage, "id">): void;
  type(isTyping: boolean): void;
  /** Marks the message at a place, with the messages around it; without a place, none. */
  mark(seq: number | undefined): Promise<void>;
  /** Goes on to the latest messages. */
  return(): void;
  /** Somebody comes to look: what came meanwhile stands under a line. */
  come(): void;
  /** Whether somebody looks at a place above the end. */
  hold(isHeld: boolean): void;
  /** Everything that is here has been seen. */
  read(): void;
  notice(text: string): void;
  leave(): void;
  /** Ends its timers. */
  close(): void;
}

interface ConversationParts {
  readonly me: ReadonlySignal<User | undefined>;
  readonly clock: Clock;
  readonly kept: Kept;
  readonly pages: KeptPages;
}

/** Follows a room from its join on. */
export function createConversation(room: Room, { me, clock, kept, pages }: ConversationParts): Conversation {
  const history = createHistory(room, clock);
  const messages = history.end;
  const marked = signal<Marked>();
  const returns = signal(0);
  const asides = signal<readonly Aside[]>([]);
  const pending = signal<readonly Pending[]>(
    room.outgoing.flatMap((message) =>
      message.type === "message" ? [{ message, state: { at: "sending" } as const }] : [],
    ),
  );
  const isReady = signal(room.joined);
  const members = signal(room.members);
  const count = signal(room.count);
  const typists = signal<Typists>([]);
  const latest = signal<MessageFrame>();
  const oldUpTo = signal(0);
  const newAfter = signal<number>();
  const view = computed<View>(() => ({ me: me.value, oldUpTo: oldUpTo.value, newAfter: newAfter.value }));
  const layOut = createTimeline();
  const people = createPeople(members, me);
  const unread = createUnread(room.name, { messages, me, people, kept });
  const isRecalled = signal(false);
  let asideNumber = 0;
  let cancelLapse = () => {};
  let wasReady = false;

  const head = () => messages.peek().at(-1)?.message.seq ?? 0;
  const isMine = (user: User) => user.id === me.peek()?.id;

  function goToEnd(): void {
    history.toEnd();
    returns.value++;
  }

  function lapseLater(): void {
    cancelLapse();
    const next = typists.peek()[0]?.until;
    if (next === undefined) return;
    cancelLapse = clock.after(Math.max(0, Math.min(typistLapseMs, next - clock.now())) + 1, () => {
      typists.value = lapse(typists.peek(), clock.now());
      lapseLater();
    });
  }

  function noType(user: User): void {
    if (typists.peek().some((typist) => typist.user.id === user.id))
      typists.value = stopTyping(typists.peek(), user.id);
  }

  function putAside(aside: Omitted<Aside>): void {
    const placed = { ...aside, key: `aside-${++asideNumber}`, after: head(), at: clock.now() } as Aside;
    asides.value = [...asides.peek(), placed].slice(-asidesKept);
  }

  function settle(ids: ReadonlySet<string>): void {
    if (pending.peek().some(({ message }) => ids.has(message.id))) {
      pending.value = pending.peek().filter(({ message }) => !ids.has(message.id));
    }
  }

  function recall(page: readonly MessageFrame[]): void {
    if (isReady.peek() || page.length === 0) return;
    batch(() => {
      history.begin({ messages: page, more: false });
      settle(new Set(page.map(({ id }) => id)));
      oldUpTo.value = head();
      isRecalled.value = true;
    });
  }
  const lastPage = computed(() => (isReady.value ? messages.value.slice(-pageKept).map(({ message }) => message) : []));

  const endings = [
    unread.close,
    keepPage(room.name, lastPage, recall, { pages, clock }),
    room.on("reset", (page) =>
      batch(() => {
        history.begin(page);
        people.meet(page.messages);
        settle(new Set(page.messages.map(({ id }) => id)));
        asides.value = [];
        // The first page is from before this visit; a later one also brings what was missed.
        if (!wasReady || head() < oldUpTo.peek()) oldUpTo.value = head();
        unread.begin(head());
        wasReady = true;
        isReady.value = true;
        isRecalled.value = false;
      }),
    ),
    room.on("message", (message) =>
      batch(() => {
        unread.letGo(history.add(message));
        people.meet([message]);
        settle(new Set([message.id]));
        noType(message.user);
        if (!isMine(message.user)) latest.value = message;
      }),
    ),
    room.on("outgoing", ({ message, state }) => {
      if (message.type !== "message") return;
      const isHere = pending.peek().some((other) => other.message.id === message.id);
      // Its `message` may have come before the acknowledgement.
      if (!isHere && messages.peek().some((entry) => entry.message.id === message.id)) return;
      const now: Pending = { message, state };
      pending.value = isHere
        ? pending.peek().map((other) => (other.message.id === message.id ? now : other))
        : [...pending.peek(), now];
    }),
    room.on("typing", ({ user, active }) => {
      if (isMine(user)) return;
      if (active) typists.value = startTyping(typists.peek(), user, clock.now());
      else noType(user);
      lapseLater();
    }),
    room.on("members", (who) =>
      batch(() => {
        history.retry();
        members.value = who.members;
        count.value = who.count;
      }),
    ),
    room.on("user_joined", ({ user }) => {
      if (!isMine(user)) putAside({ is: "joined", user });
    }),
    room.on("user_left", ({ user }) => {
      noType(user);
      if (!isMine(user)) putAside({ is: "left", user });
    }),
    room.on("user_renamed", ({ user, was }) => putAside({ is: "renamed", user, was })),
  ];

  function close(): void {
    cancelLapse();
    for (const end of endings) end();
  }

  return {
    name: room.name,
    isReady,
    isRecalled,
    stretches: computed(() =>
      history.isEarlier.value
        ? layOut(history.shown.value, [], [], view.value)
        : layOut(messages.value, asides.value, pending.value, view.value),
    ),
    isEmpty: computed(() => isReady.value && messages.value.length + pending.value.length === 0),
    history,
    marked,
    returns,
    members,
    count,
    typists,
    latest,
    people,
    readUpTo: unread.upTo,
    unread: unread.count,
    unreadMentions: unread.mentions,
    send(text) {
      newAfter.value = undefined;
      room.send(text);
      goToEnd();
    },
    retry(refused) {
      settle(new Set([refused.id]));
      room.send(refused.text);
    },
    discard: (refused) => settle(new Set([refused.id])),
    type: (isTyping) => room.typing(isTyping),
    async mark(seq) {
      if (seq === undefined) {
        if (history.isEarlier.peek()) goToEnd();
        marked.value = undefined;
        return;
      }
      marked.value = { seq, at: "coming" };
      const at = await history.find(seq);
      if (marked.peek()?.seq === seq) marked.value = { seq, at };
    },
    return: goToEnd,
    come: () =>
      untracked(() => {
        newAfter.value = unread.count.value > 0 ? unread.upTo.value : undefined;
      }),
    hold: history.hold,
    read() {
      if (isReady.peek() && !history.isEarlier.peek()) unread.readTo(head());
    },
    notice: (text) => putAside({ is: "notice", text }),
    leave() {
      close();
      unread.forget();
      void pages.forget(room.name);
      room.leave();
    },
    close,
  };
}

type Omitted<T> = T extends unknown ? Omit<T, "key" | "after" | "at"> : never;
