import * as v from "valibot";
import { knownEpoch, knownFlag, knownNumber, knownRoom, knownSessionId, knownText, optional } from "./fields.ts";
import { directField, readFields } from "./room-answers.ts";

// What long answers are made of. Apart from the frames, so that no client loads it.

/** A room, as the list of rooms tells it. [P2] */
export const listedRoomSchema = v.object({
  room: knownRoom,
  topic: optional(knownText),
  head: knownNumber,
  /** How many are in it now. */
  count: knownNumber,
  /** The last message; RFC 3339, UTC. */
  last: optional(v.object({ ts: knownText })),
  direct: directField,
  ...readFields,
});

/** Where a room's log stands, as `heads` tells it. [R5] */
export const headSchema = v.object({ epoch: knownEpoch, seq: knownNumber });

/** A session of somebody, as the list of them tells it. [I3] */
export const sessionSchema = v.object({
  id: knownSessionId,
  /** What it came by, as far as it told: `Firefox, Windows`. */
  agent: knownText,
  /** RFC 3339, UTC; `seen` to some minutes. */
  created: knownText,
  seen: knownText,
  /** Whether it is the one that asks. */
  current: knownFlag,
});
