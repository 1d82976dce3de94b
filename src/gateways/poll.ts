import type { FastifyInstance } from "fastify";
import * as v from "valibot";
import type { Hub } from "../core/hub.ts";
import { messageFrame } from "../core/messages.ts";
import type { Language } from "../locales/words.ts";
import { optional, refusalOf, roomField } from "../protocol/fields.ts";
import type { Epoch } from "../protocol/ids.ts";
import { pollDefault, pollLimit } from "../protocol/limits.ts";
import { sendProblem } from "./support/problem.ts";

const wholeNumber = v.pipe(v.string(), v.digits(), v.transform(Number), v.safeInteger());

/** `SEQ`, or `{epoch}-{seq}`, which is also good after a restored backup. [L4] */
const cursorField = v.pipe(
  v.string(),
  v.regex(/^(?:[a-z0-9]{16}-)?\d{1,15}$/),
  v.transform((text) => {
    const [seq, epoch] = text.split("-").toReversed();
    return { seq: Number(seq), epoch: epoch as Epoch | undefined };
  }),
);

const querySchema = v.object({
  after: optional(cursorField),
  before: optional(wholeNumber),
  limit: optional(v.pipe(wholeNumber, v.minValue(1), v.maxValue(pollLimit))),
});

/**
 * `GET /rooms/{room}/messages`: reads a room a page at a time. `?after=` pages forwards from a cursor,
 * `?before=` backwards, neither gives the last page. Makes no room.
 */
export function addPollGateway(app: FastifyInstance, hub: Hub, language: Language): void {
  app.get<{ Params: { room: string } }>("/rooms/:room/messages", async (request, reply) => {
    const room = v.safeParse(roomField, request.params.room);
    if (!room.success) return sendProblem(request, reply, { code: "bad_room" }, language);
    const query = v.safeParse(querySchema, request.query, { abortEarly: true });
    if (!query.success) return sendProblem(request, reply, refusalOf(query.issues).error, language);
    const { after, before } = query.output;
    const limit = query.output.limit ?? pollDefault;
    const wanted = after ? { after: after.seq } : { before: before ?? undefined };
    let read = await hub.read(room.output, wanted, limit);
    // A cursor of another life of the log, or of none, is answered by the last page. [L4]
    const reset =
      read.ok &&
      after != null &&
      ((after.epoch ?? read.value.epoch) !== read.value.epoch || after.seq > read.value.head);
    if (reset) read = await hub.read(room.output, { before: undefined }, limit);
    if (!read.ok) return sendProblem(request, reply, read.error, language);
    const { epoch, head, events, more } = read.value;
    // Paging forwards goes on from here; an empty page from where it began.
    const last = events.at(-1)?.seq ?? (after && !reset ? after.seq : head);
    return reply
      .header("cache-control", "no-store")
      .send({ epoch, head, messages: events.map(messageFrame), next: `${epoch}-${last}`, more, reset });
  });
}
