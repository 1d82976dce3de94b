import type { FastifyInstance } from "fastify";
import * as v from "valibot";
import type { Hub } from "../core/hub.ts";
import type { Language } from "../locales/words.ts";
import { parseAnyRoomName } from "../protocol/direct.ts";
import { messageIdField, nameField, optional, textField } from "../protocol/fields.ts";
import { readBody } from "./support/body.ts";
import { type AddressOf, bearerToken, type RoomRoute } from "./support/http.ts";
import { postAndReply } from "./support/post-and-reply.ts";
import { sendProblem } from "./support/problem.ts";

export const postSchema = v.object({
  text: textField,
  name: optional(nameField),
  id: optional(messageIdField),
  reply_to: optional(messageIdField),
});

/**
 * `POST /rooms/{room}/messages`: says something with one request. The body is JSON, or the text as
 * it stands; what curl calls a form is taken as text too, unless it begins with `text=`. Answers 201
 * once the message is on disk. [S1] Without a token it counts under its address; of a program on this machine, under
 * its connection.
 */
export function addPostGateway(app: FastifyInstance, hub: Hub, language: Language, addressOf: AddressOf): void {
  app.post<RoomRoute>("/rooms/:room/messages", async (request, reply) => {
    const room = parseAnyRoomName(request.params.room);
    if (!room.ok) return sendProblem(reply, room.error, language);
    const key = request.headers["idempotency-key"];
    const body = readBody(request, postSchema, key === undefined ? {} : { id: key });
    if (!body.ok) return sendProblem(reply, body.error, language);
    hub.metrics.received("post");
    const { text, name, id, reply_to: target } = body.value;
    const token = bearerToken(request);
    const author = await hub.members.names.author({ name, token });
    if (!author.ok) return sendProblem(reply, author.error, language);
    const proven = hub.people.prove(token);
    const bearer = proven.ok ? proven.value : undefined;
    if (bearer) hub.identity.saw(bearer);
    const address = addressOf(request.raw);
    const countedAs = bearer ? author.value.id : (address ?? request.raw.socket);
    const post = { room: room.value, user: author.value, text, id, target, countedAs, address };
    return postAndReply(reply, { hub, language, post, status: 201 });
  });
}
