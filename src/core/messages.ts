import type { MessageFrame } from "../protocol/server-frames.ts";
import type { StoredEvent } from "./ports.ts";

/** A stored message as everybody reads it. */
export function messageFrame(event: StoredEvent): MessageFrame {
  const { room, seq, id, user, text } = event;
  const ts = new Date(event.ts).toISOString();
  const frame: MessageFrame = { type: "message", room, seq, id, user, text, ts };
  return event.replyTo ? { ...frame, reply_to: event.replyTo } : frame;
}
