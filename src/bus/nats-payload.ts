import * as v from "valibot";
import type { Appends } from "../core/ports.ts";
import { eventKinds } from "../protocol/events.ts";
import { knownEpoch, knownMessageId, knownRoom, knownUser, wholeNumberField } from "../protocol/fields.ts";

const eventSchema = v.object({
  seq: wholeNumberField,
  id: knownMessageId,
  kind: v.picklist(eventKinds),
  user: knownUser,
  text: v.string(),
  target: v.exactOptional(knownMessageId),
  targetSeq: v.exactOptional(wholeNumberField),
  ts: v.pipe(v.number(), v.safeInteger()),
});

const appendsSchema = v.object({
  room: knownRoom,
  epoch: knownEpoch,
  events: v.array(eventSchema),
  countedFor: v.exactOptional(v.array(v.union([v.string(), v.null(), v.literal(false)]))),
  head: v.optional(wholeNumberField),
});

/** News as it travels, in at most `maxBytes`: what is larger tells only how far the log has come. */
export function encodeAppends({ room, epoch, events, countedFor, head }: Appends, maxBytes: number): Uint8Array {
  const whole = Buffer.from(
    JSON.stringify({ room, epoch, events: events.map(({ room: _, ...event }) => event), countedFor, head }),
  );
  if (whole.length <= maxBytes) return whole;
  return Buffer.from(JSON.stringify({ room, epoch, events: [], head: events.at(-1)?.seq }));
}

/** What {@link encodeAppends} wrote; `undefined` for anything else, whoever sent it. [B2] */
export function decodeAppends(payload: Uint8Array): Appends | undefined {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(payload).toString());
  } catch {
    return undefined;
  }
  const parsed = v.safeParse(appendsSchema, json);
  if (!parsed.success) return undefined;
  const { room, epoch, events, countedFor, head } = parsed.output;
  return {
    room,
    epoch,
    events: events.map((event) => ({ ...event, room })),
    ...(countedFor && { countedFor }),
    ...(head !== undefined && { head }),
  };
}
