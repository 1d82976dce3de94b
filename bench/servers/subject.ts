import type { Usage } from "../child.ts";

/** How a client gets into a server's room. */
export interface Entrance {
  readonly port: number;
  /** The path of its WebSocket. */
  readonly path: string;
  /** Where its TCP chat is, if it has one. */
  readonly tcpPort?: number;
  /** The text frame that asks to be let in, and what stands in the frame that says so; without it, the handshake is enough. */
  readonly join?: { readonly frame: string; readonly answeredBy: string };
}

interface ServerUsage extends Usage {
  /** Transactions that reached the disk since the start. */
  readonly commits: number;
}

/**
 * What every measured server does, in a process of its own. Its clients send
 * `{"type":"message","id":…,"text":…}`, and it sends each to every member as a text frame with `text` in it.
 */
export type ServerDuties = { entrance(): Entrance; usage(): ServerUsage };
