import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as v from "valibot";
import type { Hub } from "../core/hub.ts";
import type { Appended } from "../core/ports.ts";
import { pickLanguage, serverWords } from "../locales/server.ts";
import type { Language } from "../locales/words.ts";
import { accepted, type Result, refused } from "../protocol/codes.ts";
import { parseAnyRoomName } from "../protocol/direct.ts";
import { messageIdField, nameField, optional, refusalOf, textField, userIdField } from "../protocol/fields.ts";
import { importBytes, importLimit } from "../protocol/limits.ts";
import type { RoomRoute } from "./support/http.ts";
import { sendProblem } from "./support/problem.ts";

const recordSchema = v.object({
  id: messageIdField,
  user: v.object({ id: userIdField, name: nameField }),
  text: textField,
  ts: v.pipe(
    v.string(),
    v.isoTimestamp(),
    v.transform((text) => Date.parse(text)),
    v.safeInteger(),
  ),
  reply_to: optional(messageIdField),
});

/** What an import takes; each message is judged by itself, so that one bad one refuses no other. */
export const importSchema = v.object({ messages: v.pipe(v.array(recordSchema), v.maxLength(importLimit)) });
const bodySchema = v.object({ messages: v.pipe(v.array(v.unknown()), v.maxLength(importLimit)) });

/**
 * `POST /api/v1/import/{room}`: puts messages into a room as they were elsewhere, with their ids, authors and times,
 * in the order given. For programs on this machine alone, since it says things in anybody's name. [D1] Answers how many
 * are new (`stored`), how many were there (`known`), and which are refused, by their index, and why. The ids make it harmless to
 * send everything again. [S1]
 */
export function addImportGateway(
  app: FastifyInstance,
  hub: Hub,
  language: Language,
  isLocal: (request: IncomingMessage) => boolean,
): void {
  // Before a body is read: what strangers send would wait in memory, up to the bound of an import.
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
    if (!isLocal(request.raw)) return sendProblem(reply, { code: "local_only" }, language);
  };
  const options = { bodyLimit: importBytes, onRequest };
  app.post<RoomRoute>("/api/v1/import/:room", options, async (request, reply) => {
    const room = parseAnyRoomName(request.params.room);
    if (!room.ok) return sendProblem(reply, room.error, language);
    const body = readBody(request.body);
    if (!body.ok) return sendProblem(reply, body.error, language);
    const outcomes = await Promise.all(
      body.value.map((message) => {
        const record = v.safeParse(recordSchema, message, { abortEarly: true });
        if (!record.success) return refusalOf(record.issues);
        const { reply_to: target, ...said } = record.output;
        return new Promise<Appended>((resolve) => hub.post({ room: room.value, ...said, target }, resolve));
      }),
    );
    const failed = outcomes.find((outcome) => !outcome.ok && outcome.error.code === "unavailable");
    if (failed && !failed.ok) return sendProblem(reply, failed.error, language);
    const words = serverWords[pickLanguage(request.headers["accept-language"], language)];
    const refusals = outcomes.flatMap((outcome, index) => {
      if (outcome.ok) return [];
      const { code, params } = outcome.error;
      return [{ index, code, message: words(`error.${code}`, params) }];
    });
    const known = outcomes.filter((outcome) => outcome.ok && outcome.value.dup).length;
    const stored = outcomes.length - refusals.length - known;
    return reply.header("cache-control", "no-store").send({ room: room.value, stored, known, refused: refusals });
  });
}

function readBody(body: unknown): Result<readonly unknown[]> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(body instanceof Uint8Array ? body : undefined);
    const parsed = v.safeParse(bodySchema, JSON.parse(text));
    return parsed.success ? accepted(parsed.output.messages) : refusalOf(parsed.issues);
  } catch {
    return refused("bad_json");
  }
}
