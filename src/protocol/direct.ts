import { accepted, type Result } from "./codes.ts";
import type { RoomName, UserId } from "./ids.ts";
import { parseRoomName } from "./names.ts";

const directForm = /^@([a-z0-9]{20})-([a-z0-9]{20})$/;

/**
 * The room of a direct conversation: the same for two people whoever of them begins it, and whatever they are called.
 * No other room can have such a name, and the name says who may read the room. [P1]
 */
export function directRoom(one: UserId, other: UserId): RoomName {
  const [first, second] = [one.slice(2), other.slice(2)].sort();
  return `@${first}-${second}` as RoomName;
}

/** The two people of a direct conversation; `undefined` for any other room. */
export function pairOf(room: RoomName): readonly [UserId, UserId] | undefined {
  const [, first, second] = directForm.exec(room) ?? [];
  return first && second ? [`u_${first}` as UserId, `u_${second}` as UserId] : undefined;
}

/** With whom somebody has a direct conversation; `undefined` for any other room, or one that is not theirs. */
export function otherOf(room: RoomName, user: UserId): UserId | undefined {
  const pair = pairOf(room);
  if (!pair?.includes(user)) return undefined;
  return pair[0] === user ? pair[1] : pair[0];
}

/** The name of any room in its stored form, also of a direct conversation. Otherwise `bad_room`. */
export function parseAnyRoomName(text: string): Result<RoomName> {
  const pair = pairOf(text as RoomName);
  return pair && directRoom(...pair) === text ? accepted(text as RoomName) : parseRoomName(text);
}
