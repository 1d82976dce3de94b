import { oneLine } from "../protocol/text.ts";
import type {
  ChangeFrame,
  ErrorCode,
  MessageFrame,
  Outgoing,
  OutgoingMessage,
  Room,
  ServerFrameOf,
  User,
} from "../sdk/index.ts";
import type { Known } from "./completion.ts";
import { Recent } from "./recent.ts";
import { Typists } from "./typists.ts";

/** What a person in a room is told of. */
export interface PlaceListener {
  /** The newest page of the room: at the entry (`first`), and again where the log could not be followed. */
  page(place: Place, messages: readonly MessageFrame[], first: boolean): void;
  message(place: Place, message: MessageFrame): void;
  /** Something was changed, and the place has it not yet. */
  changed(place: Place, change: ChangeFrame | ServerFrameOf<"topic">): void;
  sent(place: Place, message: OutgoingMessage, ts: string): void;
  notSent(place: Place, message: Outgoing, refusal: { readonly code: ErrorCode; readonly message: string }): void;
  came(place: Place, user: User): void;
  went(place: Place, user: User): void;
  renamed(place: Place, user: User, was: string): void;
  typing(place: Place): void;
  /** It is no room of this person: the server does not let them in. */
  gone(place: Place): void;
}

/** A room that somebody at a terminal is in. */
export class Place {
  readonly room: Room;
  readonly typists: Typists;
  readonly recent: Recent;
  /** The first message that was shown; where earlier ones are read from. */
  #oldest: number | undefined;
  #seen = false;
  readonly #endings: readonly (() => void)[];

  /** `isSeen`: what is printed stands before somebody's eyes, and is read. */
  constructor(room: Room, listener: PlaceListener, isSeen: boolean) {
    this.room = room;
    this.recent = new Recent(room);
    const change = (frame: ChangeFrame) => {
      listener.changed(this, frame);
      this.recent.change(frame);
    };
    const see = (message: MessageFrame | undefined) => isSeen && message && room.markRead(message.seq);
    this.typists = new Typists(() => listener.typing(this));
    this.#endings = [
      room.on("reset", ({ messages }) => {
        const first = !this.#seen;
        this.#seen = true;
        this.#oldest = messages[0]?.seq;
        this.recent.begin(messages);
        listener.page(this, messages, first);
        see(messages.at(-1));
      }),
      room.on("message", (message) => {
        this.#oldest ??= message.seq;
        this.typists.stop(message.user.id);
        this.recent.add(message);
        listener.message(this, message);
        see(message);
      }),
      room.on("edited", change),
      room.on("deleted", change),
      room.on("reacted", change),
      room.on("topic", (topic) => listener.changed(this, topic)),
      room.on("outgoing", ({ message, state }) => {
        if (state.at === "sent" && message.type === "message") listener.sent(this, message, state.ts);
        if (state.at === "refused") listener.notSent(this, message, state);
      }),
      room.on("user_joined", ({ user }) => listener.came(this, user)),
      room.on("user_left", ({ user }) => {
        this.typists.stop(user.id);
        listener.went(this, user);
      }),
      room.on("user_renamed", ({ user, was }) => listener.renamed(this, user, was)),
      room.on("typing", ({ user, active }) => {
        if (active) this.typists.start(user.id, user.name);
        else this.typists.stop(user.id);
      }),
      room.on("refused", () => listener.gone(this)),
    ];
  }

  /** What of this room can be completed. */
  known(me: User | undefined): Pick<Known, "names" | "own" | "topic"> {
    const others = this.room.members?.filter(({ id }) => id !== me?.id) ?? [];
    const own = this.recent.of(me, { own: true }).map(({ text }) => text);
    return { names: others.map(({ name }) => oneLine(name)), own, topic: this.room.topic ?? "" };
  }

  /** The messages before those that were shown; none where nothing is before them. Rejects when they cannot be read. */
  async earlier(limit: number): Promise<readonly MessageFrame[]> {
    const before = this.#oldest ?? 1;
    if (before <= 1) return [];
    // Taken at once, so that asking twice reads two pages and not one twice.
    this.#oldest = Math.max(1, before - limit);
    try {
      const { messages } = await this.room.history({ before, limit });
      this.#oldest = Math.min(this.#oldest, messages[0]?.seq ?? 1);
      this.recent.addEarlier(messages);
      return messages;
    } catch (error) {
      this.#oldest = before;
      throw error;
    }
  }

  /** Listens to the room no more. */
  end(): void {
    for (const end of this.#endings) end();
    this.typists.clear();
  }
}
