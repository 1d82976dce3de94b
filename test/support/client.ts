import { once } from "node:events";
import type { TestContext } from "node:test";
import { type ClientOptions, WebSocket } from "ws";
import {
  parseServerFrame,
  type ServerFrame,
  type ServerFrameOf,
  type ServerFrameType,
} from "../../src/protocol/server-frames.ts";

/** A client of the native gateway that only does what a test tells it to: somebody else's, so to say. */
export class RawClient {
  readonly socket: WebSocket;
  /** Everything read and not yet taken, in order. */
  readonly #read: ServerFrame[] = [];
  #arrived: () => void = () => {};
  readonly closed: Promise<number>;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data) => {
      const frame = parseServerFrame(data.toString());
      if (!frame) throw new Error(`not a frame: ${data.toString()}`);
      this.#read.push(frame);
      this.#arrived();
    });
    socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      socket.once("close", (code) => {
        this.#arrived();
        resolve(code);
      });
    });
  }

  /** Connects; the line ends with the test. */
  static async connect(t: Pick<TestContext, "after">, server: string, options: ClientOptions = {}): Promise<RawClient> {
    const client = new RawClient(new WebSocket(`${server.replace(/^http/, "ws")}/api/v1/ws`, options));
    t.after(() => client.socket.terminate());
    await once(client.socket, "open");
    return client;
  }

  /** Connects and joins a room, and passes over the greeting. */
  static async join(
    t: Pick<TestContext, "after">,
    server: string,
    join: { name?: string; room?: string; token?: string; key?: string } = {},
  ): Promise<RawClient & { readonly welcome: ServerFrameOf<"welcome">; readonly joined: ServerFrameOf<"joined"> }> {
    const client = await RawClient.connect(t, server);
    client.send({ type: "join", ...join });
    const welcome = await client.next("welcome");
    const joined = await client.next("joined");
    await client.next("history");
    return Object.assign(client, { welcome, joined });
  }

  send(frame: object | string | Uint8Array): void {
    this.socket.send(typeof frame === "string" || frame instanceof Uint8Array ? frame : JSON.stringify(frame));
  }

  /** The next frame of a type; others before it are passed over. Rejects if the line ends first. */
  async next<T extends ServerFrameType>(type: T): Promise<ServerFrameOf<T>> {
    for (;;) {
      const frame = await this.take();
      if (frame.type === type) return frame as ServerFrameOf<T>;
    }
  }

  /** The next frame, whatever it is. */
  async take(): Promise<ServerFrame> {
    for (;;) {
      const frame = this.#read.shift();
      if (frame) return frame;
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error("the line ended");
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }

  /** Everything of the one joined room up to now that nobody took: asks for an answer in the room's order, and takes all before it. */
  async settle(): Promise<readonly ServerFrame[]> {
    this.send({ type: "history", limit: 0, ref: "settle" });
    const frames: ServerFrame[] = [];
    for (;;) {
      const frame = await this.take();
      if (frame.type === "history" && frame.ref === "settle") return frames;
      frames.push(frame);
    }
  }

  /** Sends a message and waits until it is stored. */
  async say(text: string, more: object = {}): Promise<ServerFrameOf<"ack">> {
    this.send({ type: "message", text, ...more });
    return await this.next("ack");
  }

  leave(): void {
    this.socket.close(1000);
  }
}
