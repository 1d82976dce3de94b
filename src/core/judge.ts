import type { ChatError } from "../protocol/codes.ts";
import { topicLimit } from "../protocol/events.ts";
import type { Limits } from "../protocol/limits.ts";
import { codePoints, isBlank } from "../protocol/text.ts";
import { mayEnter } from "./access.ts";
import type { Post } from "./hub.ts";

/** Why something may not be said or changed, as far as that shows before it is stored. */
export function judgePost({ room, kind = "message", user, text }: Post, limits: Limits): ChatError | undefined {
  if (!mayEnter(room, user.id)) return { code: "no_such_room" };
  if (kind !== "message" && kind !== "edit" && kind !== "topic") return undefined;
  const maxText = kind === "topic" ? topicLimit : limits.maxText;
  if (kind !== "topic" && isBlank(text)) return { code: "empty" };
  // A code point is one or two units: counting is for the texts in between.
  if (maxText === 0 || text.length <= maxText || codePoints(text) <= maxText) return undefined;
  return { code: "too_long", params: { max: maxText } };
}
