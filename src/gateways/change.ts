import type { FastifyInstance, FastifyRequest } from "fastify";
import * as v from "valibot";
import type { Hub } from "../core/hub.ts";
import type { Post } from "../core/post.ts";
import type { Language } from "../locales/words.ts";
import { emojiField } from "../protocol/client-frames.ts";
import { accepted, type Result, refused } from "../protocol/codes.ts";
import { messageIdField, optional, refusalOf, roomField, textField, topicField } from "../protocol/fields.ts";
import { readBody } from "./support/body.ts";
import { type AddressOf, bearerToken } from "./support/http.ts";
import { postAndReply } from "./support/post-and-reply.ts";
import { sendProblem } from "./support/problem.ts";

/** What an address names, and the id of the change. */
const whereSchema = v.object({
  room: roomField,
  target: optional(messageIdField),
  emoji: optional(emojiField),
  id: optional(messageIdField),
});
type Where = v.InferOutput<typeof whereSchema>;
type What = Pick<Post, "kind" | "text">;
/** Reads what is to be changed. */
type Read = (request: FastifyRequest, where: Where) => Result<What>;

export const editSchema = v.object({ text: textField });
export const topicSchema = v.object({ text: topicField });

const bodyOf =
  (kind: "edit" | "topic", schema: typeof editSchema | typeof topicSchema): Read =>
  (request) => {
    const body = readBody(request, schema);
    return body.ok ? accepted({ kind, text: body.value.text }) : body;
  };

const message = "/rooms/:room/messages/:target";
const changes: readonly (readonly [method: "PATCH" | "DELETE" | "PUT", url: string, read: Read])[] = [
  ["PATCH", message, bodyOf("edit", editSchema)],
  ["DELETE", message, () => accepted({ kind: "delete", text: "" })],
  ["PUT", `${message}/reactions/:emoji`, (_, { emoji }) => accepted({ kind: "react", text: emoji ?? "" })],
  ["DELETE", `${message}/reactions/:emoji`, (_, { emoji }) => accepted({ kind: "unreact", text: emoji ?? "" })],
  ["PUT", "/rooms/:room/topic", bodyOf("topic", topicSchema)],
];

/**
 * Changes what was said, one request a change: `PATCH` and `DELETE` of a message, `PUT` and `DELETE` of a reaction to it,
 * `PUT` of a room's topic. Who has no token is nobody twice, and changes nothing. Answers once it is on disk; refused as
 * a frame would be. `Idempotency-Key` is the change's own id. [E1]
 */
export function addChangeGateway(app: FastifyInstance, hub: Hub, language: Language, addressOf: AddressOf): void {
  async function judge(request: FastifyRequest, read: Read): Promise<Result<Post>> {
    const token = bearerToken(request);
    const proven = hub.people.prove(token);
    if (!proven.ok) return proven;
    if (!proven.value) return refused("token_required");
    hub.identity.saw(proven.value);
    const author = hub.people.author({ token });
    if (!author.ok) return author;
    const asked = { ...(request.params as object), id: request.headers["idempotency-key"] };
    const where = v.safeParse(whereSchema, asked, { abortEarly: true });
    if (!where.success) return refusalOf(where.issues);
    const what = read(request, where.output);
    if (!what.ok) return what;
    const { room, target, id } = where.output;
    // Otherwise what cannot be would make the room.
    const found = target ? await hub.reader.find(room, author.value.id) : accepted(undefined);
    if (!found.ok) return found;
    const user = author.value;
    const address = addressOf(request.raw);
    return accepted({ room, user, ...what.value, target, id, countedAs: user.id, address });
  }

  for (const [method, url, read] of changes) {
    app.route({
      method,
      url,
      async handler(request, reply) {
        hub.metrics.received("post");
        const post = await judge(request, read);
        if (!post.ok) return sendProblem(reply, post.error, language);
        return postAndReply(reply, { hub, language, post: post.value, status: 200 });
      },
    });
  }
}
