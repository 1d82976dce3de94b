import { unreachable } from "../protocol/codes.ts";
import type { EventFrame, MessageFrame } from "../protocol/server-frames.ts";
import type { StoredEvent } from "./ports.ts";

/** A stored message as everybody reads it, as it is now. */
export function messageFrame(event: StoredEvent): MessageFrame {
  const { room, seq, id, user, text, target, targetSeq, edited, deleted, reactions } = event;
  const ts = timeOf(event);
  const frame: MessageFrame = { type: "message", room, seq, id, user, text, ts };
  // Most messages are neither answers nor changed: they cost nothing more.
  if (!target && !edited && !deleted && !reactions) return frame;
  return {
    ...frame,
    ...(target && { reply_to: target }),
    ...(targetSeq !== undefined && { reply_to_seq: targetSeq }),
    ...(edited && { edited: { seq: edited.seq, ts: new Date(edited.ts).toISOString() } }),
    ...(deleted && { deleted }),
    ...(reactions && { reactions: [...reactions] }),
  };
}

/** A stored event as everybody in its room reads it. [E1] */
export function eventFrame(event: StoredEvent): EventFrame {
  const { kind, room, seq, id, user, text, target = id, targetSeq = seq } = event;
  const change = { room, seq, id, user, ts: timeOf(event), target, target_seq: targetSeq };
  switch (kind) {
    case "message":
      return messageFrame(event);
    case "edit":
      return { type: "edited", ...change, text };
    case "delete":
      return { type: "deleted", ...change };
    case "react":
    case "unreact":
      return { type: "reacted", ...change, emoji: text, active: kind === "react" };
    case "topic":
      return { type: "topic", room, seq, id, user, ts: timeOf(event), text };
    default:
      return unreachable(kind);
  }
}

const latest = { ts: 0, text: new Date(0).toISOString() };

/** RFC 3339, milliseconds, UTC. */
export function timeOf({ ts }: StoredEvent): string {
  // In a busy server many messages are of one millisecond, and each has its time written twice.
  if (ts !== latest.ts) {
    latest.text = new Date(ts).toISOString();
    latest.ts = ts;
  }
  return latest.text;
}
