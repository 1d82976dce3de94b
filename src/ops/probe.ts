import { parseServerFrame, type ServerFrameOf, type ServerFrameType } from "../protocol/server-frames.ts";
import { oneLine } from "../protocol/text.ts";
import { keyHeaders } from "./key-headers.ts";

/** What can be wrong between here and a server. */
export type TroubleKind =
  | "unreachable"
  | "refused"
  | "key_required"
  | "upgrade_blocked"
  | "buffered"
  | "silent"
  | "wrong_answer"
  | "clock_off"
  | "tcp_closed";

/** Something that is wrong, and what its words mention: other programs' text in it cannot steer a terminal. [D4] */
export class Trouble extends Error {
  override readonly name = "Trouble";
  readonly kind: TroubleKind;
  readonly params: Readonly<Record<string, string | number>>;
  constructor(kind: TroubleKind, params: Readonly<Record<string, string | number>> = {}) {
    super(kind);
    this.kind = kind;
    const entries = Object.entries(params).map(([name, value]) => [
      name,
      typeof value === "string" ? oneLine(value) : value,
    ]);
    this.params = Object.fromEntries(entries);
  }
}

/** Nothing on a working line takes this long. */
const patienceMs = 5_000;
/** A whole check, with its cuts and resumes. */
const checkMs = 15_000;

/** Ends a wait that has lasted too long. */
export function within<T>(work: Promise<T>, ms = checkMs, trouble = new Trouble("silent")): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(trouble), ms);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

interface Page {
  readonly epoch: string;
  readonly messages: readonly { readonly text: string }[];
  readonly next: string;
}

/** A server to be looked at. */
export class Target {
  readonly url: URL;
  readonly room: string;
  readonly tcpPort: number;
  readonly tcpEchoPort: number;
  /** Its access key. [D6] */
  readonly key: string | undefined;

  constructor(options: { url: URL; room: string; tcpPort: number; tcpEchoPort: number; key?: string | undefined }) {
    this.url = options.url;
    this.key = options.key;
    this.room = options.room;
    this.tcpPort = options.tcpPort;
    this.tcpEchoPort = options.tcpEchoPort;
  }

  get host(): string {
    return this.url.hostname.replace(/^\[|\]$/g, "");
  }

  /** A request; anything but success is a {@link Trouble} with the server's own words. */
  async get(path: string, init: RequestInit = {}): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(new URL(path, this.url), {
        ...init,
        redirect: "manual",
        headers: { ...(init.headers as Record<string, string>), ...keyHeaders(this.key) },
      });
    } catch (error) {
      const { message, cause } = error as Error;
      const detail = cause instanceof Error ? cause.message : message;
      throw new Trouble("unreachable", { url: this.url.href, detail });
    }
    if (answer.ok) return answer;
    // Who followed it would find that no WebSocket and no post gets through, and blame a proxy.
    const location = answer.headers.get("location");
    if (location !== null)
      throw new Trouble("unreachable", { url: this.url.href, detail: `${answer.status}: ${location}` });
    const body = await heard(answer.text());
    if (body.includes('"code":"key_required"')) throw new Trouble("key_required");
    throw new Trouble("refused", { status: answer.status, detail: detailOf(body) });
  }

  async page(query: string): Promise<Page> {
    const page = await jsonOf<Page>(await this.get(`/rooms/${this.room}/messages?${query}`));
    if (!Array.isArray(page?.messages)) throw new Trouble("wrong_answer", { detail: "there are no messages in it" });
    return page as Page;
  }
}

/** What is still being read, of an answer that has begun: a line that breaks meanwhile is no bug of ours. */
const heard = <T>(reading: Promise<T>): Promise<T> =>
  reading.catch(() => {
    throw new Trouble("silent");
  });

/** An answer's JSON; where another program answers there may be none. */
async function jsonOf<T>(answer: Response): Promise<Partial<T> | null> {
  const body = await heard(answer.text());
  try {
    return JSON.parse(body) as T;
  } catch (error) {
    throw new Trouble("wrong_answer", { detail: (error as Error).message });
  }
}

const detailOf = (body: string): string => {
  try {
    return String((JSON.parse(body) as { detail?: unknown }).detail ?? body);
  } catch {
    return body.slice(0, 200);
  }
};

/** Says something by plain HTTP. */
export async function post(target: Target, text: string, id?: string): Promise<{ seq: number; dup: boolean }> {
  const headers = { "Content-Type": "text/plain", ...(id && { "Idempotency-Key": id }) };
  const answer = await target.get(`/rooms/${target.room}/messages`, { method: "POST", body: text, headers });
  const { seq, dup } = (await jsonOf<{ seq: number; dup: boolean }>(answer)) ?? {};
  if (seq === undefined || dup === undefined) throw new Trouble("wrong_answer", { detail: "there is no seq in it" });
  return { seq, dup };
}

/** A WebSocket that is read one text at a time. */
export class Line {
  /** The last message read. */
  latest: { seq: number; id: string } = { seq: 0, id: "" };
  readonly #socket: WebSocket;
  readonly #read: string[] = [];
  #arrived = () => {};

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      this.#read.push(String(data));
      this.#arrived();
    });
    socket.addEventListener("close", () => this.#arrived());
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  async next(): Promise<string> {
    for (;;) {
      const text = this.#read.shift();
      if (text !== undefined) return text;
      if (this.#socket.readyState === WebSocket.CLOSED) throw new Trouble("silent");
      const arrived = new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
      await within(arrived, patienceMs);
    }
  }

  /** The next frame of a type; others before it are passed over. */
  async frame<T extends ServerFrameType>(type: T): Promise<ServerFrameOf<T>> {
    for (;;) {
      const frame = parseServerFrame(await this.next());
      if (frame?.type === "message") this.latest = frame;
      if (frame?.type === "error") throw new Trouble("refused", { status: frame.code, detail: frame.message });
      if (frame?.type === type) return frame as ServerFrameOf<T>;
    }
  }

  close(): void {
    this.#socket.close(1000);
  }
}

/** Opens a WebSocket. Plain HTTP has been seen to work: what stands in the way is the upgrade. */
export async function openLine(target: Target, path: string): Promise<Line> {
  const url = new URL(path, target.url);
  url.protocol = url.protocol.replace("http", "ws");
  if (target.key !== undefined) url.searchParams.set("key", target.key);
  const socket = new WebSocket(url);
  const opened = Promise.withResolvers<void>();
  socket.addEventListener("open", () => opened.resolve());
  socket.addEventListener("error", () => opened.reject(new Trouble("upgrade_blocked", { path: url.pathname })));
  await within(opened.promise, patienceMs, new Trouble("upgrade_blocked", { path: url.pathname }));
  return new Line(socket);
}

/** Opens an event stream, from a position on if there is one. A stream that is held back is a proxy's doing. */
export async function openStream(target: Target, since?: string) {
  const stop = new AbortController();
  const headers = since === undefined ? {} : { "Last-Event-ID": since };
  const answer = await target.get(`/rooms/${target.room}/events`, { headers, signal: stop.signal });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let read = "";
  const until = async (text: string): Promise<void> => {
    while (!read.includes(text)) {
      const chunk = await within(heard(Promise.resolve(reader?.read())), patienceMs, new Trouble("buffered"));
      if (!chunk || chunk.done) throw new Trouble("silent");
      read += chunk.value;
    }
  };
  await until("retry:");
  return { until, close: () => stop.abort() };
}
