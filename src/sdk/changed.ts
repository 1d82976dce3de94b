import type { MessageFrame } from "../protocol/server-frames.ts";
import type { ChangeFrame } from "./types.ts";

/**
 * A message after one more change, for who keeps messages: its text is the last edit's, by `seq`; once it is deleted it
 * has no text and no reactions, whatever else may come. A change of another message, or one that is in it already,
 * changes nothing: then the same object is given back. [E2]
 */
export function changed(message: MessageFrame, change: ChangeFrame): MessageFrame {
  if (message.deleted || message.id !== change.target) return message;
  const { edited, reactions, ...rest } = message;
  const { seq, ts } = change;
  switch (change.type) {
    case "edited":
      // Without a text: it is erased, because the message is deleted further on.
      if (change.text === "" || (edited && edited.seq >= seq)) return message;
      return { ...message, text: change.text, edited: { seq, ts } };
    case "deleted":
      return { ...rest, text: "", deleted: true };
    case "reacted": {
      const { emoji, user, active } = change;
      const before = reactions?.find((reaction) => reaction.emoji === emoji)?.users ?? [];
      if (before.some(({ id }) => id === user.id) === active) return message;
      const after = { emoji, users: active ? [...before, user] : before.filter(({ id }) => id !== user.id) };
      const all =
        before.length > 0
          ? (reactions ?? []).map((reaction) => (reaction.emoji === emoji ? after : reaction))
          : [...(reactions ?? []), after];
      const left = all.filter(({ users }) => users.length > 0);
      return { ...rest, ...(edited && { edited }), ...(left.length > 0 && { reactions: left }) };
    }
    default:
      return change satisfies never;
  }
}
