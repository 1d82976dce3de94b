import { createHash } from "node:crypto";
import type { RoomName } from "../protocol/ids.ts";

// Windows has devices of these names in every folder, whatever follows the dot.
const devices = /^(con|prn|aux|nul|com\d|lpt\d)$/;
const invisible = /\p{Default_Ignorable_Code_Point}/u;

const foldsToItself = (name: string): boolean => name.toUpperCase().toLowerCase().normalize("NFC") === name;

/**
 * The name of a room's transcript without its ending: the room's own, and another for each room also where the file
 * system does not tell `ß` from `ss` or `ς` from `σ`: such a name is followed by `~` and digits of its hash. A room's
 * name has no `~`, `.` or `/`, so a transcript cannot be outside its folder, nor be mistaken for another's. [T2]
 */
export function transcriptName(room: RoomName): string {
  if (foldsToItself(room) && !devices.test(room) && !invisible.test(room)) return room;
  return `${room}~${createHash("sha256").update(room).digest("hex").slice(0, 12)}`;
}
