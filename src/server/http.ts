import type { IncomingHttpHeaders } from "node:http";
import fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from "fastify";
import type { Hub } from "../core/hub.ts";
import type { GatewayName, Log } from "../core/ports.ts";
import { addAccountGateway } from "../gateways/accounts.ts";
import { addChangeGateway } from "../gateways/change.ts";
import { addHelloGateway } from "../gateways/hello.ts";
import { addImportGateway } from "../gateways/import.ts";
import { addPollGateway } from "../gateways/poll.ts";
import { addPostGateway } from "../gateways/post.ts";
import { addRoomsGateway } from "../gateways/rooms.ts";
import { addSearchGateway } from "../gateways/search.ts";
import { addSseGateway } from "../gateways/sse.ts";
import { bearerToken } from "../gateways/support/http.ts";
import { sendProblem } from "../gateways/support/problem.ts";
import type { Language } from "../locales/words.ts";
import { oneLine } from "../protocol/text.ts";
import type { Access } from "./access.ts";
import { asyncApiDocument, openApiDocument } from "./api-documents.ts";
import { type EntranceOptions, isLocalProgram, judgeEntry } from "./entrance.ts";
import { addKeyPrompt } from "./key-prompt.ts";
import type { Lines } from "./lines.ts";
import { addMetricsPage, type MetricsPage } from "./metrics-page.ts";
import { addPage } from "./page.ts";
import { addSecurityHeaders } from "./security-headers.ts";
import type { Visitors } from "./visitors.ts";

export interface HttpOptions {
  readonly hub: Hub;
  readonly log: Log;
  readonly language: Language;
  readonly entrance: EntranceOptions;
  readonly visitors: Visitors;
  /** Who is let in where there is an access key. */
  readonly access: Access | undefined;
  readonly lines: Lines;
  readonly metrics: MetricsPage;
  /** Whether messages can be stored now. */
  readonly isReady: () => boolean;
}

/** Everything that is served over plain HTTP: the page, the gateways without a socket, the health checks. */
export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const { hub, log, language, access, visitors } = options;
  const app = fastify({
    bodyLimit: hub.limits.maxFrame || Number.MAX_SAFE_INTEGER,
    // A room's name may have 200 bytes, each three characters when percent-encoded.
    routerOptions: { maxParamLength: 600 },
    // An address that cannot even be decoded never reaches a route, nor the hooks.
    frameworkErrors(_error, _request, reply) {
      hub.metrics.refused("bad_frame", "http");
      return sendProblem(reply, { code: "bad_frame", params: { field: "URL" } }, language);
    },
    logger: false,
  });

  // In this order: who is turned away at the entrance is asked for no key.
  countRefusals(app, hub);
  addEntrance(app, options);
  addSecurityHeaders(app);
  if (access) addKeyPrompt(app, { access, visitors, language });
  refuseEndedSessions(app, hub, language);
  answerErrors(app, log, language);

  // Bodies come in as bytes: the gateway that takes them knows what they are.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));

  app.get("/healthz", async () => ({ status: "ok" }));
  app.get("/readyz", async (_request, reply) => {
    const ready = options.isReady();
    return reply.code(ready ? 200 : 503).send({ status: ready ? "ready" : "unavailable" });
  });
  const openApi = openApiDocument();
  const asyncApi = asyncApiDocument();
  app.get("/api/v1/openapi.json", async () => openApi);
  app.get("/api/v1/asyncapi.json", async () => asyncApi);
  addMetricsPage(app, options.metrics, language);

  addHelloGateway(app, hub, language);
  addAccountGateway(app, hub, language, visitors.addressOf);
  addPostGateway(app, hub, language, visitors.addressOf);
  addChangeGateway(app, hub, language, visitors.addressOf);
  addImportGateway(app, hub, language, isLocalProgram);
  addRoomsGateway(app, hub, language);
  addPollGateway(app, hub, language);
  addSearchGateway(app, hub, language);
  addSseGateway(app, hub, language, visitors.addressOf);
  await addPage(app, log, { isPrivate: access !== undefined });
  await app.ready();
  return app;
}

function countRefusals(app: FastifyInstance, hub: Hub): void {
  // Not asynchronous: a body that goes wrong meanwhile would be answered first.
  app.addHook("onSend", (request, reply, payload, done) => {
    if (reply.refusal) hub.metrics.refused(reply.refusal, gatewayOf(request));
    done(null, payload);
  });
}

/** Turns away who may not come in, and answers what browsers ask beforehand where a page of another origin may. [D1] */
function addEntrance(app: FastifyInstance, { log, language, lines, entrance, visitors }: HttpOptions): void {
  app.addHook("onRequest", async (request, reply) => {
    const line = { gateway: gatewayOf(request) };
    lines.add(line);
    reply.raw.once("close", () => lines.remove(line));
    const entry = judgeEntry(request.raw, entrance);
    if (!entry.ok) {
      logRefusal(log, entry, request.url);
      return sendProblem(reply, entry.error, language);
    }
    const unread = unreadBody(request.headers);
    if (unread) return sendProblem(reply, { code: "bad_frame", params: { field: unread } }, language);
    const entered = visitors.enter(request.raw);
    if (!entered.ok) return sendProblem(reply, entered.error, language);
    reply.raw.once("close", entered.value);
    if (entry.corsOrigin === undefined) return;
    reply.headers({
      "access-control-allow-origin": entry.corsOrigin,
      // Otherwise no script of that page could tell when to send again.
      "access-control-expose-headers": "Retry-After",
      vary: "Origin",
    });
    if (request.method !== "OPTIONS") return;
    return reply
      .headers({
        "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
        "access-control-allow-headers": "Authorization, Content-Type, Idempotency-Key, Last-Event-ID",
        "access-control-max-age": "600",
      })
      .code(204)
      .send();
  });
}

/**
 * The header of a body that would be stored as it came, and not as what it says: one that is coded otherwise than in
 * chunks, or a form in parts, as `curl -F` sends it. RFC 9112 §6.1, RFC 9110 §8.4, RFC 7578
 */
function unreadBody(headers: IncomingHttpHeaders): string | undefined {
  if ((headers["transfer-encoding"] ?? "chunked").toLowerCase() !== "chunked") return "Transfer-Encoding";
  if ((headers["content-encoding"] || "identity").toLowerCase() !== "identity") return "Content-Encoding";
  return /^multipart\//i.test(headers["content-type"] ?? "") ? "Content-Type" : undefined;
}

/** On every route, also on those that anybody may use. [I3] */
function refuseEndedSessions(app: FastifyInstance, hub: Hub, language: Language): void {
  app.addHook("onRequest", async (request, reply) => {
    const proven = hub.people.prove(bearerToken(request));
    if (!proven.ok) return sendProblem(reply, proven.error, language);
  });
}

/** Answers as every refusal is answered, also what no route takes, and what went wrong in one. */
function answerErrors(app: FastifyInstance, log: Log, language: Language): void {
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, { code: "not_found" }, language));
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status === 413) {
      const params = { max: request.routeOptions.bodyLimit };
      return sendProblem(reply, { code: "too_large", params }, language);
    }
    if (status < 500) return sendProblem(reply, { code: "bad_frame", params: { field: fieldOf(error) } }, language);
    log.error({ error: error.stack ?? error.message, url: loggable(request.url) }, "a request failed");
    return sendProblem(reply, { code: "unavailable" }, language);
  });
}

/** Whose route a request has found. */
function gatewayOf({ method, routeOptions }: FastifyRequest): GatewayName {
  const { url = "" } = routeOptions;
  if (url.endsWith("/events")) return "sse";
  if (!url.startsWith("/rooms/:room/")) return "http";
  return method === "GET" || method === "HEAD" ? "poll" : "post";
}

/** An address without its query, in which a key may stand. [D7] */
const loggable = (url: string): string => oneLine(url.split("?", 1)[0] ?? "");

/** Says who was turned away, and the flag that would let them in. */
export function logRefusal(log: Log, entry: Extract<ReturnType<typeof judgeEntry>, { ok: false }>, url: string): void {
  const allow = entry.flag && { allow: oneLine(entry.flag) };
  log.warn({ code: entry.error.code, url: loggable(url), ...allow }, "turned away at the entrance");
}

/** Which part of a request the framework could not read. */
function fieldOf({ code }: FastifyError): string {
  if (code.includes("MEDIA_TYPE")) return "Content-Type";
  return code.includes("PATH") ? "URL" : code;
}
