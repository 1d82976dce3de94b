import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { type WebSocket, WebSocketServer } from "ws";
import type { ClientFrame, ClientFrameInput } from "../../../src/protocol/client-frames.ts";
import type { ServerFrameOf } from "../../../src/protocol/server-frames.ts";

type Sent<T extends ClientFrame["type"]> = Extract<ClientFrameInput, { type: T }>;

export const epoch = "abcdefghij012345";
export const ann = { id: "u_ann", name: "Ann" };
export const olya = { id: "u_olya", name: "Оля" };
export const noi = { id: "u_noi", name: "น้อย" };

/** What is to be otherwise than in a `joined` without more. */
type Joined = Partial<Record<keyof ServerFrameOf<"joined">, unknown>>;

/** Hands out, in order, what was put in; who asks too early waits. */
class Handover<T> {
  readonly #things: T[] = [];
  readonly #takers: ((thing: T) => void)[] = [];

  put(thing: T): void {
    const taker = this.#takers.shift();
    if (taker) taker(thing);
    else this.#things.push(thing);
  }

  take(): Promise<T> {
    const [thing] = this.#things.splice(0, 1);
    return thing === undefined ? new Promise((resolve) => this.#takers.push(resolve)) : Promise.resolve(thing);
  }

  get waiting(): readonly T[] {
    return this.#things;
  }
}

/** One line, as the scripted server sees it: the test reads what the client sent, and answers by hand. */
export class ScriptedLine {
  readonly #socket: WebSocket;
  readonly #frames = new Handover<ClientFrameInput>();
  /** The close code that came from the client, or what the break looked like from here. */
  readonly closed: Promise<number>;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.#frames.put(JSON.parse(data.toString()) as ClientFrameInput));
    this.closed = once(socket, "close").then(([code]) => code as number);
  }

  /** The next frame, which must be of this type. */
  async next<T extends ClientFrame["type"]>(type: T): Promise<Sent<T>> {
    const frame = await this.#frames.take();
    if (frame.type !== type) throw new Error(`expected ${type}, read ${JSON.stringify(frame)}`);
    return frame as Sent<T>;
  }

  /** What the client sent up to now and the test has not taken: an exchange of its own makes sure it has come. */
  async unread(): Promise<readonly ClientFrameInput[]> {
    const pong = once(this.#socket, "pong");
    this.#socket.ping();
    await pong;
    return this.#frames.waiting;
  }

  send(frame: object): void {
    this.#socket.send(JSON.stringify(frame));
  }

  welcome(user = ann, more: object = {}): void {
    const limits = {
      max_text: 4096,
      max_frame: 65536,
      max_joins: 128,
      history: 100,
      send_rate: 2,
      send_burst: 20,
      ...more,
    };
    const server = { name: "scripted", version: "0" };
    this.send({ type: "welcome", user, token: `token of ${user.name}`, server, limits, heartbeat_ms: 25_000 });
  }

  /** Answers `hello` and one `join`: an empty room, or what is given. */
  async admit(joined: Joined = {}, page: { messages?: readonly object[]; more?: boolean } = {}): Promise<Sent<"join">> {
    await this.next("hello");
    this.welcome();
    return await this.letIn(joined, page);
  }

  /** Answers the next `join`. A page of history follows unless it is `recovered`. */
  async letIn(joined: Joined = {}, page: { messages?: readonly object[]; more?: boolean } = {}): Promise<Sent<"join">> {
    const join = await this.next("join");
    const { room, ref } = join;
    const { messages = [], more = false } = page;
    const head = messages.length;
    this.send({ type: "joined", room, epoch, head, recovered: false, count: 1, members: [ann], ref, ...joined });
    if (!joined.recovered) this.send({ type: "history", room, epoch, messages, more, ref });
    return join;
  }

  message(seq: number, text = `message ${seq}`): void {
    this.send(messageAt(seq, text));
  }

  ack({ id, room }: Sent<"message" | "edit" | "delete" | "react" | "topic">, seq: number, dup = false): void {
    this.send({ type: "ack", id, room, seq, ts: "2026-01-02T03:04:05.678Z", dup });
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  /** Breaks the line without a goodbye. */
  cut(): void {
    this.#socket.terminate();
  }
}

/** The message at a `seq` of the room `general`. */
export const messageAt = (seq: number, text = `message ${seq}`) => ({ type: "message", ...stampAt(seq), text });

/** What every event of a log has. */
const stampAt = (seq: number) => ({
  room: "general",
  seq,
  id: `message-id-${String(seq).padStart(8, "0")}`,
  user: olya,
  ts: "2026-01-02T03:04:05.678Z",
});

/** What every change has that follows the message at `target` in the room `general`. */
export const changeAt = (seq: number, target: number) => ({
  ...stampAt(seq),
  target: messageAt(target).id,
  target_seq: target,
});

/** A server of the native gateway that says what the test tells it to, also what a right one never says. */
export interface ScriptedServer {
  readonly url: string;
  /** The next line that a client opens. */
  accept(): Promise<ScriptedLine>;
}

export async function startScriptedServer(t: TestContext): Promise<ScriptedServer> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  t.after(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  const lines = new Handover<ScriptedLine>();
  server.on("connection", (socket) => lines.put(new ScriptedLine(socket)));
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, accept: () => lines.take() };
}
