import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { GatewayName, Log, Metrics } from "../core/ports.ts";
import type { Rate } from "../core/rate.ts";
import { then } from "../core/soon.ts";
import { agentOf } from "../gateways/support/agent.ts";
import { closingMs, cutWhenLate } from "../gateways/support/closing.ts";
import { problem } from "../gateways/support/problem.ts";
import { type Gateway, type Line, read, type Visit } from "../gateways/support/websocket.ts";
import { pickLanguage } from "../locales/server.ts";
import type { Language } from "../locales/words.ts";
import { accepted, type ChatError, closeCodes } from "../protocol/codes.ts";
import { oneLine } from "../protocol/text.ts";
import { systemClock } from "./clock.ts";
import { type EntranceOptions, judgeEntry } from "./entrance.ts";
import type { Guard } from "./guard.ts";
import type { Heartbeat } from "./heartbeat.ts";
import { logRefusal } from "./http.ts";
import type { Lines } from "./lines.ts";
import type { UpgradeListener } from "./listener.ts";
import type { Visitors } from "./visitors.ts";

/** What a server's own terminal may show of its clients. */
export interface Observer {
  connected(): void;
  disconnected(): void;
  received(text: string): void;
}

export interface UpgradeOptions {
  /** Who takes the lines of a path; `undefined` where there is nobody. */
  readonly gatewayAt: (path: string) => Gateway | undefined;
  readonly entrance: EntranceOptions;
  readonly language: Language;
  readonly maxFrame: number;
  readonly visitors: Visitors;
  /** Who is let in where there is an access key. */
  readonly guard: Guard | undefined;
  readonly lines: Lines;
  readonly metrics: Metrics;
  readonly heartbeat: Heartbeat;
  /** Pings a second of one line: each is answered, and past it the line is closed. */
  readonly pings: Rate;
  readonly log: Log;
  readonly observer: Observer | undefined;
}

/** Everybody who came in by a WebSocket. */
export interface Upgrades {
  readonly onUpgrade: UpgradeListener;
  /** Sends away who is still there, with a second to close in good order, and lets nobody in any more. */
  close(): void;
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Lets WebSockets in: judges where they come from, shakes hands, and hands them to the gateway of their path. */
export function createUpgrades(options: UpgradeOptions): Upgrades {
  const { language, log, visitors, metrics } = options;
  const settings = {
    noServer: true,
    perMessageDeflate: false,
    maxPayload: options.maxFrame,
    maxFragments: 64,
    maxBufferedChunks: 65_536,
    // For a client that has said goodbye and then holds its half of the line. [K4]
    closeTimeout: closingMs,
    // Past so many that wait `ws` cuts a line without a word; pings that come in one piece have their rate. [B1]
    maxPendingAutoPongs: 1_000,
    // Ours are counted as lines.
    clientTracking: false,
  };
  const handshakes = new WebSocketServer(settings);
  const open = new Set<WebSocket>();
  let isClosed = false;
  const refuse = (request: IncomingMessage, socket: Duplex, error: ChatError, gateway: GatewayName): void => {
    metrics.refused(error.code, gateway);
    answerRefusal(request, socket, error, language);
  };
  // One function for all lines: each of its own would cost memory. `ws` calls it with the WebSocket as `this`.
  function onPing(this: WebSocket): void {
    if (options.pings.take(this) === 0 || this.readyState !== this.OPEN) return;
    metrics.closed("too_many_frames");
    this.close(closeCodes.too_many_frames, "too_many_frames");
  }
  // A function of its own: what it leaves behind with a line does not keep the request that the line came by.
  const attend = (line: Line): (() => void) => {
    const { webSocket } = line;
    open.add(webSocket);
    options.lines.add(line);
    const watched = options.heartbeat.watch(line);
    webSocket.on("ping", onPing);
    options.observer?.connected();
    return () => {
      open.delete(webSocket);
      options.lines.remove(line);
      options.heartbeat.unwatch(watched);
      options.pings.forget(webSocket);
      options.observer?.disconnected();
    };
  };
  const onUpgrade: UpgradeListener = (request, socket, head) => {
    // Until the handshake is done nobody else listens, and a reset would end the process. [B2]
    const ignore = () => {};
    socket.on("error", ignore);
    const entry = judgeEntry(request, options.entrance);
    if (!entry.ok) {
      logRefusal(log, entry, request.url ?? "");
      return refuse(request, socket, entry.error, "http");
    }
    const { path, query } = targetOf(request.url ?? "");
    const address = visitors.addressOf(request);
    const { origin, "user-agent": userAgent } = request.headers;
    const visit = {
      path,
      query: new URLSearchParams(query),
      origin,
      address,
      agent: agentOf(userAgent),
      errorLanguage: languageOf(request, language),
    };
    const found = options.gatewayAt(path);
    const admitted = options.guard?.(request, visit, found) ?? accepted(found);
    if (!admitted.ok) return refuse(request, socket, admitted.error, found?.name ?? "http");
    const gateway = admitted.value;
    if (!gateway) return refuse(request, socket, { code: "not_found" }, "http");
    // Whether a name is free may take a question to the store: who has hung up meanwhile is not let in.
    void then(gateway.refuse?.(visit), (problemAtTheDoor) => {
      if (problemAtTheDoor) return refuse(request, socket, problemAtTheDoor, gateway.name);
      if (!socket.destroyed) letIn(gateway, visit, { request, socket, head }, ignore);
    });
  };
  const letIn = (gateway: Gateway, visit: Visit, { request, socket, head }: Upgrade, ignore: () => void): void => {
    // Nobody would send away who comes in now, and the stop would wait for them. [K4]
    if (isClosed) return refuse(request, socket, { code: "unavailable" }, gateway.name);
    const entered = visitors.enter(request);
    if (!entered.ok) {
      const { error } = entered;
      // Who is banned would fill the log.
      const level = error.code === "banned" ? "debug" : "warn";
      log[level]({ code: error.code, address: oneLine(visit.address ?? "") }, "turned away at the entrance");
      return refuse(request, socket, error, gateway.name);
    }
    // It happens once by itself: `once` would keep three more objects with every line.
    socket.on("close", entered.value);
    handshakes.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off("error", ignore);
      // What `upgrade` hands over on a plain HTTP server. https://nodejs.org/api/http.html#event-upgrade_1
      const line: Line = { webSocket, socket: socket as Socket, gateway: gateway.name };
      const gone = attend(line);
      read(line, gateway.accept(line, visit), gone);
    });
  };
  return {
    onUpgrade,
    close() {
      isClosed = true;
      for (const webSocket of open) {
        webSocket.close(closeCodes.restarting, "restarting");
        cutWhenLate(webSocket, systemClock, () => webSocket.terminate());
      }
    },
  };
}

/** The path and the query of a target, which may be in absolute form, and may have further `?` in its query. RFC 6455 §4.2.1 */
function targetOf(url: string): { readonly path: string; readonly query: string } {
  const [, path = "", query = ""] = /^(?:https?:\/\/[^/?#]*)?([^?]*)\??(.*)$/is.exec(url) ?? [];
  return { path: path || "/", query };
}

/** What a handshake accepts, else `otherwise`. */
const languageOf = (request: IncomingMessage, otherwise: Language): Language =>
  pickLanguage(request.headers["accept-language"], otherwise);

/** Refuses a handshake with the same answer that a plain request would get. */
function answerRefusal(request: IncomingMessage, socket: Duplex, error: ChatError, language: Language): void {
  const { status, headers, body } = problem(error, languageOf(request, language));
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Connection: close",
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  // Nobody else would end a line whose client holds its half of it. [B2]
  socket.once("finish", () => socket.destroy());
  socket.end(`${lines.join("\r\n")}\r\n\r\n${body}`);
}
