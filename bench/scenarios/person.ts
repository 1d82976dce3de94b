import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { WebSocket } from "ws";
import { words } from "../words.ts";

/** How long an acknowledgement may take, in milliseconds. */
const patienceMs = 10_000;

/** Somebody who comes, says things, is cut off and comes back, by native frames. */
export class Person {
  readonly #url: string;
  readonly #random: () => number;
  #socket: WebSocket | undefined;
  #token: string | undefined;
  /** Where in the log they stand. */
  #since: { readonly epoch: string; readonly seq: number } | undefined;
  readonly #unacknowledged = new Map<string, string>();
  #onAck = () => {};
  /** Messages that were acknowledged, times they came in, and times their line broke. */
  said = 0;
  joins = 0;
  breaks = 0;

  constructor(url: string, random: () => number) {
    this.#url = url;
    this.#random = random;
  }

  get isHere(): boolean {
    return this.#socket !== undefined;
  }

  /** Joins, with what they know from before, and says again what was not acknowledged. */
  async come(): Promise<void> {
    const socket = new WebSocket(this.#url, { perMessageDeflate: false });
    this.#socket = socket;
    const joined = Promise.withResolvers<void>();
    socket.on("error", joined.reject);
    socket.on("message", (data) => this.#read(data.toString(), joined.resolve));
    await once(socket, "open");
    socket.send(JSON.stringify({ type: "join", token: this.#token, since: this.#since }));
    await joined.promise;
    this.joins++;
    for (const frame of this.#unacknowledged.values()) socket.send(frame);
  }

  /** Leaves in good order, once everything said is acknowledged. */
  async go(): Promise<void> {
    await this.settled();
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    const closed = once(socket, "close");
    socket.close(1000);
    await closed;
  }

  async breakAndReturn(): Promise<void> {
    this.breaks++;
    this.vanish();
    await this.come();
  }

  /** Cuts the line. */
  vanish(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.removeAllListeners("message");
    socket?.terminate();
  }

  /** Says something of some length, typed first if so wanted. */
  say(isTyped: boolean): void {
    const id = randomUUID();
    const text = words.slice(0, 2 + Math.floor(this.#random() * words.length));
    const frame = JSON.stringify({ type: "message", id, text });
    this.#unacknowledged.set(id, frame);
    if (isTyped) this.#socket?.send('{"type":"typing"}');
    this.#socket?.send(frame);
  }

  /** Resolves once everything said is acknowledged; rejects if that takes too long. */
  async settled(): Promise<void> {
    if (this.#unacknowledged.size === 0) return;
    if (!this.isHere) await this.come();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new Error("a message was not acknowledged")), patienceMs);
    this.#onAck = () => {
      if (this.#unacknowledged.size === 0) resolve();
    };
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#onAck = () => {};
    }
  }

  #read(text: string, onJoined: () => void): void {
    const frame = JSON.parse(text) as {
      type: string;
      id: string;
      token: string;
      epoch: string;
      head: number;
      seq: number;
    };
    if (frame.type === "welcome") this.#token = frame.token;
    if (frame.type === "joined") {
      this.#since = { epoch: frame.epoch, seq: frame.head };
      onJoined();
    }
    if (frame.type === "message" && this.#since) this.#since = { ...this.#since, seq: frame.seq };
    if (frame.type === "ack" && this.#unacknowledged.delete(frame.id)) {
      this.said++;
      this.#onAck();
    }
  }
}
