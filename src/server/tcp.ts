import { createServer, type Socket } from "node:net";
import type { Log } from "../core/ports.ts";
import { closeServer, openPort } from "./ports.ts";
import type { Observer } from "./upgrades.ts";

/** A port of one TCP gateway. */
export interface TcpPort {
  readonly port: number;
  stopAccepting(): void;
  /** Ends every connection that is left. */
  close(): Promise<void>;
}

export interface TcpOptions {
  readonly port: number;
  readonly hosts: readonly string[];
  readonly flag: string;
  readonly accept: (socket: Socket) => void;
  readonly log: Log;
  readonly observer: Observer | undefined;
}

/** Listens for plain TCP. A client that has ended its input still gets what it waits for. */
export async function listenTcp({ accept, observer, ...options }: TcpOptions): Promise<TcpPort> {
  const sockets = new Set<Socket>();
  const create = () =>
    // A peer that has vanished without a word is found out by the system's keep-alive.
    createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, (socket) => {
      sockets.add(socket);
      observer?.connected();
      socket.once("close", () => {
        sockets.delete(socket);
        observer?.disconnected();
      });
      accept(socket);
    });
  const { port, servers } = await openPort({ ...options, create });
  return {
    port,
    stopAccepting: () => {
      for (const server of servers) server.close();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map(closeServer));
    },
  };
}
