import { once } from "node:events";
import { connect } from "node:net";
import { StringDecoder } from "node:string_decoder";
import { WebSocket } from "ws";
import type { BareAddress } from "./bare-address.ts";

/** Hears a server of bare text. */
export interface BareListener {
  /** The server is there. */
  opened(): void;
  /** A whole text, or a line without its end. */
  said(text: string): void;
  /** The line is over; `code` says how a WebSocket was closed. RFC 6455 §7.4 */
  ended(code?: number): void;
}

/** A line of bare text to a server, which need not be Parlance. What is sent after its end is dropped. */
export interface BareLine {
  /** Resolves once there is room for more. */
  send(text: string): Promise<void>;
  /** Says that no more comes; what the server still says is heard. */
  end(): void;
  /** Ends it at once. */
  cut(): void;
}

/** There is no such server; or it speaks HTTP there, and answered with this status. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
  readonly status: number | undefined;

  constructor(status?: number) {
    super("the server cannot be reached");
    this.status = status;
  }
}

/** A WebSocket's text may have so many bytes. */
const maxPayload = 16 * 1024 * 1024;
/** A line of TCP has so many characters at the most; what is longer is heard in pieces. */
const longestLine = 64 * 1024;
/** What has no line end is heard after so long: a question such as `Your name: `. */
const silenceMs = 200;

/** Connects. Rejects with {@link Unreachable}. */
export const dial = (address: BareAddress, listener: BareListener): Promise<BareLine> =>
  "url" in address ? dialWebSocket(address.url, listener) : dialTcp(address, listener);

async function dialWebSocket(url: string, { opened, said, ended }: BareListener): Promise<BareLine> {
  const socket = new WebSocket(url, { maxPayload, perMessageDeflate: false });
  let status: number | undefined;
  socket.on("unexpected-response", (_request, { statusCode }) => {
    status = statusCode;
    socket.terminate();
  });
  socket.on("open", opened);
  // What a server that greets at once says may come with the handshake.
  socket.on("message", (data) => said(data.toString()));
  try {
    await once(socket, "open");
  } catch {
    throw new Unreachable(status);
  }
  // `close` follows.
  socket.on("error", () => {});
  socket.on("close", (code) => ended(code));
  return {
    send: (text) => new Promise((resolve) => socket.send(text, () => resolve())),
    end: () => socket.close(1000),
    cut: () => socket.terminate(),
  };
}

async function dialTcp({ host, port }: { host: string; port: number }, listener: BareListener): Promise<BareLine> {
  const socket = connect({ host, port, allowHalfOpen: true });
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let silence: NodeJS.Timeout | undefined;
  const sayRest = () => {
    if (rest !== "") listener.said(rest);
    rest = "";
  };
  const take = (text: string) => {
    clearTimeout(silence);
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) listener.said(line.replace(/\r$/, ""));
    if (rest.length > longestLine) sayRest();
    else if (rest !== "") silence = setTimeout(sayRest, silenceMs);
  };
  socket.on("connect", listener.opened);
  socket.on("data", (bytes) => take(decoder.write(bytes)));
  try {
    await once(socket, "connect");
  } catch {
    throw new Unreachable();
  }
  socket.on("error", () => {});
  socket.on("end", () => socket.end());
  socket.on("close", () => {
    take(decoder.end());
    clearTimeout(silence);
    sayRest();
    listener.ended();
  });
  return {
    send: (text) => new Promise((resolve) => socket.write(`${text}\n`, () => resolve())),
    end: () => void socket.end(),
    cut: () => void socket.destroy(),
  };
}
