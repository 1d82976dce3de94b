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
      return withReactions(message, [
        ...(message.reactions ?? []).map((reaction) =>
          reaction.emoji === text && !reaction.users.some(({ id }) => id === user.id)
            ? { ...reaction, users: [...reaction.users, user] }
            : reaction,
        ),
        ...(message.reactions?.some(({ emoji }) => emoji === text) ? [] : [{ emoji: text, users: [user] }]),
      ]);
    case "unreact":
      return withReactions(
        message,
        (message.reactions ?? [])
          .map(({ emoji, users }) => ({
            emoji,
            users: emoji === text ? users.filter(({ id }) => id !== user.id) : users,
          }))
          .filter(({ users }) => users.length > 0),
      );
    default:
      return message;
  }
}

function withReactions(message: StoredEvent, reactions: NonNullable<StoredEvent["reactions"]>): StoredEvent {
  const { reactions: _, ...rest } = message;
  return reactions.length > 0 ? { ...rest, reactions } : rest;
}
