import type { User } from "../../protocol/server-frames.ts";

/** How long somebody counts as typing after the last sign of it: longer than the server's own lapse. */
export const typistLapseMs = 8_000;

/** Who types, oldest first, with the moment when that lapses. */
export type Typists = readonly { readonly user: User; readonly until: number }[];

export const startTyping = (typists: Typists, user: User, now: number): Typists => {
  const typist = { user, until: now + typistLapseMs };
  const isThere = typists.some((other) => other.user.id === user.id);
  return isThere ? typists.map((other) => (other.user.id === user.id ? typist : other)) : [...typists, typist];
};

export const stopTyping = (typists: Typists, id: string): Typists => typists.filter(({ user }) => user.id !== id);

export const lapse = (typists: Typists, now: number): Typists => typists.filter(({ until }) => until > now);
