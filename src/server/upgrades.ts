import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Log } from "../core/ports.ts";
import { problem } from "../gateways/support/problem.ts";
import { type Gateway, readTexts } from "../gateways/support/websocket.ts";
import type { Language } from "../locales/words.ts";
import type { ChatError } from "../protocol/codes.ts";
import { type EntranceOptions, judgeEntry } from "./entrance.ts";
import { logRefusal } from "./http.ts";
import type { UpgradeListener } from "./listener.ts";

export interface UpgradeOptions {
  /** What takes the line of each path. */
  readonly gateways: ReadonlyMap<string, Gateway>;
  readonly entrance: EntranceOptions;
  readonly language: Language;
  readonly maxFrame: number;
  readonly log: Log;
}

/** Lets WebSockets in: judges where they come from, shakes hands, and hands them to the gateway of their path. */
export function createUpgrades(options: UpgradeOptions): UpgradeListener {
  const { language, log } = options;
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: options.maxFrame,
    maxFragments: 64,
    maxBufferedChunks: 65_536,
  });
  return (request, socket, head) => {
    // Until the handshake is done nobody else listens, and a reset would end the process. [B2]
    const ignore = () => {};
    socket.on("error", ignore);
    const entry = judgeEntry(request, options.entrance);
    if (!entry.ok) {
      logRefusal(log, entry, request.url ?? "");
      return refuse(request, socket, entry.error, language);
    }
    const [path = "", query] = (request.url ?? "").split("?", 2);
    const gateway = options.gateways.get(path);
    if (!gateway) return refuse(request, socket, { code: "not_found" }, language);
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off("error", ignore);
      const line = { webSocket, socket };
      readTexts(line, gateway(line, { path, query: new URLSearchParams(query), origin: request.headers.origin }));
    });
  };
}

/** Refuses a handshake with the same answer that a plain request would get. */
function refuse(request: IncomingMessage, socket: Duplex, error: ChatError, language: Language): void {
  const { status, headers, body } = problem(error, request.headers["accept-language"], language);
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Connection: close",
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${lines.join("\r\n")}\r\n\r\n${body}`);
}
