import type { ClientFrameInput } from "../protocol/client-frames.ts";
import { closeCodes } from "../protocol/codes.ts";
import { parseServerFrame, type ServerFrame } from "../protocol/server-frames.ts";
import type { Surroundings } from "./surroundings.ts";

/** How long the handshake may take, before the attempt counts as failed. */
const openingMs = 20_000;
/** How long nothing may come in before the client asks for a sign of life. [K1] */
const silenceMs = 30_000;
/** How long the server has to answer the greeting, or a `ping`. [K1] */
const patienceMs = 8_000;

/** What happens to a line. */
export interface LinkListener {
  /** The handshake is done: the moment to greet. */
  opened(): void;
  frame(frame: ServerFrame): void;
  /** The line is gone, by its close code; 1006 also when it was given up. Nothing comes after it. */
  closed(code: number): void;
}

/** One line to the server, from its handshake to its end. It watches for signs of life and never comes back. [K1] */
export class Link {
  readonly #socket: WebSocket;
  readonly #surroundings: Surroundings;
  readonly #listener: LinkListener;
  #ended = false;
  #cancelWatch: () => void;

  /** Opens the line. Throws what `WebSocket` throws for an address it may not use. */
  constructor(address: string, surroundings: Surroundings, listener: LinkListener) {
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

  /** Sends a frame; into the void when the line is not open: what must arrive is acknowledged. */
  send(frame: ClientFrameInput): void {
    if (!this.#ended && this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  /** Asks for a sign of life, and gives the line up if there is none within 8 s. [K1] */
  ping(): void {
    if (this.#ended || this.#socket.readyState !== WebSocket.OPEN) return;
    this.send({ type: "ping" });
    this.#watch(patienceMs, () => this.#giveUp());
  }

  /** Ends the line from this side; the listener hears no more of it. */
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
    this.close(closeCodes.no_sign_of_life);
    this.#listener.closed(1006);
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
