import type * as v from "valibot";
import { editSchema, topicSchema } from "../gateways/change.ts";
import { importSchema } from "../gateways/import.ts";
import { longestWait, querySchema } from "../gateways/poll.ts";
import { postSchema } from "../gateways/post.ts";
import { languages } from "../locales/words.ts";
import { clientFrameSchemas } from "../protocol/client-frames.ts";
import { errorStatus } from "../protocol/codes.ts";
import { pollDefault, pollLimit } from "../protocol/limits.ts";
import { serverFrameSchemas } from "../protocol/server-frames.ts";
import { accountPaths } from "./account-paths.ts";
import {
  answering,
  describe,
  describeAll,
  type JsonSchema,
  json,
  parameter,
  queryOf,
  reference,
  refusal,
  room,
} from "./api-schemas.ts";
import { program } from "./program.ts";
import { roomPaths } from "./room-paths.ts";
import { searchPaths } from "./search-paths.ts";

const target = parameter("target", "The message's id.");
const emoji = parameter("emoji", "One emoji, percent-encoded.");
const header = (name: string, description: string) => ({ name, in: "header", description, schema: { type: "string" } });
const idempotencyKey = header("Idempotency-Key", "An id of one's own, 16–64 of `A–Z a–z 0–9 _ -`: again is harmless.");
const query = queryOf(querySchema, {
  after: "A cursor, `{epoch}-{seq}` or `{seq}`: what comes after it, oldest first.",
  before: "A `seq`: what comes before it. Without this and `after`, the last page.",
  wait: `With \`after\`: so many seconds, ${longestWait} at the most, until an empty page is answered.`,
  limit: `At most so many events, ${pollLimit} at the most; ${pollDefault}, if it is left out.`,
});

const ack = {
  type: "object",
  required: ["room", "seq", "id", "ts", "dup"],
  properties: {
    room: { type: "string" },
    seq: { type: "integer" },
    id: { type: "string" },
    ts: { type: "string", format: "date-time" },
    dup: { type: "boolean", description: "Whether it was stored before, under this id." },
  },
};

const page = {
  type: "object",
  required: ["epoch", "head", "messages", "changes", "next", "more", "reset"],
  properties: {
    epoch: { type: "string" },
    head: { type: "integer" },
    topic: { type: "string", description: "What the room is about, on the last page." },
    messages: { type: "array", items: reference("message") },
    changes: {
      type: "array",
      description: "With `after`: what was changed in the same stretch of the log.",
      items: { oneOf: ["edited", "deleted", "reacted", "topic"].map(reference) },
    },
    next: { type: "string", description: "The cursor to go on from: `after` of the next request." },
    more: { type: "boolean" },
    reset: { type: "boolean", description: "The cursor was of another life of the log: this is the last page." },
  },
};

const imported = {
  type: "object",
  required: ["room", "stored", "known", "refused"],
  properties: {
    room: { type: "string" },
    stored: { type: "integer" },
    known: { type: "integer", description: "How many were there already, under the same id." },
    refused: {
      type: "array",
      items: {
        type: "object",
        required: ["index", "code", "message"],
        properties: { index: { type: "integer" }, code: { type: "string" }, message: { type: "string" } },
      },
    },
  },
};

const problem = {
  type: "object",
  required: ["title", "status", "detail", "code"],
  properties: {
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string", description: "For people, in the language of `Accept-Language`." },
    code: { type: "string", enum: Object.keys(errorStatus) },
    suggestion: { type: "string", description: "A free display name, with `name_taken`." },
  },
};

const since = {
  name: "since",
  in: "query",
  schema: { type: "string" },
  description: "A position, `{epoch}-{seq}`: goes on behind it, over 300 events at the most.",
};
const lastEventId = header("Last-Event-ID", "The last `id` that was read; wins over `since`.");
const format = { name: "format", in: "query", schema: { enum: ["text"] }, description: "Lines of `name :: text`." };
const lang = { name: "lang", in: "query", schema: { enum: languages }, description: "The words of those lines." };
const stream = (parameters: readonly JsonSchema[]) => ({
  get: {
    summary: "Reads a room as it goes on: server-sent events, or lines as text",
    parameters: [...parameters, lastEventId, since, format, lang],
    responses: {
      200: {
        description: "A stream that does not end.",
        content: { "text/event-stream": { schema: { type: "string" } }, "text/plain": { schema: { type: "string" } } },
      },
      default: refusal,
    },
  },
});

const { message, edited, deleted, reacted, topic, welcome, sessions } = serverFrameSchemas;
/** What a page of a room is made of. */
const pageSchemas = { message, edited, deleted, reacted, topic };

/** One change of what was said, for who has a token; `body`: what it takes. */
const change = (summary: string, where: readonly JsonSchema[], body?: v.GenericSchema) => ({
  summary,
  security: [{ token: [] }],
  parameters: [room, ...where, idempotencyKey],
  ...(body && {
    requestBody: {
      required: true,
      content: { "text/plain": { schema: { type: "string" } }, ...json(describe(body)) },
    },
  }),
  responses: answering("Changed.", ack),
});

const health = (description: string, status: string) => ({
  description,
  content: json({ type: "object", required: ["status"], properties: { status: { const: status } } }),
});

const document = (summary: string) => ({
  get: { summary, responses: answering("The document.", { type: "object" }) },
});

/** The plain HTTP of this server, from the schemas that parse it. https://spec.openapis.org/oas/v3.1.0 */
export function openApiDocument() {
  return {
    openapi: "3.1.0",
    info: { title: program.name, version: program.version },
    components: {
      schemas: { ...describeAll({ ...pageSchemas, welcome, sessions }), problem },
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "The `token` of a `welcome`." },
        key: {
          type: "http",
          scheme: "basic",
          description: "The access key, where there is one: as a password without a name.",
        },
      },
    },
    security: [{}, { token: [] }, { key: [] }],
    paths: {
      "/rooms/{room}/messages": {
        get: {
          summary: "Reads a room a page at a time; with `after` and `wait`, waits for what is said next",
          parameters: [room, ...query],
          responses: answering("A page, oldest first.", page),
        },
        post: {
          summary: "Says something; answered once it is on disk",
          parameters: [room, idempotencyKey],
          requestBody: {
            required: true,
            content: { "text/plain": { schema: { type: "string" } }, ...json(describe(postSchema)) },
          },
          responses: { 201: { description: "Stored.", content: json(ack) }, default: refusal },
        },
      },
      "/rooms/{room}/messages/{target}": {
        patch: change("Gives one's own message another text", [target], editSchema),
        delete: change("Takes one's own message back: its text is erased", [target]),
      },
      "/rooms/{room}/messages/{target}/reactions/{emoji}": {
        put: change("Gives an emoji to a message", [target, emoji]),
        delete: change("Takes an emoji back", [target, emoji]),
      },
      "/rooms/{room}/topic": { put: change("Says what a room is about", [], topicSchema) },
      "/rooms/{room}/events": stream([room]),
      "/events": stream([]),
      ...searchPaths,
      ...roomPaths,
      ...accountPaths,
      "/api/v1/import/{room}": {
        post: {
          summary: "Puts messages into a room as they were elsewhere; for programs on the server's own machine only",
          parameters: [room],
          requestBody: { required: true, content: json(describe(importSchema)) },
          responses: answering("How many are stored, known and refused.", imported),
        },
      },
      "/metrics": {
        get: {
          summary: "What the server counts, for Prometheus: to programs on its own machine, and to who has its token",
          responses: {
            200: {
              description: "The text format 0.0.4.",
              content: { "text/plain": { schema: { type: "string" } } },
            },
            default: refusal,
          },
        },
      },
      "/healthz": { get: { summary: "Whether the process lives", responses: { 200: health("It does.", "ok") } } },
      "/readyz": {
        get: {
          summary: "Whether messages can be stored",
          responses: { 200: health("They can.", "ready"), 503: health("Not now.", "unavailable") },
        },
      },
      "/api/v1/openapi.json": document("Plain HTTP, as OpenAPI 3.1 describes it: this document"),
      "/api/v1/asyncapi.json": document("The WebSockets and their frames, as AsyncAPI 3.0 describes them"),
    },
  };
}

const key = { type: "string", description: "The access key, where there is one and no header can be sent." };
const words = { enum: languages, description: "The language of the server's own words." };
const name = { type: "string", description: "A display name; without it, a guest's." };

/** What the address of a WebSocket may ask for. https://github.com/asyncapi/bindings/tree/master/websockets */
const asking = (properties: Readonly<Record<string, JsonSchema>>) => ({
  bindings: { ws: { query: { type: "object", properties: { ...properties, key } } } },
});

const textGateways: Readonly<Record<string, object>> = {
  "/": {
    description: "Plain text: one frame is one message. From a first `join` in JSON on, the frames of `/api/v1/ws`.",
    ...asking({ lang: words }),
  },
  "/chat/{room}": {
    description: "Room text: `name :: text`.",
    parameters: { room: { description: room.description } },
    ...asking({ name, lang: words }),
  },
  "/ws": { description: "Open text: `User: text`.", ...asking({ lang: words }) },
  "/echo": {
    description: "Echo: `Server answers: text`; binary messages unchanged.",
    ...asking({ lang: words }),
  },
};

/** The WebSockets of this server, from the schemas that parse their frames. https://www.asyncapi.com/docs/reference/specification/v3.0.0 */
export function asyncApiDocument() {
  const message = (payload: unknown) => ({ contentType: "application/json", payload });
  const sent = describeAll(clientFrameSchemas);
  const received = describeAll(serverFrameSchemas);
  const named = (prefix: string, schemas: typeof sent) =>
    Object.entries(schemas).map(([name, schema]) => [`${prefix}.${name}`, message(schema)] as const);
  const text = { contentType: "text/plain", payload: { type: "string" } };
  const textChannels = Object.entries(textGateways).map(([address, channel]) => [
    address === "/" ? "plain" : (address.split("/")[1] ?? ""),
    { address, ...channel, messages: { text } },
  ]);
  const native = { $ref: "#/channels/native" };
  const refer = (prefix: string, schemas: typeof sent) =>
    Object.keys(schemas).map((name) => ({ $ref: `#/channels/native/messages/${prefix}.${name}` }));
  return {
    asyncapi: "3.0.0",
    info: { title: program.name, version: program.version },
    channels: {
      native: {
        address: "/api/v1/ws",
        description: "Native frames: one JSON object a text frame.",
        ...asking({}),
        messages: Object.fromEntries([...named("in", sent), ...named("out", received)]),
      },
      ...Object.fromEntries(textChannels),
    },
    operations: {
      take: { action: "receive", channel: native, messages: refer("in", sent) },
      tell: { action: "send", channel: native, messages: refer("out", received) },
    },
  };
}
