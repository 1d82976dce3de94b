import { pairOf } from "../protocol/direct.ts";
import type { RoomName, UserId } from "../protocol/ids.ts";

/**
 * Whether somebody may know of a room, read it and speak in it; without a person, whoever cannot prove who they are. The
 * one place where this is decided: whoever may not is answered as if there were no such room. [P1]
 */
export function mayEnter(room: RoomName, user: UserId | undefined): boolean {
  const pair = pairOf(room);
  return pair === undefined || (user !== undefined && pair.includes(user));
}
