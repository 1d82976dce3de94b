import type { StoredEvent } from "../../src/core/ports.ts";
import { type ListedRoom, type ReadState, type RoomDirectory, unreadLimit } from "../../src/core/room-directory.ts";
import { otherOf, pairOf } from "../../src/protocol/direct.ts";
import type { DisplayName, RoomName, UserId } from "../../src/protocol/ids.ts";

/** What {@link memoryDirectory} keeps, so that it can be opened again. */
export interface DirectoryMemory {
  /** By person and room. */
  readonly read: Map<string, number>;
  /** What the other one of a person's direct conversation is called. */
  readonly names: Map<string, DisplayName>;
}

export const newDirectoryMemory = (): DirectoryMemory => ({ read: new Map(), names: new Map() });

type Rooms = ReadonlyMap<RoomName, { readonly events: readonly StoredEvent[] }>;

/** The list of rooms and read markers without a disk; each thing is done in a step of `step`. */
export function memoryDirectory(
  { read, names }: DirectoryMemory,
  rooms: Rooms,
  step: <T>(work: () => T) => Promise<T>,
): RoomDirectory {
  const keyOf = (user: UserId, room: RoomName) => `${user}/${room}`;
  const stateOf = (user: UserId, room: RoomName, upTo: number): ReadState | undefined => {
    const seq = read.get(keyOf(user, room));
    if (seq === undefined) return undefined;
    const events = rooms.get(room)?.events.slice(seq, upTo) ?? [];
    return { seq, unread: Math.min(unreadLimit, events.filter(({ kind }) => kind === "message").length) };
  };
  const listed = (user: UserId | undefined): ListedRoom[] =>
    [...rooms].flatMap(([room, { events }], id) => {
      const messages = events.filter(({ kind }) => kind === "message");
      if (pairOf(room) && (!user || !otherOf(room, user) || messages.length === 0)) return [];
      const topic = events.findLast(({ kind }) => kind === "topic")?.text;
      const otherName = user && names.get(keyOf(user, room));
      const state = user && stateOf(user, room, events.length);
      const active = Math.max(0, ...messages.map(({ ts }) => ts));
      return {
        room,
        id: id + 1,
        active,
        head: events.length,
        ...(topic && { topic }),
        ...(otherName && { otherName }),
        ...(state && { read: state }),
      };
    });
  return {
    list: ({ user, after, limit }) =>
      step(() => {
        const all = listed(user)
          .sort((a, b) => b.active - a.active || b.id - a.id)
          .filter(({ active, id }) => !after || active < after.active || (active === after.active && id < after.id));
        return { rooms: all.slice(0, limit), more: all.length > limit };
      }),
    readStates: (asked) => step(() => asked.map(({ user, room, upTo }) => stateOf(user, room, upTo))),
    markRead: (markers) =>
      step(() => {
        for (const { user, room, seq } of markers) {
          const key = keyOf(user, room);
          const log = rooms.get(room)?.events;
          if (log) read.set(key, Math.max(Math.min(seq, log.length), read.get(key) ?? 0));
        }
      }),
    nameDirect: (room, users) =>
      step(() => {
        for (const { id, name } of users) {
          const other = otherOf(room, id);
          if (other && rooms.has(room)) names.set(keyOf(other, room), name);
        }
        return [...new Set(pairOf(room))].flatMap((id) => {
          const name = names.get(keyOf(otherOf(room, id) ?? id, room));
          return name === undefined ? [] : [{ id, name }];
        });
      }),
  };
}
