import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Language } from "../../locales/words.ts";
import { parseDisplayName } from "../../protocol/names.ts";
import type { Account, ChangeFrame, Client, LinkState, RoomName, ServerFrameOf, User } from "../../sdk/index.ts";
import type { Clock } from "./clock.ts";
import { type Conversation, createConversation } from "./conversation.ts";
import { type Kept, readList } from "./kept.ts";
import type { KeptPages } from "./kept-pages.ts";

/** Once the rooms are joined, and not at the same moment as everybody who comes back. */
const lookMs = 3_000;
/** Of the rooms, by their latest message, so many are looked through. */
const lookedAt = 100;

type Refusal = ServerFrameOf<"error">;

/** How the asking for another name stands; without a message the page has its own words. */
type Renaming =
  | { readonly at: "asked"; readonly name: string }
  | { readonly at: "refused"; readonly message?: string; readonly suggestion?: string };

/** One line to the server, with the rooms that are open on it. */
export interface Chat {
  readonly link: ReadonlySignal<LinkState>;
  readonly me: ReadonlySignal<User | undefined>;
  /** The name that is kept for this person, if one is. */
  readonly claimed: ReadonlySignal<string | undefined>;
  /** Code points of a message; 0 for any number. */
  readonly maxText: ReadonlySignal<number>;
  /** A page of the rooms that one may read, by latest message. */
  listRooms(after: string | undefined): ReturnType<Client["rooms"]>;
  /** The room of the direct conversation with somebody. Rejects with the reason, in the reader's language. */
  talkWith(user: User["id"]): Promise<RoomName>;
  /** Finds what was said, in a room or in all of them. */
  readonly search: Client["search"];
  /** The last change of a message in a room that is open. */
  readonly latestChange: ReadonlySignal<ChangeFrame | undefined>;
  readonly conversations: ReadonlySignal<readonly Conversation[]>;
  /** Why the last room could not be opened. */
  readonly refusal: ReadonlySignal<{ readonly room: RoomName; readonly error: Refusal } | undefined>;
  /** Unknown while one's name is as it is to be. */
  readonly renaming: ReadonlySignal<Renaming | undefined>;
  find(room: RoomName): Conversation | undefined;
  /** Joins a room, or gives the one that is joined. */
  open(room: RoomName): Conversation;
  /** Leaves a room; what is not sent there yet is given up. */
  leave(room: RoomName): void;
  /** Asks for another name; `renaming` tells what becomes of it. */
  rename(name: string): void;
  /** Lets a refused name be. */
  stayNamed(): void;
  /** Has the server's texts in this language. */
  setLanguage(language: Language): void;
  /** One's own name and sessions. */
  account(): Promise<Account>;
  retryNow(): void;
  close(): void;
}

interface ChatParts {
  readonly clock: Clock;
  readonly kept: Kept;
  readonly keptInTab: Kept;
  readonly pages: KeptPages;
  /** Who comes back, as far as this browser knows. */
  readonly me: User | undefined;
}

export function createChat(client: Client, { clock, kept, keptInTab, pages, me: known }: ChatParts): Chat {
  const link = signal(client.state);
  const me = signal(client.user ?? known);
  const claimed = signal<string>();
  const maxText = signal(0);
  const conversations = signal<readonly Conversation[]>([]);
  const refusal = signal<{ room: RoomName; error: Refusal }>();

  const latestChange = signal<ChangeFrame>();
  const renaming = signal<Renaming>();
  const search: Client["search"] = (text, options) => client.search(text, options);
  let cancelLook = () => {};

  /** Keeps which rooms are open, in other tabs too: what waits to be sent in one is sent once it is opened again. */
  function keep(left?: RoomName): void {
    const rooms = new Set([...conversations.peek().map(({ name }) => name), ...keptRooms(kept)]);
    kept.write("rooms", JSON.stringify([...rooms].filter((room) => room !== left)));
  }
  const find = (room: RoomName) => conversations.peek().find(({ name }) => name === room);

  function shut(room: RoomName): void {
    const conversation = find(room);
    if (!conversation) return;
    conversation.leave();
    conversations.value = conversations.peek().filter((other) => other !== conversation);
    keep(room);
  }

  function open(name: RoomName, isInvited = false): Conversation {
    const known = find(name);
    if (known) return known;
    const room = client.join(name);
    room.on("refused", (error) =>
      batch(() => {
        refusal.value = { room: name, error };
        shut(name);
      }),
    );
    for (const kind of ["edited", "deleted", "reacted"] as const) {
      room.on(kind, (frame: ChangeFrame) => {
        latestChange.value = frame;
      });
    }
    const conversation = createConversation(room, { me, clock, kept, keptInTab, pages, search, isInvited });
    refusal.value = undefined;
    conversations.value = [...conversations.peek(), conversation];
    keep();
    return conversation;
  }

  /** Who wrote to the reader alone while they were away. What they have not read opens. [P1] */
  async function lookForInvitations(): Promise<void> {
    const { rooms } = await client.rooms({ limit: lookedAt });
    for (const { room, direct, last, unread } of rooms) if (direct && last && unread !== 0) open(room, true);
  }

  client.on("state", (state) => {
    link.value = state;
    const asked = renaming.peek();
    // Asked for in the greeting, a name that is taken would become a similar one unasked.
    if (state.at === "open" && asked?.at === "asked") client.rename(asked.name);
    cancelLook();
    if (state.at === "open") cancelLook = clock.after(lookMs, () => void lookForInvitations().catch(() => {}));
  });
  client.on("welcome", (welcome) =>
    batch(() => {
      // A new object for the same person would lay out everything again.
      const known = me.peek();
      if (known?.id !== welcome.user.id || known.name !== welcome.user.name) me.value = welcome.user;
      claimed.value = welcome.claimed ?? undefined;
      maxText.value = welcome.limits.max_text;
      const asked = renaming.peek();
      if (asked?.at === "asked" && asked.name === welcome.user.name) renaming.value = undefined;
    }),
  );
  client.on("error", ({ message, suggestion, ref, id }) => {
    if (renaming.peek() && !ref && !id) renaming.value = { at: "refused", message, ...(suggestion && { suggestion }) };
  });
  // Somebody has something to say to this person alone.
  client.on("invited", ({ room }) => void open(room, true));
  client.on("notice", ({ room, text }) => {
    for (const conversation of conversations.peek()) {
      if (!room || room === conversation.name) conversation.notice(text);
    }
  });

  return {
    link,
    me,
    claimed,
    maxText,
    listRooms: (after) => client.rooms(after === undefined ? {} : { after }),
    talkWith: async (user) => (await client.direct(user)).name,
    search,
    latestChange,
    conversations,
    refusal,
    find,
    open: (name) => open(name),
    leave(name) {
      if (find(name)) client.join(name).leave({ discard: true });
      shut(name);
    },
    renaming,
    rename(text) {
      const name = parseDisplayName(text);
      renaming.value = name.ok ? { at: "asked", name: name.value } : { at: "refused" };
      if (name.ok && client.state.at === "open") client.rename(name.value);
    },
    stayNamed() {
      if (renaming.peek()?.at === "refused") renaming.value = undefined;
    },
    account: () => client.account(),
    setLanguage: (language) => client.setLanguage(language),
    retryNow: () => client.retryNow(),
    close() {
      cancelLook();
      for (const conversation of conversations.peek()) conversation.close();
      client.close();
    },
  };
}

/** The rooms that were open in this browser the last time. */
export const keptRooms = (kept: Kept): readonly RoomName[] => readList(kept, "rooms") as RoomName[];

/** Messages that nobody here has looked at, in all rooms. */
export const unreadIn = (chat: Chat): ReadonlySignal<number> =>
  computed(() => chat.conversations.value.reduce((sum, { unread }) => sum + unread.value, 0));
