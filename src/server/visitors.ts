import type { IncomingMessage } from "node:http";
import { isIP, isIPv6, type Socket } from "node:net";
import proxyAddr from "@fastify/proxy-addr";
import { accepted, type Result, refused } from "../protocol/codes.ts";
import { isFromHere, isLocalProgram, isLoopback } from "./entrance.ts";

/** Called when a connection that was let in has ended. */
type Leave = () => void;

/** Where clients come from, and how many connections each place has. */
export interface Visitors {
  /** The address that a request's messages are counted under; `undefined` for a program on this machine. */
  addressOf(request: IncomingMessage): string | undefined;
  /** Whether a proxy that is trusted says that it came to it over TLS. [D2] */
  cameByTls(request: IncomingMessage): boolean;
  /** Lets one more connection in. Refused: `banned`, and `too_many_connections` of its address. [B1] [D8] */
  enter(request: IncomingMessage): Result<Leave>;
  /** The same for a plain socket, by its other end. */
  enterFrom(socket: Socket): Result<Leave>;
  /** Cuts every connection of an address that is banned by now, whatever it is for. [D8] */
  cutBanned(): void;
}

export interface VisitorOptions {
  /** Addresses and subnets of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. [D2] */
  readonly trustProxies: readonly string[];
  /** 0 for any number. */
  readonly maxPerAddress: number;
  /** Whether an address, or an IPv6 one's /64, is banned by now. [D8] */
  readonly isBanned: (place: string) => boolean;
}

const nobodyLeaves = accepted(() => {});

export function createVisitors({ trustProxies, maxPerAddress, isBanned }: VisitorOptions): Visitors {
  const trusts = proxyAddr.compile([...trustProxies]);
  const connections = new Map<string, Set<{ readonly socket: Socket }>>();
  const enter = (place: string, socket: Socket): Result<Leave> => {
    if (isBanned(place)) return refused("banned");
    const others = connections.get(place) ?? new Set();
    if (maxPerAddress > 0 && others.size >= maxPerAddress) return refused("too_many_connections");
    connections.set(place, others);
    // Several requests may go over one socket.
    const connection = { socket };
    others.add(connection);
    return accepted(() => {
      others.delete(connection);
      if (others.size === 0 && connections.get(place) === others) connections.delete(place);
    });
  };
  const clientOf = (request: IncomingMessage): string => {
    const peer = request.socket.remoteAddress ?? "";
    const client = trustProxies.length === 0 ? peer : proxyAddr(request, trusts);
    return isIP(client) ? client : peer;
  };
  return {
    addressOf: (request) => (isLocalProgram(request) ? undefined : placeOf(clientOf(request))),
    cameByTls({ headers, socket }) {
      const [scheme = ""] = String(headers["x-forwarded-proto"] ?? "").split(",");
      return scheme.trim() === "https" && trusts(socket.remoteAddress ?? "", 0);
    },
    enter: (request) => (isFromHere(request) ? nobodyLeaves : enter(placeOf(clientOf(request)), request.socket)),
    enterFrom(socket) {
      const peer = socket.remoteAddress ?? "";
      return isLoopback(peer) ? nobodyLeaves : enter(placeOf(peer), socket);
    },
    cutBanned() {
      for (const [place, open] of connections) {
        if (isBanned(place)) for (const { socket } of [...open]) socket.destroy();
      }
    },
  };
}

/** An IPv4 address, or the /64 of an IPv6 one, of which everybody has as many as they like. */
export function placeOf(address: string): string {
  const [plain = ""] = address.split("%");
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1];
  if (mapped) return mapped;
  if (!isIPv6(plain)) return plain;
  const [before = "", after] = plain.toLowerCase().split("::");
  const head = before.split(":").filter(Boolean);
  const tail = (after ?? "").split(":").filter(Boolean);
  const zeros = after === undefined ? 0 : 8 - head.length - tail.length;
  const groups = [...head, ...Array<string>(Math.max(0, zeros)).fill("0"), ...tail];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
