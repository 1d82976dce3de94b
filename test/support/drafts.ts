import type { Draft, StoredEvent } from "../../src/core/ports.ts";
import type { DisplayName, MessageId, RoomName, UserId } from "../../src/protocol/ids.ts";

export const roomName = (name: string) => name as RoomName;
export const displayName = (name: string) => name as DisplayName;
/** An id of the right form that a person can read: `n` is what tells it from others. */
export const messageId = (n: number | string) => String(n).padStart(16, "0") as MessageId;
export const userId = (n: number | string) => `u_${String(n).padStart(20, "0")}` as UserId;

/** Something that Ann says in `general`, with what a test wants otherwise. */
export function draft(n: number | string, changes: Partial<Draft> = {}): Draft {
  return {
    room: roomName("general"),
    id: messageId(n),
    kind: "message",
    user: { id: userId("ann"), name: displayName("Ann") },
    text: `message ${n}`,
    ts: 1_763_595_996_000,
    ...changes,
  };
}

/** A draft with its place in the log. */
export const storedEvent = (seq: number, changes: Partial<Draft> = {}): StoredEvent => ({
  ...draft(seq, changes),
  seq,
});
