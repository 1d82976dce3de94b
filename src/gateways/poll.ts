import type { ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import * as v from "valibot";
import type { Hub } from "../core/hub.ts";
import { eventFrame, messageFrame } from "../core/messages.ts";
import type { EventPage, RoomHead } from "../core/ports.ts";
import type { Language } from "../locales/words.ts";
import { parseAnyRoomName } from "../protocol/direct.ts";
import { cursorField, optional, refusalOf } from "../protocol/fields.ts";
import { pollDefault, pollLimit } from "../protocol/limits.ts";
import { bearerToken, countField, type RoomRoute } from "./support/http.ts";
import { sendProblem } from "./support/problem.ts";

const wholeNumber = v.pipe(v.string(), v.digits(), v.transform(Number), v.safeInteger());

/** Seconds that a long poll may wait: below the minute after which many proxies give up. */
export const longestWait = 55;

export const querySchema = v.object({
  after: optional(cursorField),
  before: optional(wholeNumber),
  wait: optional(v.pipe(wholeNumber, v.maxValue(longestWait))),
  limit: optional(countField(pollLimit)),
});

type Range = Pick<v.InferOutput<typeof querySchema>, "after" | "before">;

/**
 * `GET /rooms/{room}/messages`: reads a room a page at a time. `?after=` pages forwards from a cursor,
 * `?before=` backwards, neither gives the last page. With `?wait=` an empty page is answered as soon as
 * something is said, or when the time is up: a long poll. Makes no room. Forwards, what was changed comes beside the
 * messages, which are told as they are now. [E2]
 */
export function addPollGateway(app: FastifyInstance, hub: Hub, language: Language): void {
  app.get<RoomRoute>("/rooms/:room/messages", async (request, reply) => {
    const room = parseAnyRoomName(request.params.room);
    if (!room.ok) return sendProblem(reply, room.error, language);
    const query = v.safeParse(querySchema, request.query, { abortEarly: true });
    if (!query.success) return sendProblem(reply, refusalOf(query.issues).error, language);
    const { after, before, wait } = query.output;
    const limit = query.output.limit ?? pollDefault;
    const wanted = after ? { after: after.seq } : { before: before ?? undefined };
    const reader = hub.people.userOf(bearerToken(request));
    let read = await hub.reader.read(room.value, wanted, limit, reader);
    // A number alone is one of the log that there is now.
    const epochAsked = after?.epoch ?? (read.ok ? read.value.epoch : undefined);
    const isLost = () => read.ok && after != null && (epochAsked !== read.value.epoch || after.seq > read.value.head);
    if (read.ok && after != null && wait && read.value.events.length === 0 && !isLost()) {
      await hub.reader.waitBeyond(room.value, after.seq, wait * 1000, hungUp(reply.raw));
      read = await hub.reader.read(room.value, wanted, limit, reader);
    }
    // A cursor of another life of the log, or of none, is answered by the last page; that life may have ended during the
    // wait. [L4]
    const reset = isLost();
    if (reset) read = await hub.reader.read(room.value, { before: undefined }, limit, reader);
    if (!read.ok) return sendProblem(reply, read.error, language);
    const { epoch, head, topic, events, more } = read.value;
    return reply.header("cache-control", "no-store").send({
      epoch,
      head,
      // Further on the changes tell it.
      ...(topic && (reset || after == null) && { topic }),
      messages: events.filter(({ kind }) => kind === "message").map(messageFrame),
      changes: events.filter(({ kind }) => kind !== "message").map(eventFrame),
      next: `${epoch}-${lastLookedAt(read.value, reset ? {} : query.output)}`,
      more,
      reset,
    });
  });
}

/** Where paging forwards goes on: an empty page leads to where it began, the last page to the end of the log. */
function lastLookedAt({ events, head }: RoomHead & EventPage, { after, before }: Range): number {
  if (after) return events.at(-1)?.seq ?? after.seq;
  return before == null ? head : (events.at(-1)?.seq ?? head);
}

/** Tells when a client no longer waits for its answer. */
function hungUp(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  // Who has hung up while the room was read will not be heard hanging up again.
  if (response.destroyed) gone.abort();
  response.once("close", () => gone.abort());
  return gone.signal;
}
