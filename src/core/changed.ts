import type { StoredEvent } from "./ports.ts";

/**
 * A message after one more change: its text is the last edit's, by `seq`; once it is deleted it has no text and no
 * reactions, whatever else may come. A change that is in it already changes nothing, so that one may be told twice. [E2]
 */
export function changed(message: StoredEvent, change: StoredEvent): StoredEvent {
  if (message.deleted) return message;
  const { seq, ts, user, text } = change;
  switch (change.kind) {
    case "edit":
      // Erased, because the message is deleted further on.
      if (text === "" || (message.edited && message.edited.seq >= seq)) return message;
      return { ...message, text, edited: { seq, ts } };
    case "delete": {
      const { edited: _, reactions: __, ...rest } = message;
      return { ...rest, text: "", deleted: true };
    }
    case "react":
    case "unreact": {
      const { reactions = [], ...rest } = message;
      const isGiven = change.kind === "react";
      const before = reactions.find(({ emoji }) => emoji === text)?.users ?? [];
      if (before.some(({ id }) => id === user.id) === isGiven) return message;
      const after = { emoji: text, users: isGiven ? [...before, user] : before.filter(({ id }) => id !== user.id) };
      const all =
        before.length > 0
          ? reactions.map((reaction) => (reaction.emoji === text ? after : reaction))
          : [...reactions, after];
      const left = all.filter(({ users }) => users.length > 0);
      return { ...rest, ...(left.length > 0 && { reactions: left }) };
    }
    default:
      return message;
  }
}
