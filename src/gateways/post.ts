import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import * as v from "valibot";
import type { Hub } from "../core/hub.ts";
import { timeOf } from "../core/messages.ts";
import type { Appended } from "../core/ports.ts";
import type { Language } from "../locales/words.ts";
import { accepted, type Result, refused } from "../protocol/codes.ts";
import { messageIdField, nameField, optional, refusalOf, roomField, textField } from "../protocol/fields.ts";
import { bearerToken } from "./support/http.ts";
import { sendProblem } from "./support/problem.ts";

export const postSchema = v.object({
  text: textField,
  name: optional(nameField),
  id: optional(messageIdField),
  reply_to: optional(messageIdField),
});
type PostBody = v.InferOutput<typeof postSchema>;

/**
 * `POST /rooms/{room}/messages`: says something with one request. The body is JSON, or the text as
 * it stands; what curl calls a form is taken as text too, unless it begins with `text=`. Answers 201
 * once the message is on disk. [S1] `addressOf`: whose rate a message without a token counts for;
 * `undefined` for a program on this machine, whose connection is counted.
 */
export function addPostGateway(
  app: FastifyInstance,
  hub: Hub,
  language: Language,
  addressOf: (request: IncomingMessage) => string | undefined,
): void {
  app.post<{ Params: { room: string } }>("/rooms/:room/messages", async (request, reply) => {
    const room = v.safeParse(roomField, request.params.room);
    if (!room.success) return sendProblem(request, reply, { code: "bad_room" }, language);
    const body = readBody(request);
    if (!body.ok) return sendProblem(request, reply, body.error, language);
    hub.metrics.received("post");
    const { text, name, id, reply_to: target } = body.value;
    const token = bearerToken(request);
    const author = hub.people.author({ name, token });
    if (!author.ok) return sendProblem(request, reply, author.error, language);
    const proven = hub.people.prove(token);
    const bearer = proven.ok ? proven.value : undefined;
    if (bearer) hub.identity.saw(bearer);
    const countedAs = bearer ? author.value.id : (addressOf(request.raw) ?? request.raw.socket);
    const outcome = await new Promise<Appended>((resolve) =>
      hub.post({ room: room.output, user: author.value, text, id, target, countedAs }, resolve),
    );
    if (!outcome.ok) return sendProblem(request, reply, outcome.error, language);
    const { event, dup } = outcome.value;
    const { seq } = event;
    const ts = timeOf(event);
    return reply.code(201).header("cache-control", "no-store").send({ room: event.room, seq, id: event.id, ts, dup });
  });
}

function readBody(request: FastifyRequest): Result<PostBody> {
  const text = readText(request.body);
  if (!text.ok) return text;
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  const fields = readFields(text.value, type);
  if (!fields.ok) return fields;
  const key = request.headers["idempotency-key"];
  const parsed = v.safeParse(
    postSchema,
    { ...fields.value, ...(key !== undefined && { id: key }) },
    { abortEarly: true },
  );
  return parsed.success ? accepted(parsed.output) : refusalOf(parsed.issues);
}

function readText(body: unknown): Result<string> {
  if (!(body instanceof Uint8Array)) return refused("empty");
  try {
    return accepted(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return refused("bad_text");
  }
}

function readFields(text: string, type: string | undefined): Result<object> {
  if (type === "application/json") {
    try {
      const json: unknown = JSON.parse(text);
      return typeof json === "object" && json !== null ? accepted(json) : refused("bad_json");
    } catch {
      return refused("bad_json");
    }
  }
  if (type === "application/x-www-form-urlencoded" && text.startsWith("text=")) {
    return accepted(Object.fromEntries(new URLSearchParams(text)));
  }
  return accepted({ text });
}
