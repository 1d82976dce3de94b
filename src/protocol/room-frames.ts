import * as v from "valibot";
import { optional, refField, roomField, wholeNumberField } from "./fields.ts";
import { historyLimit, roomsLimit } from "./limits.ts";

/** A place in the list of rooms, as the `next` of a page gave it. */
export const listCursorField = v.pipe(v.string(), v.regex(/^\d{1,15}-\d{1,15}$/));

/** What a client asks about rooms other than the one it talks in, by its `type`. */
export const roomFrameSchemas = {
  /** Asks which rooms there are, by latest message. [P2] */
  rooms: v.object({
    type: v.literal("rooms"),
    after: optional(listCursorField),
    limit: optional(v.pipe(wholeNumberField, v.minValue(1), v.maxValue(roomsLimit))),
    ref: optional(refField),
  }),
  /** This person has read a joined room up to here. [P3] */
  read: v.object({ type: v.literal("read"), room: optional(roomField), seq: wholeNumberField }),
  /** Joins the direct conversation with somebody, by their name or id. [P1] */
  direct: v.object({
    type: v.literal("direct"),
    user: v.string(),
    history: optional(v.pipe(wholeNumberField, v.maxValue(historyLimit))),
    ref: optional(refField),
  }),
} as const;
