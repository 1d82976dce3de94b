import { batch, computed, type ReadonlySignal, type Signal, signal, untracked } from "@preact/signals";
import type {
  ChangeFrame,
  Client,
  MessageFrame,
  MessageId,
  Room,
  RoomName,
  ServerFrameOf,
  User,
} from "../../sdk/index.ts";
import type { View } from "../logic/arrange.ts";
import { createTimeline, type Stretch } from "../logic/timeline.ts";
import type { Typists } from "../logic/typists.ts";
import { type Acts, createActs } from "./acts.ts";
import { createAsides } from "./asides.ts";
import { type Changes, createChanges } from "./changes.ts";
import type { Clock } from "./clock.ts";
import { createHistory, type History } from "./history.ts";
import type { Kept } from "./kept.ts";
import { type KeptPages, keepPage } from "./kept-pages.ts";
import { createMarking, type Marking } from "./marking.ts";
import { createOther } from "./other.ts";
import { createPeople, type People } from "./people.ts";
import { createQuotes, type Quotes } from "./quotes.ts";
import { createTopic, type Topic } from "./topic.ts";
import { createTyping } from "./typing.ts";
import { createUnread } from "./unread.ts";
import { createUnsaid } from "./unsaid.ts";

/** Messages that are kept on this device. */
const pageKept = 50;

/** The message that the pointer or the keyboard is at, and what is being done about it. */
interface Picked {
  readonly id: MessageId;
  readonly doing?: "react" | "delete" | undefined;
}

/** One room as this page shows it. */
export interface Conversation extends Acts, Marking {
  readonly name: RoomName;
  /** What it is called: the room, or the other one of a direct conversation. */
  readonly title: ReadonlySignal<string>;
  /** With whom a direct conversation is. */
  readonly other: ReadonlySignal<User | undefined>;
  /** Who reads it. */
  readonly me: ReadonlySignal<User | undefined>;
  /** Whether the first page is here. */
  readonly isReady: ReadonlySignal<boolean>;
  /** Whether what is shown until then is the page that this device kept. */
  readonly isRecalled: ReadonlySignal<boolean>;
  readonly stretches: ReadonlySignal<readonly Stretch[]>;
  readonly isEmpty: ReadonlySignal<boolean>;
  /** What is shown of the log; it may be an earlier part, which does not go on to what is said now. */
  readonly history: Pick<History, "isEarlier" | "older" | "newer" | "fetch">;
  readonly picked: Signal<Picked | undefined>;
  readonly quotes: Pick<Quotes, "find" | "want">;
  /** What the reader changes in messages, and what was refused of it. */
  readonly changes: Pick<Changes, "refused" | "forgive">;
  readonly topic: Topic;
  /** Messages of the reader's that the log does not have. */
  readonly unsent: ReadonlySignal<number>;
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
  /** The last emoji that somebody gave to a message of the reader's. */
  readonly latestReaction: ReadonlySignal<ServerFrameOf<"reacted"> | undefined>;
  type(isTyping: boolean): void;
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
  readonly keptInTab: Kept;
  readonly pages: KeptPages;
  readonly search: Client["search"];
  /** Somebody else wrote here first: what is there is told of like what comes. */
  readonly isInvited: boolean;
}

/** Follows a room from its join on. */
export function createConversation(room: Room, parts: ConversationParts): Conversation {
  const { me, clock, kept, keptInTab, pages, search, isInvited } = parts;
  const history = createHistory(room, clock, () => unread);
  const messages = history.end;
  const head = () => messages.peek().at(-1)?.message.seq ?? 0;
  const asides = createAsides(head, clock);
  const returns = signal(0);
  const unsaid = createUnsaid(room, history);
  const isReady = signal(room.joined);
  const other = createOther(room, kept);
  const members = signal(room.members);
  const count = signal(room.count);
  const typing = createTyping(room, clock, (user) => isMine(user));
  const latest = signal<MessageFrame>();
  const latestReaction = signal<ServerFrameOf<"reacted">>();
  const oldUpTo = signal(0);
  const newAfter = signal<number>();
  const view = computed<View>(() => ({ me: me.value, oldUpTo: oldUpTo.value, newAfter: newAfter.value }));
  const layOut = createTimeline();
  const people = createPeople(members, me);
  const unread = createUnread(room, { messages, me, people, kept, search });
  const isRecalled = signal(false);
  const quotes = createQuotes(room, history, clock);
  const changes = createChanges(room, { me, history });
  const topic = createTopic(room);
  const acts = createActs({
    room,
    history,
    unsaid,
    changes,
    quotes,
    me,
    kept,
    keptInTab,
    onSaid() {
      newAfter.value = undefined;
      goToEnd();
    },
  });
  const picked = signal<Picked>();
  let wasReady = false;

  const isMine = (user: User) => user.id === me.peek()?.id;

  function goToEnd(): void {
    history.toEnd();
    returns.value++;
  }

  /** Somebody gives an emoji to what the reader has said. */
  function answered(frame: ServerFrameOf<"reacted">): void {
    const message = history.get({ id: frame.target, seq: frame.target_seq });
    if (message && isMine(message.user)) latestReaction.value = frame;
  }

  function recall(page: readonly MessageFrame[]): void {
    if (isReady.peek() || page.length === 0) return;
    batch(() => {
      history.begin({ messages: page, more: false });
      unsaid.begin();
      oldUpTo.value = head();
      isRecalled.value = true;
    });
  }
  const lastPage = computed(() => (isReady.value ? messages.value.slice(-pageKept).map(({ message }) => message) : []));

  const endings = [
    unread.close,
    keepPage(room.name, lastPage, recall, { pages, clock }),
    typing.close,
    quotes.close,
    acts.close,
    room.on("reset", (page) =>
      batch(() => {
        history.begin(page);
        people.meet(page.messages);
        unsaid.begin();
        asides.clear();
        // The first page is from before this visit; a later one also brings what was missed.
        if (!wasReady || head() < oldUpTo.peek()) oldUpTo.value = head();
        unread.begin(head());
        if (isInvited && !wasReady) latest.value = page.messages.findLast(({ user }) => !isMine(user));
        wasReady = true;
        isReady.value = true;
        isRecalled.value = false;
      }),
    ),
    room.on("message", (message) =>
      batch(() => {
        history.add(message);
        people.meet([message]);
        unsaid.settle(message.id);
        typing.stop(message.user);
        if (!isMine(message.user)) latest.value = message;
      }),
    ),
    room.on("outgoing", ({ message, state }) => {
      if (message.type === "message") unsaid.follow(message, state);
      else if (message.type === "topic") topic.take(message, state);
      else changes.take(message, state);
    }),
    ...(["edited", "deleted", "reacted"] as const).map((kind) =>
      room.on(kind, (frame: ChangeFrame) =>
        batch(() => {
          history.change(frame);
          quotes.change(frame);
          if (frame.type === "reacted" && frame.active && !isMine(frame.user)) answered(frame);
        }),
      ),
    ),
    room.on("topic", (frame) => {
      topic.look();
      asides.put({ is: "topic", user: frame.user, text: frame.text });
    }),
    room.on("members", (who) =>
      batch(() => {
        history.retry();
        quotes.retry();
        topic.look();
        other.look();
        members.value = who.members;
        count.value = who.count;
      }),
    ),
    room.on("user_joined", ({ user }) => {
      if (!isMine(user)) asides.put({ is: "joined", user });
    }),
    room.on("user_left", ({ user }) => {
      typing.stop(user);
      if (!isMine(user)) asides.put({ is: "left", user });
    }),
    room.on("user_renamed", ({ user, was }) => {
      other.rename(user);
      asides.put({ is: "renamed", user, was });
    }),
  ];

  function close(): void {
    for (const end of endings) end();
  }

  return {
    ...acts,
    name: room.name,
    title: computed(() => other.user.value?.name ?? room.name),
    other: other.user,
    me,
    isReady,
    isRecalled,
    stretches: computed(() =>
      history.isEarlier.value
        ? layOut(changes.over(history.shown.value), [], [], view.value)
        : layOut(changes.over(messages.value), asides.all.value, unsaid.all.value, view.value),
    ),
    unsent: computed(() => unsaid.all.value.length),
    isEmpty: computed(() => isReady.value && messages.value.length + unsaid.all.value.length === 0),
    history,
    ...createMarking(history, goToEnd),
    picked,
    quotes,
    changes,
    topic,
    returns,
    members,
    count,
    typists: typing.typists,
    latest,
    latestReaction,
    people,
    readUpTo: unread.upTo,
    unread: unread.count,
    unreadMentions: unread.mentions,
    type: (isTyping) => room.typing(isTyping),
    return: goToEnd,
    come: () =>
      untracked(() => {
        newAfter.value = unread.count.value > 0 ? unread.upTo.value : undefined;
      }),
    hold: history.hold,
    read() {
      if (isReady.peek() && !history.isEarlier.peek()) unread.readTo(head());
    },
    notice: (text) => asides.put({ is: "notice", text }),
    leave() {
      close();
      unread.forget();
      other.forget();
      void pages.forget(room.name);
      room.leave();
    },
    close,
  };
}
