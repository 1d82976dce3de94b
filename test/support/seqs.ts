import type { Guest } from "./guest.ts";

/** The `seq`s that a client has read since its last `joined`, if it had one: of its history or its replay, and live. */
export function seqsOf(guest: Guest): number[] {
  const since = guest.frames.findLastIndex(({ type }) => type === "joined");
  return guest.frames.slice(Math.max(0, since)).flatMap((frame) => {
    if (frame.type === "history") return frame.messages.map(({ seq }) => seq);
    return frame.type === "message" ? [frame.seq] : [];
  });
}

/** The numbers from one to another, both included. */
export const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => from + n);
