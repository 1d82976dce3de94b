import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Log } from "../core/ports.ts";
import type { Language } from "../locales/words.ts";
import { answerBadRequests, type LatestAnswers } from "./bad-requests.ts";
import { closeServer, openPort } from "./open-port.ts";

export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Every port on which the server is reached. */
export interface Listener {
  readonly ports: readonly number[];
  /** Takes no more connections; those that are there go on. */
  stopAccepting(): void;
  /** Resolves when every request has ended, or was made to; WebSockets must have ended before. */
  close(): Promise<void>;
}

export interface ListenerOptions {
  readonly ports: readonly number[];
  readonly hosts: readonly string[];
  readonly onRequest: RequestListener;
  readonly onUpgrade: UpgradeListener;
  /** How long an answer may wait for a reader who takes nothing of it; 0 for ever. [B1] */
  readonly unreadMs: number;
  /** What is told of requests that cannot be read, not even what language they accept. */
  readonly language: Language;
  readonly log: Log;
}

/** Requests under way, such as polls that were just answered, have this long to end. [K4] */
const closingMs = 1_000;

/** Listens for HTTP on every port of every host. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const { hosts, log } = options;
  const servers: Server[] = [];
  const create = () => {
    const server = createHttpServer(options);
    servers.push(server);
    return server;
  };
  const close = async () => {
    const late = setTimeout(() => {
      for (const server of servers) server.closeAllConnections();
    }, closingMs);
    await Promise.all(servers.map(closeServer));
    clearTimeout(late);
  };
  const ports: number[] = [];
  try {
    for (const port of options.ports) ports.push((await openPort({ port, hosts, flag: "--port", create, log })).port);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    ports,
    stopAccepting: () => {
      for (const server of servers) server.close();
    },
    close,
  };
}

/**
 * Whether a request is to become a WebSocket. Other protocols that it offers (`h2c`, as curl and Java do) are passed
 * over, and so is every offer of HTTP/1.0 (RFC 9110 §7.8) or beside a body, which no WebSocket handshake has.
 */
function asksForWebSocket({ headers, httpVersion }: IncomingMessage): boolean {
  const hasBody = headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
  return headers.upgrade?.toLowerCase() === "websocket" && httpVersion === "1.1" && !hasBody;
}

/** Nothing has moved for a while: who waits for an answer goes on waiting, but an answer waits for nobody. [B1] */
const cutUnread = (socket: Socket) => socket.writableLength > 0 && socket.destroy();

function createHttpServer({ onRequest, onUpgrade, unreadMs, language }: ListenerOptions): Server {
  const latest: LatestAnswers = new WeakMap();
  // Answers come in the order of their requests: who has one under way becomes nothing else meanwhile. RFC 9112 §9.3.2
  const isAnswered = ({ socket }: IncomingMessage) => latest.get(socket)?.closed !== false;
  const server = createServer(
    // Slow headers are only noticed when connections are checked.
    {
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      // A proxy hands its next request to a connection that is idle: a post that meets its end cannot be sent twice.
      // nginx and balancers end theirs after 60 s, which must come first.
      keepAliveTimeout: 75_000,
      connectionsCheckingInterval: 1_000,
      shouldUpgradeCallback: (request) => asksForWebSocket(request) && isAnswered(request),
    },
    onRequest,
  );
  server.on("request", ({ socket }, response) => {
    const before = latest.get(socket);
    latest.set(socket, response);
    if (unreadMs > 0) {
      socket.setTimeout(unreadMs);
      response.on("timeout", cutUnread);
    }
    // Where a CONNECT has ended a connection, Node tells nobody who waits behind the first that it is gone.
    if (before?.closed === false) before.once("close", () => socket.destroyed && response.destroy());
  });
  server.on("upgrade", onUpgrade);
  answerBadRequests(server, latest, language);
  return server;
}
