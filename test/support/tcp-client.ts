import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { TestContext } from "node:test";

/** A TCP client of lines, or of bare bytes. */
export class TcpClient {
  readonly socket: Socket;
  readonly ended: Promise<void>;
  #text = "";
  #arrived: () => void = () => {};
  #isOver = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => {
      this.#text += text;
      this.#arrived();
    });
    socket.on("error", () => {});
    this.ended = new Promise((resolve) => {
      const over = () => {
        this.#isOver = true;
        this.#arrived();
        resolve();
      };
      socket.once("end", over).once("close", over);
      socket.once("end", () => socket.end());
    });
  }

  static async connect(t: Pick<TestContext, "after">, port: number | undefined): Promise<TcpClient> {
    const client = new TcpClient(connect({ port: port ?? 0, host: "127.0.0.1", allowHalfOpen: true }));
    t.after(() => client.socket.destroy());
    await once(client.socket, "connect");
    return client;
  }

  /** Connects to the chat and reads the line of its own coming in; its name. */
  static async join(t: Pick<TestContext, "after">, port: number | undefined): Promise<TcpClient & { name: string }> {
    const client = await TcpClient.connect(t, port);
    const joined = await client.line();
    return Object.assign(client, { name: /^server :: (\S+) joined$/.exec(joined)?.[1] ?? joined });
  }

  send(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  /** The next line, without its end. Rejects if the input ends first. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end !== -1) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      if (this.#isOver) throw new Error("the line ended");
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }
}
