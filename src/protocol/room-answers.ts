import * as v from "valibot";
import { knownNumber, knownRef, knownRoom, optional, userField } from "./fields.ts";

/** With whom a room is shared, if it is a direct conversation: the other one, with the name that is known last. [P1] */
export const directField = optional(v.object({ user: userField }));

/** Up to where this person has read a room, and how many messages there are after that, 1,000 at the most. [P3] */
export const readFields = { read: optional(knownNumber), unread: optional(knownNumber) };

const listedRoomSchema = v.object({
  room: knownRoom,
  topic: optional(v.string()),
  head: knownNumber,
  /** How many are in it now. */
  count: knownNumber,
  /** The last message; RFC 3339, UTC. */
  last: optional(v.object({ ts: v.string() })),
  direct: directField,
  ...readFields,
});

/** What the server tells about them. */
export const roomAnswerSchemas = {
  /** A page of the list of rooms. */
  rooms: v.object({
    type: v.literal("rooms"),
    rooms: v.array(listedRoomSchema),
    /** Where the next page begins, if there is one. */
    next: optional(v.string()),
    ref: optional(knownRef),
  }),
  /** This person has read a room up to here, by another line. */
  read: v.object({ type: v.literal("read"), room: knownRoom, seq: knownNumber }),
  /** Something was said in a direct conversation of this person's that this line has not joined. */
  invited: v.object({ type: v.literal("invited"), room: knownRoom, head: knownNumber, direct: directField }),
} as const;
