import { once } from "node:events";
import type { TestContext } from "node:test";
import { type ClientOptions, WebSocket } from "ws";

/** A WebSocket client of bare text, such as people have written for years: it knows nothing of Parlance. */
export class TextClient {
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  readonly #read: (string | Buffer)[] = [];
  #arrived: () => void = () => {};

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data, isBinary) => {
      this.#read.push(isBinary ? (data as Buffer) : data.toString());
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

  static async connect(
    t: Pick<TestContext, "after">,
    url: string,
    path: string,
    options: ClientOptions = {},
  ): Promise<TextClient> {
    const client = new TextClient(new WebSocket(`${url.replace(/^http/, "ws")}${path}`, options));
    t.after(() => client.socket.terminate());
    await once(client.socket, "open");
    return client;
  }

  /** The status with which a handshake is refused, and the body of the refusal. */
  static async refusal(
    url: string,
    path: string,
    options: ClientOptions = {},
  ): Promise<{ status: number; body: string }> {
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}${path}`, options);
    socket.on("error", () => {});
    const [, answer] = await once(socket, "unexpected-response");
    let body = "";
    for await (const chunk of answer) body += chunk;
    return { status: answer.statusCode, body };
  }

  send(text: string | Uint8Array): void {
    this.socket.send(text);
  }

  /** The next frame. Rejects if the line ends first. */
  async next(): Promise<string | Buffer> {
    for (;;) {
      const frame = this.#read.shift();
      if (frame !== undefined) return frame;
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error("the line ended");
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }
}
