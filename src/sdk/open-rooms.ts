import type { JoinedRoom } from "./room.ts";
import type { OpenLine } from "./sending.ts";

/**
 * A connection may send 200 frames at once and 20 a second after that (else 4102): so many rooms are
 * joined at once, and the further ones at this distance.
 */
const joinsAtOnce = 64;
const joinIntervalMs = 60;

/** Brings those rooms that are wanted onto a greeted line. */
export function openRooms(rooms: readonly JoinedRoom[], line: OpenLine): void {
  for (const [index, room] of rooms.filter(({ wanted }) => wanted).entries()) {
    room.open(line, Math.max(0, index + 1 - joinsAtOnce) * joinIntervalMs);
  }
}
