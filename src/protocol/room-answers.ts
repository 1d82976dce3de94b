import * as v from "valibot";
import { knownNumber, knownRoom, knownText, knownUser, optional } from "./fields.ts";
import type { listedRoomSchema } from "./lists.ts";

/** With whom a room is shared, if it is a direct conversation: the other one, with the name that is known last. [P1] */
export const directField = optional(v.object({ user: knownUser }));

/** Up to where this person has read a room, and how many messages there are after that, 1,000 at the most. [P3] */
export const readFields = { read: optional(knownNumber), unread: optional(knownNumber) };

/** Checked by nobody but the documents: a client that asked its server trusts the list. */
export const knownRooms = v.custom<v.InferOutput<typeof listedRoomSchema>[]>(Array.isArray);

/** What the server tells about them. */
export const roomAnswerSchemas = {
  /** A page of the list of rooms. */
  rooms: v.object({
    type: v.literal("rooms"),
    rooms: knownRooms,
    /** Where the next page begins, if there is one. */
    next: optional(knownText),
    ref: optional(knownText),
  }),
  /** This person has read a room up to here, by another line. */
  read: v.object({ type: v.literal("read"), room: knownRoom, seq: knownNumber }),
  /** Something was said in a direct conversation of this person's that this line has not joined. */
  invited: v.object({ type: v.literal("invited"), room: knownRoom, head: knownNumber, direct: directField }),
} as const;
