import type { ClientFrameInput } from "../protocol/client-frames.ts";
import { parseServerFrame, type ServerFrame } from "../protocol/server-frames.ts";
import { broken, noSignOfLife } from "./close-codes.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Over } from "./types.ts";

/** How long the handshake may take, before the attempt counts as failed. */
const openingMs = 20_000;
/** How long nothing may come in before the client asks for a sign of life. [K1] */
const silenceMs = 30_000;
/** How long the server has to answer the greeting, or a `ping`. [K1] */
const patienceMs = 8_000;

/** What happens to a line. */
export interface LineListener {
  /** The handshake is done: the moment to greet. */
  opened(): void;
  frame(frame: ServerFrame): void;
  /** It goes on over something else: a `welcome` follows, and what was on its way may not arrive. */
  moved(): void;
  /** The line is gone, by its close code; 1006 also when it was given up. Nothing comes after it. */
  closed(code: number): void;
}

/** What a client speaks over, whatever carries it. It watches for signs of life and never comes back. [K1] */
export interface Line {
  readonly over: Over;
  /** Sends a frame; into the void when the line is not open: what must arrive is acknowledged. */
  send(frame: ClientFrameInput): void;
  /** Asks for a sign of life, and gives the line up if there is none within 8 s. [K1] */
  ping(): void;
  /** Ends the line from this side; the listener hears no more of it. */
  close(code: number): void;
}

/** One WebSocket to the server, from its handshake to its end. [K1] */
export class Link implements Line {
  readonly over: Over = "websocket";
  readonly #socket: WebSocket;
  readonly #surroundings: Surroundings;
  readonly #listener: LineListener;
  #ended = false;
  #cancelWatch: () => void;

  /** Opens the line. Throws what `WebSocket` throws for an address it may not use. */
  constructor(address: string, surroundings: Surroundings, listener: LineListener) {
    this.#surroundings = surroundings;
    this.#listener = listener;
    this.#socket = new WebSocket(address);
    this.#cancelWatch = surroundings.after(openingMs, () => this.#giveUp());
    this.#socket.addEventListener("open", () => {
      if (this.#ended) return;
      this.#watch(patienceMs, () => this.#giveUp());
      listener.opened();
    });
    this.#socket.addEventListener("message", ({ data }) => this.#hear(data));
    this.#socket.addEventListener("close", ({ code }) => this.#end(code));
  }

  send(frame: ClientFrameInput): void {
    if (!this.#ended && this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  ping(): void {
    if (this.#ended || this.#socket.readyState !== WebSocket.OPEN) return;
    this.send({ type: "ping" });
    this.#watch(patienceMs, () => this.#giveUp());
  }

  close(code: number): void {
    this.#ended = true;
    this.#cancelWatch();
    this.#socket.close(code);
  }

  #hear(data: unknown): void {
    if (this.#ended) return;
    this.#watch(silenceMs, () => this.ping());
    const frame = typeof data === "string" ? parseServerFrame(data) : undefined;
    if (frame) this.#listener.frame(frame);
  }

  // A line whose other end is gone would stay "open" for minutes: it is not waited for.
  #giveUp(): void {
    this.close(noSignOfLife);
    this.#listener.closed(broken);
  }

  #end(code: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelWatch();
    this.#listener.closed(code);
  }

  #watch(ms: number, callback: () => void): void {
    this.#cancelWatch();
    this.#cancelWatch = this.#surroundings.after(ms, callback);
  }
}
