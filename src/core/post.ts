import type { ChatError } from "../protocol/codes.ts";
import { type EventKind, topicLimit } from "../protocol/events.ts";
import type { MessageId, RoomName } from "../protocol/ids.ts";
import type { Limits } from "../protocol/limits.ts";
import type { User } from "../protocol/server-frames.ts";
import { codePoints, isBlank } from "../protocol/text.ts";
import { mayEnter } from "./access.ts";
import type { CountedFor } from "./ports.ts";

/** Something to say in a room, or a change to make there. */
export interface Post {
  readonly room: RoomName;
  /** A message, if it is left out. */
  readonly kind?: EventKind;
  readonly user: User;
  readonly text: string;
  /** The sender's own id makes a resend harmless; without one it is given one. [S1] [S3] */
  readonly id?: MessageId | null | undefined;
  /** The message that it is about. */
  readonly target?: MessageId | null | undefined;
  /** The key by which it counts for the rate; `undefined` for what does not count. */
  readonly countedAs?: unknown;
  /** The address that it comes from; `undefined` for a program on this machine. */
  readonly address?: string | undefined;
  /** Whether it was let through by that rate already. */
  readonly isCounted?: boolean;
  /** When it was said, in milliseconds since 1970, if that was elsewhere and not now. */
  readonly ts?: number | undefined;
}

/** Whose rate it counts for on other nodes; its author's, where it counts for one line alone here. [N7] */
export function countedFor({ countedAs, user }: Post): CountedFor {
  if (countedAs === undefined) return false;
  return typeof countedAs === "string" && countedAs !== user.id ? countedAs : null;
}

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
