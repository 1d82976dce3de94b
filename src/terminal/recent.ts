import { type ChangeFrame, changed, type MessageFrame, type MessageId, type Room, type User } from "../sdk/index.ts";

const mostKept = 200;

/** What is known of a message that somebody may change or answer. */
export type Known = Pick<MessageFrame, "id" | "user" | "text" | "deleted" | "reactions">;

/** The last messages of a room, as they are now; those on their way too. */
export class Recent {
  readonly #room: Room;
  #messages: readonly MessageFrame[] = [];

  constructor(room: Room) {
    this.#room = room;
  }

  begin(messages: readonly MessageFrame[]): void {
    this.#messages = messages.slice(-mostKept);
  }

  add(message: MessageFrame): void {
    this.#messages = [...this.#messages, message].slice(-mostKept);
  }

  /** What was read back, as far as there is space for it. */
  addEarlier(messages: readonly MessageFrame[]): void {
    this.#messages = [...messages, ...this.#messages].slice(-mostKept);
  }

  change(change: ChangeFrame): void {
    this.#messages = this.#messages.map((message) => changed(message, change));
  }

  find(id: MessageId): MessageFrame | undefined {
    return this.#messages.find((message) => message.id === id);
  }

  /** What can still be changed, the last one first; `own`: of this person alone. */
  of(me: User | undefined, { own }: { readonly own: boolean }): readonly Known[] {
    const waiting = this.#room.outgoing.flatMap((outgoing): readonly Known[] =>
      me && outgoing.type === "message" && !this.find(outgoing.id) ? [{ ...outgoing, user: me }] : [],
    );
    return [...this.#messages, ...waiting]
      .filter(({ deleted, user }) => !deleted && (!own || user.id === me?.id))
      .toReversed();
  }
}
