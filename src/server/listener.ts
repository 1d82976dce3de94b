import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { Log } from "../core/ports.ts";
import { StartupError } from "./startup-error.ts";

export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Every address that the server is reached on. */
export interface Listener {
  readonly ports: readonly number[];
  /** Takes no more connections; those that are there go on. */
  stopAccepting(): void;
  /** Ends every connection that is left. */
  close(): Promise<void>;
}

export interface ListenerOptions {
  readonly ports: readonly number[];
  readonly hosts: readonly string[];
  readonly onRequest: RequestListener;
  readonly onUpgrade: UpgradeListener;
  readonly log: Log;
}

/** Tries with another free port before giving up, when one is free on one address only. */
const freePortTries = 10;

/** Listens on every port of every host. Rejects with a {@link StartupError} that says what is in the way. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const servers: Server[] = [];
  const closeAll = () => Promise.all(servers.map(close));
  try {
    const ports: number[] = [];
    for (const port of options.ports) {
      const opened = await openOnEveryHost(port, options);
      servers.push(...opened.servers);
      ports.push(opened.port);
    }
    return {
      ports,
      stopAccepting: () => {
        for (const server of servers) server.close();
      },
      close: async () => void (await closeAll()),
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function openOnEveryHost(port: number, options: ListenerOptions): Promise<{ port: number; servers: Server[] }> {
  for (let tries = 1; ; tries++) {
    const servers: Server[] = [];
    try {
      let chosen = port;
      for (const host of options.hosts) {
        const server = await openOne(chosen, host, options);
        if (!server) continue;
        servers.push(server);
        chosen = (server.address() as AddressInfo).port;
      }
      return { port: chosen, servers };
    } catch (error) {
      await Promise.all(servers.map(close));
      const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (port === 0 && isTaken && tries < freePortTries) continue;
      throw error;
    }
  }
}

async function openOne(port: number, host: string, options: ListenerOptions): Promise<Server | undefined> {
  const server = createServer(
    // Slow headers are only noticed when connections are checked.
    { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 1_000 },
    options.onRequest,
  );
  server.on("upgrade", options.onUpgrade);
  // What is not HTTP at all gets a plain answer and goes; the process goes on. [B2]
  server.on("clientError", (_error, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, host, backlog: 4096 }, () => {
        server.off("error", reject);
        resolve();
      });
    });
    return server;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Half of the default is missing on a machine without IPv6; that is no reason not to start.
    if (host === "::1" && options.hosts.length > 1 && (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT")) {
      options.log.debug({ host }, "this machine has no such address");
      return undefined;
    }
    if (code === "EADDRINUSE" && port === 0) throw error;
    throw explain(code, port, host, error);
  }
}

function explain(code: string | undefined, port: number, host: string, cause: unknown): StartupError {
  const where = `port ${port} of ${host}`;
  switch (code) {
    case "EADDRINUSE":
      return new StartupError(
        `${capital(where)} is in use by another program. End it, or choose another with --port.`,
        { cause },
      );
    case "EACCES":
      return new StartupError(`This user may not listen on ${where}. Choose one above 1023 with --port.`, { cause });
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new StartupError(`This machine has no address ${host}. Choose one that it has with --host.`, { cause });
    default:
      return new StartupError(`Cannot listen on ${where}: ${String(cause)}`, { cause });
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
