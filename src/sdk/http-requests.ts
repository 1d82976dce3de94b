import type { ErrorCode } from "../protocol/codes.ts";
import type { parseServerFrame, ServerFrameOf, ServerFrameType } from "../protocol/server-frames.ts";
import type { Surroundings } from "./surroundings.ts";

/** How long an answer may take that waits for nothing but the server. */
const patienceMs = 8_000;

const nativePath = "/api/v1/ws";

/** A refusal by the server. What is no answer of a Parlance server at all is thrown: the line is broken. */
interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly suggestion?: string;
  readonly retry_after_ms?: number;
}

export type Answer = { readonly ok: true; readonly value: object } | { readonly ok: false; readonly problem: Problem };

/** What a request has beside its path. */
export interface Request {
  /** By default GET, or with a body POST. */
  readonly method?: "PUT" | "PATCH" | "DELETE";
  readonly body?: object | undefined;
  /** Makes a resend harmless. [S1] */
  readonly id?: string | null | undefined;
  /** Milliseconds that the server was asked to wait before it answers. */
  readonly waitMs?: number;
  readonly signal: AbortSignal;
}

/** The server's HTTP gateways, asked by one person. */
export class HttpRequests {
  /** Who asks. Never in an address. [D7] */
  token: string | undefined;
  /** The access key, until there is a token, which shows that it was given. [D6] */
  key: string | undefined;
  /** The language of refusals. */
  language: string | undefined;
  readonly #base: string;
  readonly #surroundings: Surroundings;
  readonly #parse: typeof parseServerFrame;

  /** `address` is that of the native gateway: the HTTP gateways stand beside what it ends in. */
  constructor(address: string, surroundings: Surroundings, parse: typeof parseServerFrame) {
    const { host, pathname, protocol } = new URL(address);
    const path = pathname.endsWith(nativePath) ? pathname.slice(0, -nativePath.length) : pathname;
    this.#base = `${protocol === "wss:" ? "https:" : "http:"}//${host}${path}`;
    this.#surroundings = surroundings;
    this.#parse = parse;
  }

  /** Asks for JSON. Rejects when there is no such answer in time. */
  async ask(path: string, { method, body, id, waitMs = 0, signal }: Request): Promise<Answer> {
    const late = new AbortController();
    const cancel = this.#surroundings.after(waitMs + patienceMs, () => late.abort());
    try {
      const response = await this.fetch(path, {
        signal: AbortSignal.any([signal, late.signal]),
        ...((method || body) && { method: method ?? "POST" }),
        ...(body && { body: JSON.stringify(body) }),
        headers: { ...(body && { "Content-Type": "application/json" }), ...(id && { "Idempotency-Key": id }) },
      });
      const value: unknown = await response.json();
      if (typeof value !== "object" || value === null) throw new Error("no answer of this protocol");
      if (response.ok) return { ok: true, value };
      return { ok: false, problem: readProblem(value, response.headers.get("retry-after")) };
    } finally {
      cancel();
    }
  }

  /** Asks as {@link token}'s owner, without a bound of time. */
  fetch(path: string, init: RequestInit & { readonly headers?: Readonly<Record<string, string>> }): Promise<Response> {
    const headers = {
      ...init.headers,
      ...this.#authorization(),
      ...(this.language !== undefined && { "Accept-Language": this.language }),
    };
    return fetch(this.#base + path, { ...init, headers, cache: "no-store" });
  }

  #authorization(): Readonly<Record<string, string>> {
    if (this.token !== undefined) return { Authorization: `Bearer ${this.token}` };
    if (this.key === undefined) return {};
    // A key may have any letters, a header not. RFC 7617 §2
    const bytes = new TextEncoder().encode(`:${this.key}`);
    return { Authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` };
  }

  /** What came from the server as the frame that it stands for, checked like any other. Throws if it is none. */
  frame<T extends ServerFrameType>(type: T, fields: object): ServerFrameOf<T> {
    const frame = this.#parse(JSON.stringify({ ...fields, type }));
    if (frame?.type !== type) throw new Error(`no ${type} of this protocol`);
    return frame as ServerFrameOf<T>;
  }

  /** Any frame, or `undefined` for what is none. */
  parse(text: string): ReturnType<typeof parseServerFrame> {
    return this.#parse(text);
  }
}

function readProblem(value: object, retryAfter: string | null): Problem {
  const { code, detail, suggestion } = value as Partial<Record<string, unknown>>;
  if (typeof code !== "string" || typeof detail !== "string") throw new Error("a refusal by somebody else");
  return {
    code: code as ErrorCode,
    message: detail,
    ...(typeof suggestion === "string" && { suggestion }),
    ...(retryAfter !== null && { retry_after_ms: Number(retryAfter) * 1000 }),
  };
}
