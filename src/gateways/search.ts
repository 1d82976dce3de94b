import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as v from "valibot";
import type { Hub } from "../core/hub.ts";
import { messageFrame } from "../core/messages.ts";
import type { Language } from "../locales/words.ts";
import { parseAnyRoomName } from "../protocol/direct.ts";
import { cursorTextField, optional, refusalOf, roomField, textField } from "../protocol/fields.ts";
import type { RoomName } from "../protocol/ids.ts";
import { searchLimit } from "../protocol/limits.ts";
import { bearerToken, countField, type RoomRoute } from "./support/http.ts";
import { sendProblem } from "./support/problem.ts";

export const searchQuerySchema = v.object({
  q: textField,
  room: optional(roomField),
  before: optional(cursorTextField),
  limit: optional(countField(searchLimit)),
});

/**
 * `GET /search` and `GET /rooms/{room}/search` with `?q=`: the newest messages that have every word of it, in all rooms or
 * in one; `?before=` goes on from the `next` of an answer. [Q1] [Q2]
 */
export function addSearchGateway(app: FastifyInstance, hub: Hub, language: Language): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply, only?: RoomName) => {
    const query = v.safeParse(searchQuerySchema, request.query, { abortEarly: true });
    if (!query.success) return sendProblem(reply, refusalOf(query.issues).error, language);
    const { q: text, room, before, limit } = query.output;
    const reader = hub.people.userOf(bearerToken(request));
    const found = await hub.finder.find({ text, room: only ?? room, before, limit }, reader);
    if (!found.ok) return sendProblem(reply, found.error, language);
    const { events, next } = found.value;
    const results = { messages: events.map(messageFrame), ...(next && { next }) };
    return reply.header("cache-control", "no-store").send(results);
  };

  app.get("/search", (request, reply) => answer(request, reply));
  app.get<RoomRoute>("/rooms/:room/search", (request, reply) => {
    const room = parseAnyRoomName(request.params.room);
    if (!room.ok) return sendProblem(reply, room.error, language);
    return answer(request, reply, room.value);
  });
}
