import type { ClientFrameInput } from "../protocol/client-frames.ts";
import type { ServerFrameOf } from "../protocol/server-frames.ts";
import type * as codes from "./close-codes.ts";
import type { Line, LineListener } from "./link.ts";
import type { Surroundings } from "./surroundings.ts";

// A value from the SDK's first load would make bundlers split that in two.
const done: typeof codes.done = 1000;

/** When the WebSocket is tried again: soon, for a server that was only just back; then about so often. */
const firstRetryMs = 5_000;
const furtherRetryMs = 60_000;

interface AscentParts {
  readonly open: (listener: LineListener) => Line;
  /** How to greet as who one is; unknown before the server has welcomed. */
  readonly hello: () => ClientFrameInput | undefined;
  /** A WebSocket is to be had: from now on `listener` hears what comes over it. */
  readonly greeted: (socket: Line, welcome: ServerFrameOf<"welcome">) => void;
  readonly listener: LineListener;
}

/** Tries from time to time whether a WebSocket can be had by now, until one is greeted. */
export class Ascent {
  readonly #surroundings: Surroundings;
  readonly #parts: AscentParts;
  /** The WebSocket that is tried, or was greeted. */
  #socket: Line | undefined;
  #isGreeted = false;
  #isClosed = false;
  #retryMs = firstRetryMs;
  #cancelRetry = () => {};

  constructor(surroundings: Surroundings, parts: AscentParts) {
    this.#surroundings = surroundings;
    this.#parts = parts;
  }

  tryLater(): void {
    const delayMs = this.#retryMs * (0.75 + this.#surroundings.random() / 2);
    this.#retryMs = furtherRetryMs;
    this.#cancelRetry();
    this.#cancelRetry = this.#surroundings.after(delayMs, () => this.try());
  }

  try(): void {
    const { open, hello, listener } = this.#parts;
    if (this.#socket || !hello()) return;
    this.#cancelRetry();
    const socket = open({
      opened: () => {
        const greeting = hello();
        if (greeting) socket.send(greeting);
      },
      frame: (frame) => {
        if (this.#isGreeted) listener.frame(frame);
        else if (frame.type === "welcome") this.#arrive(socket, frame);
        else if (frame.type === "error") {
          socket.close(done);
          this.#giveUp();
        }
      },
      moved() {},
      closed: (code) => (this.#isGreeted ? listener.closed(code) : this.#giveUp()),
    });
    this.#socket = socket;
  }

  /** Ends the attempts, and the WebSocket if there is one. */
  close(code: number): void {
    this.#isClosed = true;
    this.#cancelRetry();
    this.#socket?.close(code);
  }

  #arrive(socket: Line, welcome: ServerFrameOf<"welcome">): void {
    this.#isGreeted = true;
    this.#cancelRetry();
    this.#parts.greeted(socket, welcome);
  }

  #giveUp(): void {
    this.#socket = undefined;
    if (!this.#isClosed) this.tryLater();
  }
}
