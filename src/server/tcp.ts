import { createServer, type Socket } from "node:net";
import type { GatewayName, Log, Metrics } from "../core/ports.ts";
import type { TcpGateway } from "../gateways/tcp-chat.ts";
import { isLoopback } from "./entrance.ts";
import type { Lines } from "./lines.ts";
import { closeServer, openPort } from "./open-port.ts";
import type { Observer } from "./upgrades.ts";
import { placeOf, type Visitors } from "./visitors.ts";

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
  readonly gateway: GatewayName;
  readonly accept: TcpGateway;
  readonly visitors: Visitors;
  readonly lines: Lines;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly observer: Observer | undefined;
}

/** Listens for plain TCP. A client that has ended its input still gets what it waits for. */
export async function listenTcp({ gateway, accept, observer, visitors, ...options }: TcpOptions): Promise<TcpPort> {
  const sockets = new Set<Socket>();
  const create = () =>
    // A peer that has vanished without a word is found out by the system's keep-alive. [K1]
    createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 25_000 }, (socket) => {
      const peer = socket.remoteAddress ?? "";
      const entered = visitors.enterFrom(socket);
      if (!entered.ok) {
        const { code } = entered.error;
        options.metrics.refused(code, gateway);
        const level = code === "banned" ? "debug" : "warn";
        options.log[level]({ code, address: peer }, "turned away at the entrance");
        socket.destroy();
        return;
      }
      const line = { gateway };
      options.lines.add(line);
      sockets.add(socket);
      observer?.connected();
      socket.once("close", () => {
        entered.value();
        options.lines.remove(line);
        sockets.delete(socket);
        observer?.disconnected();
      });
      accept(socket, isLoopback(peer) ? undefined : placeOf(peer));
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
