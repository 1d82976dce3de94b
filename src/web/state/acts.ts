import { effect, type ReadonlySignal, untracked } from "@preact/signals";
import type { MessageId, Room, User } from "../../sdk/index.ts";
import type { Line } from "../logic/arrange.ts";
import type { Changes } from "./changes.ts";
import type { History } from "./history.ts";
import type { Kept } from "./kept.ts";
import type { Quotes } from "./quotes.ts";
import type { Unsaid } from "./unsaid.ts";
import { aboutOf, createWriting, type Occasion } from "./writing.ts";

/** What the reader does in a room with what is said there. */
export interface Acts {
  /** What one writes. */
  readonly occasion: ReadonlySignal<Occasion>;
  /** What stands in the field. */
  readonly text: ReadonlySignal<string>;
  /** Says something, or answers or edits what one is about to. */
  send(text: string): void;
  /** What stands in the field by now. */
  write(text: string): void;
  /** Neither answers nor edits. */
  giveUp(): void;
  reply(id: MessageId): void;
  /** Edits one's own message, from its text or another one; without `id` the last, if the log has it. Whether there is one. */
  edit(id?: MessageId, text?: string): boolean;
  delete(id: MessageId): void;
  react(id: MessageId, emoji: string, active: boolean): void;
  /** Sends a refused message again, as a new one. */
  retry(refused: Pick<Line, "id" | "text" | "reply">): void;
  discard(refused: Pick<Line, "id">): void;
}

interface ActParts {
  readonly room: Room;
  readonly history: Pick<History, "get" | "shown">;
  readonly changes: Pick<Changes, "over">;
  readonly quotes: Pick<Quotes, "find" | "want">;
  readonly me: ReadonlySignal<User | undefined>;
  readonly kept: Kept;
  readonly keptInTab: Kept;
  /** Something new is said. */
  readonly onSaid: () => void;
  readonly unsaid: Pick<Unsaid, "all" | "settle">;
}

export function createActs(parts: ActParts): Acts & { close(): void } {
  const { room, history, changes, quotes, unsaid, me, onSaid } = parts;
  const writing = createWriting(room.name, parts);
  // What one answers or edits may be deleted, also while one was away.
  const close = effect(() => {
    const about = aboutOf(writing.occasion.value);
    if (!about) return;
    quotes.want(about);
    if (quotes.find(about).value?.deleted) untracked(() => writing.drop(about.id));
  });
  return {
    occasion: writing.occasion,
    text: writing.text,
    send(text) {
      const occasion = writing.occasion.peek();
      writing.finish();
      if (occasion.is === "edit") {
        if (text !== occasion.message.text) room.edit(occasion.message.id, text);
        return;
      }
      room.send(text, occasion.is === "reply" ? { replyTo: occasion.to.id } : {});
      onSaid();
    },
    write: writing.write,
    giveUp: writing.end,
    reply(id) {
      const message = history.get({ id });
      if (message && !message.deleted) writing.reply(message);
    },
    edit(id, text) {
      // Whoever means what is still on its way does not mean the one before it.
      if (!id && unsaid.all.peek().some(({ state }) => state.at !== "refused")) return false;
      const found = changes
        .over(history.shown.peek())
        .findLast(({ message }) => message.user.id === me.peek()?.id && !message.deleted && (!id || message.id === id));
      if (found) writing.edit(found.message, text);
      return found !== undefined;
    },
    delete(id) {
      writing.drop(id);
      room.delete(id);
    },
    react: (id, emoji, active) => void room.react(id, emoji, active),
    retry(refused) {
      unsaid.settle(refused.id);
      room.send(refused.text, refused.reply ? { replyTo: refused.reply.id } : {});
    },
    discard: (refused) => unsaid.settle(refused.id),
    close,
  };
}
