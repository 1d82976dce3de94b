import type { Usage } from "../child.ts";

/** How a client gets into a server's room and speaks there. In every text, `{room}` stands for the room's name. */
export interface Entrance {
  /** What its bytes are: a WebSocket, lines over TCP, or server-sent events over HTTP. */
  readonly way: "websocket" | "lines" | "events";
  readonly port: number;
  /** Where it is, for HTTP and WebSockets. */
  readonly path: string;
  /** The text that asks to be let in, and what stands in the one that says so; without it, connecting is enough. */
  readonly join?: { readonly frame: string; readonly answeredBy: string };
  /** How something is said: `{number}` and `{text}` stand for the message's. Empty for who only reads. */
  readonly says: string;
  /** Whether who says something reads it too. */
  readonly readsOwn: boolean;
}

export interface ServerUsage extends Usage {
  /** Transactions that reached the disk since the start. */
  readonly commits: number;
}

/**
 * What every measured server does, in a process of its own. It sends what a client says to every member of the
 * client's room, with the same fields around it as Parlance.
 */
export type ServerDuties = {
  /** By a way in that it has a name for, or by its usual one. */
  entrance(gateway?: string): Entrance;
  usage(): ServerUsage;
};

export type ParlanceDuties = ServerDuties & {
  /** Lets go of all memory that nothing refers to any more, but for the store's thread. */
  collect(): void;
};
