import { type AddressInfo, isIPv4, isIPv6, type Server } from "node:net";
import type { Log } from "../core/ports.ts";
import { StartupError } from "./startup-error.ts";

export interface PortOptions {
  /** 0 for any free one, the same on every host. */
  readonly port: number;
  readonly hosts: readonly string[];
  /** The flag that chooses another port. */
  readonly flag: string;
  readonly create: () => Server;
  readonly log: Log;
}

/** A port that is open on every host. */
export interface OpenPort {
  readonly port: number;
  readonly servers: readonly Server[];
}

/** Tries with another free port before giving up, when one is free on one address only. */
const freePortTries = 10;

/** Opens a port on every host. Rejects with a {@link StartupError} that says what is in the way. */
export async function openPort(options: PortOptions): Promise<OpenPort> {
  for (let tries = 1; ; tries++) {
    const servers: Server[] = [];
    try {
      let port = options.port;
      for (const host of options.hosts) {
        const server = await openOne(port, host, options);
        if (!server) continue;
        servers.push(server);
        port = (server.address() as AddressInfo).port;
      }
      return { port, servers };
    } catch (error) {
      await Promise.all(servers.map(closeServer));
      const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (isTaken && options.port === 0 && tries < freePortTries) continue;
      throw error;
    }
  }
}

/** Takes no more connections; resolves when the last one has ended. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

async function openOne(port: number, host: string, options: PortOptions): Promise<Server | undefined> {
  const server = options.create();
  // By itself `::` takes the addresses of IPv4 as well, which are asked for beside it.
  const ipv6Only = isIPv6(host) && options.hosts.some((other) => isIPv4(other));
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, host, ipv6Only, backlog: 4096 }, () => {
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
    if (code === "EADDRINUSE" && options.port === 0) throw error;
    throw explain(code, port, host, options.flag, error);
  }
}

function explain(code: string | undefined, port: number, host: string, flag: string, cause: unknown): StartupError {
  const because = { cause };
  switch (code) {
    case "EADDRINUSE":
      return new StartupError(
        `Port ${port} of ${host} is in use by another program. End it, or choose another with ${flag}.`,
        because,
      );
    case "EACCES":
      return new StartupError(
        `This user may not listen on port ${port} of ${host}. Choose one above 1023 with ${flag}.`,
        because,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new StartupError(`This machine has no address ${host}. Choose one that it has with --host.`, because);
    default:
      return new StartupError(`Cannot listen on port ${port} of ${host}: ${String(cause)}`, because);
  }
}
