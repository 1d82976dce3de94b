import type { ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as v from "valibot";
import type { Hub } from "../core/hub.ts";
import type { Connection, Format, PersonalFrame, RoomFrame } from "../core/ports.ts";
import { pickLanguage } from "../locales/server.ts";
import type { Language } from "../locales/words.ts";
import type { CloseReason } from "../protocol/codes.ts";
import { parseAnyRoomName } from "../protocol/direct.ts";
import { cursorField } from "../protocol/fields.ts";
import type { Epoch, RoomName } from "../protocol/ids.ts";
import { defaultRoom } from "../protocol/names.ts";
import { cutWhenLate } from "./support/closing.ts";
import { type AddressOf, bearerToken, type RoomRoute } from "./support/http.ts";
import { roomLine } from "./support/lines.ts";
import { Outbound } from "./support/outbound.ts";
import { sendProblem } from "./support/problem.ts";
import { formatsOf } from "./support/text.ts";

/** Proxies give up a line on which nothing moves. */
const keepAliveMs = 25_000;
/** What an EventSource waits before it comes back. */
const retryMs = 3_000;

/** `event:`, `id:` and `data:`, as the EventSource standard has them. https://html.spec.whatwg.org/#server-sent-events */
function eventBlock(frame: RoomFrame, epoch: Epoch): string | undefined {
  switch (frame.type) {
    case "message":
    case "edited":
    case "deleted":
    case "reacted":
    case "topic":
      return `event: ${frame.type}\nid: ${epoch}-${frame.seq}\ndata: ${JSON.stringify(frame)}\n\n`;
    case "notice":
    case "read":
    case "invited":
    case "user_joined":
    case "user_left":
      return `event: ${frame.type}\ndata: ${JSON.stringify(frame)}\n\n`;
    default:
      return undefined;
  }
}

const bytesOf = (text: string | undefined) => (text === undefined ? undefined : Buffer.from(text));

const events: Format = { encode: (frame, epoch) => bytesOf(eventBlock(frame, epoch)) };

/** The same as lines, for `curl` and eyes. */
const lines = formatsOf(
  (spoken) => ({ everybody: (frame) => roomLine(frame, spoken) }),
  (line) => Buffer.from(`${line}\n`),
);

/**
 * Server-sent events, `GET /events` and `GET /rooms/{room}/events`: reads a room as it goes on, over plain HTTP. As text
 * it speaks the language of `?lang=`, else the server's.
 */
export function addSseGateway(app: FastifyInstance, hub: Hub, language: Language, addressOf: AddressOf): void {
  const open = new Set<SseConnection>();
  let cancel = () => {};
  const keepAlive = () => {
    for (const connection of open) connection.comment("ping");
    cancel = hub.clock.after(keepAliveMs, keepAlive);
  };
  cancel = hub.clock.after(keepAliveMs, keepAlive);
  app.addHook("onClose", async () => cancel());

  const stream = async (request: FastifyRequest, reply: FastifyReply, room: RoomName) => {
    const query = request.query as Readonly<Record<string, string | string[] | undefined>>;
    // An empty one names no position, as where there is none.
    const lastId = request.headers["last-event-id"];
    const from = lastId || query["since"];
    const cursor = from ? v.safeParse(cursorField, from) : undefined;
    if (cursor && !cursor.success) {
      const field = lastId ? "Last-Event-ID" : "since";
      return sendProblem(reply, { code: "bad_frame", params: { field } }, language);
    }
    const token = bearerToken(request);
    const found = await hub.reader.find(room, hub.people.userOf(token));
    if (!found.ok) return sendProblem(reply, found.error, language);
    // Who has hung up meanwhile will not be heard hanging up again.
    if (reply.raw.destroyed) return reply.hijack();
    const accepts = request.headers.accept ?? "";
    const asText = query["format"] === "text" || /^text\/plain\b/.test(accepts);
    const response = begin(reply, asText);
    const connection = new SseConnection(hub, response, {
      format: asText ? lines[pickLanguage([query["lang"]].flat()[0], language)] : events,
      address: addressOf(request.raw),
    });
    const session = hub.connect(connection);
    open.add(connection);
    response.on("close", () => {
      open.delete(connection);
      session.end({ left: false });
    });
    const since = cursor && { epoch: cursor.output.epoch ?? found.value.epoch, seq: cursor.output.seq };
    connection.since = since?.seq;
    // Whoever cannot prove who they are listens, as everybody may; only a member is seen.
    const proven = hub.people.prove(token);
    if (token && proven.ok && proven.value) session.handle({ type: "join", room, token, since, history: 0 });
    else session.listen(room, { history: 0, ...(since && { since }) });
    session.requirePlace();
  };

  // A stream has no end at which its headers alone could be told.
  app.get("/events", { exposeHeadRoute: false }, (request, reply) => stream(request, reply, defaultRoom));
  app.get<RoomRoute>("/rooms/:room/events", { exposeHeadRoute: false }, (request, reply) => {
    const room = parseAnyRoomName(request.params.room);
    if (!room.ok) return sendProblem(reply, room.error, language);
    return stream(request, reply, room.value);
  });
}

/** Sends the headers; from here on the answer is this gateway's and not the framework's. */
function begin(reply: FastifyReply, asText: boolean): ServerResponse {
  reply.hijack();
  const response = reply.raw;
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) response.setHeader(name, value);
  // It ends as its connection does (RFC 9112, section 6.3, rule 8): in chunks, each write would be of three pieces, its
  // length, itself and its end.
  response.removeHeader("transfer-encoding");
  response.writeHead(200, {
    connection: "close",
    "content-type": asText ? "text/plain; charset=utf-8" : "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    // nginx holds answers back otherwise.
    "x-accel-buffering": "no",
  });
  response.flushHeaders();
  return response;
}

class SseConnection extends Outbound implements Connection {
  readonly gateway = "sse";
  readonly format: Format;
  /** The `seq` that the client asked to go on from. */
  since: number | undefined;
  readonly address: string | undefined;
  readonly acknowledges = true;
  readonly #response: ServerResponse;
  readonly #hub: Hub;
  #epoch = "" as Epoch;

  constructor(
    hub: Hub,
    response: ServerResponse,
    { format, address }: { readonly format: Format; readonly address: string | undefined },
  ) {
    super(hub, response);
    this.#response = response;
    this.format = format;
    this.address = address;
    this.#hub = hub;
  }

  protected get isOpen(): boolean {
    return !this.#response.writableEnded && !this.#response.destroyed;
  }

  giveUp(): void {
    this.#hub.metrics.closed("reads_too_slowly");
    this.#response.destroy();
  }

  encode(frame: PersonalFrame): Uint8Array | undefined {
    if (frame.type === "error") return undefined;
    if (frame.type !== "joined") return this.format.encode(frame, this.#epoch);
    this.#epoch = frame.epoch;
    if (this.format !== events) return undefined;
    // An id without data is kept by the client and shown to nobody: a cut before the first message misses nothing.
    const at = `${frame.epoch}-${frame.recovered ? (this.since ?? frame.head) : frame.head}`;
    const reset = frame.reason ? `event: reset\nid: ${at}\ndata: ${JSON.stringify({ reason: frame.reason })}\n\n` : "";
    return Buffer.from(`retry: ${retryMs}\nid: ${at}\n\n${reset}`);
  }

  comment(text: string): void {
    if (this.format === events) this.write(Buffer.from(`: ${text}\n\n`));
  }

  setLanguage(): void {}

  // Nothing is read after the request.
  pause(): void {}
  resume(): void {}

  close(reason: CloseReason): void {
    if (this.isOpen) this.#hub.metrics.closed(reason);
    this.flush();
    this.#response.end();
    cutWhenLate(this.#response, this.#hub.clock, () => this.#response.destroy());
  }
}
