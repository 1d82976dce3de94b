import type { Socket } from "node:net";
import { WebSocket } from "ws";
import type { Hub } from "../../core/hub.ts";
import type { Connection, Format, GatewayName, PersonalFrame } from "../../core/ports.ts";
import type { Soon } from "../../core/soon.ts";
import { pickLanguage } from "../../locales/server.ts";
import type { Language } from "../../locales/words.ts";
import { type ChatError, type CloseReason, closeCodes } from "../../protocol/codes.ts";
import { cutWhenLate } from "./closing.ts";
import { Outbound } from "./outbound.ts";

/** An accepted WebSocket, with the socket under it. */
export interface Line {
  readonly webSocket: WebSocket;
  readonly socket: Socket;
  /** Who reads it now: plain text may hand it on to JSON by hand. */
  gateway: GatewayName;
}

/** Who reads an accepted WebSocket: one object a line. */
export interface Reader {
  /** A whole text message. */
  text(text: string): void;
  /** A whole binary message; where nobody reads them, they end the line with 1003. */
  binary?(bytes: Uint8Array): void;
  /** The line is gone; `left` if the client closed it with 1000. */
  end(how: { left: boolean }): void;
}

/** How a client came in. */
export interface Visit {
  readonly path: string;
  readonly query: URLSearchParams;
  /** The page that it comes from; programs have none. */
  readonly origin: string | undefined;
  /** The address that its messages are counted under; `undefined` for a program on this machine. */
  readonly address: string | undefined;
  /** What the client said it is, in a few words. */
  readonly agent: string;
  /**
   * What errors in JSON are told in until a `hello` names a language: what the handshake accepts, else the server's. No
   * text gateway follows it: a browser's language never changes a wire format.
   */
  readonly errorLanguage: Language;
}

/** A way in over a WebSocket. */
export interface Gateway {
  readonly name: GatewayName;
  /**
   * The types of frames of which the first may bring the access key. Without any, it must be given in
   * the handshake. [D6]
   */
  keyedBy?(visit: Visit): readonly string[];
  /** Why this visit is refused in the handshake, if it is. */
  refuse?(visit: Visit): Soon<ChatError | undefined>;
  /** Takes an accepted line, and answers with who reads it. */
  accept(line: Line, visit: Visit): Reader;
}

// What `ws` finds wrong it answers with the right close code by itself; `close` follows. RFC 6455 §7.4
const answeredAlready = () => {};

/** Lets a reader have what comes in; calls `gone` when the line is. */
export function read({ webSocket }: Line, reader: Reader, gone: () => void): void {
  webSocket.on("message", (data, isBinary) => {
    if (!isBinary) reader.text(data.toString());
    else if (reader.binary) reader.binary(data as Buffer);
    else webSocket.close(closeCodes.unsupported_data, "unsupported_data");
  });
  webSocket.on("error", answeredAlready);
  webSocket.on("close", (code) => {
    gone();
    reader.end({ left: code === closeCodes.done });
  });
}

/** One whole text message of a server as a WebSocket frame: final, unmasked. RFC 6455 §5.2 */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = 0x81;
  if (header === 2) frame[1] = length;
  else if (header === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, header);
  return frame;
}

export interface WebSocketConnectionOptions {
  readonly format: Format;
  /** The bytes of a frame for this client alone; errors in JSON in this language. */
  readonly encode: (frame: PersonalFrame, language: Language) => Uint8Array | undefined;
  /** Whether it speaks frames, acknowledgements among them, and knows Parlance's close codes; else it is bare text. */
  readonly speaksFrames: boolean;
}

/**
 * The core's side of a WebSocket. `ws` shakes hands, parses and answers pings; what is sent goes as
 * ready frames to the socket itself, so that one buffer serves every connection. That is sound as
 * long as no data is also sent by `ws.send`, and nothing once the WebSocket is closing.
 */
export class WebSocketConnection extends Outbound implements Connection {
  readonly format: Format;
  readonly address: string | undefined;
  readonly agent: string;
  readonly acknowledges: boolean;
  readonly #line: Line;
  readonly #hub: Hub;
  readonly #encode: WebSocketConnectionOptions["encode"];
  #language: Language;

  constructor(hub: Hub, line: Line, visit: Visit, options: WebSocketConnectionOptions) {
    super(hub, line.socket);
    this.#line = line;
    this.#hub = hub;
    this.#encode = options.encode;
    this.format = options.format;
    this.address = visit.address;
    this.agent = visit.agent;
    this.#language = visit.errorLanguage;
    this.acknowledges = options.speaksFrames;
  }

  get gateway(): GatewayName {
    return this.#line.gateway;
  }

  // A client's Close, or a frame that is none, is answered by `ws` at once; nothing may follow. RFC 6455 §5.5.1
  protected get isOpen(): boolean {
    return this.#line.webSocket.readyState === WebSocket.OPEN;
  }

  giveUp(): void {
    // Clients of bare text know only the codes that everybody knows.
    this.#end("reads_too_slowly", this.acknowledges ? "reads_too_slowly" : "overloaded");
  }

  encode(frame: PersonalFrame): Uint8Array | undefined {
    return this.#encode(frame, this.#language);
  }

  setLanguage(tag: string): void {
    this.#language = pickLanguage(tag, this.#language);
  }

  pause(): void {
    this.#line.webSocket.pause();
  }

  resume(): void {
    this.#line.webSocket.resume();
  }

  close(reason: CloseReason): void {
    this.#end(reason, reason);
  }

  #end(reason: CloseReason, told: CloseReason): void {
    const { webSocket } = this.#line;
    this.flush();
    // Which may have been too much already.
    if (!this.isOpen) return;
    this.#hub.metrics.closed(reason);
    webSocket.close(closeCodes[told], told);
    cutWhenLate(webSocket, this.#hub.clock, () => webSocket.terminate());
  }
}
