import { connect, type Socket } from "node:net";
import type { Entrance } from "./servers/subject.ts";

/** Told of what a member reads. */
export interface Reader {
  /** A frame, read `at` this moment, lies in `bytes` from `start` to `end`, for the length of this call. */
  frame(at: number, bytes: Buffer, start: number, end: number): void;
  /** So many bytes were read. */
  read(bytes: number): void;
  /** The line ended though nobody ended it here. */
  lost(why: string): void;
}

/** No frame that a member reads may be longer. */
const longestFrame = 64 * 1024;
// One buffer for all: what is read is looked at before anything else is. The beginning of a frame whose end has
// not come yet is put back in front of what comes next.
const shared = Buffer.allocUnsafeSlow(2 * longestFrame);

const nothing = Buffer.alloc(0);

const text = 0x81;
const closing = 0x88;
const ping = 0x89;
const pong = 0x8a;

/** A client's frame, masked with zeros, which leave it as it is. RFC 6455 §5.3 */
function clientFrame(kind: number, payload: Buffer): Buffer {
  const header =
    payload.length < 126 ? [kind, 0x80 | payload.length] : [kind, 0xfe, payload.length >> 8, payload.length & 0xff];
  return Buffer.concat([Buffer.from([...header, 0, 0, 0, 0]), payload]);
}

/** Where what a socket read ends up. */
type Reading =
  | { readonly at: "handshake" | "entering"; readonly entered: () => void; readonly failed: (error: Error) => void }
  | { readonly at: "room" }
  | { readonly at: "ended" };

/**
 * A WebSocket client on a raw socket. It costs as little as it can, so that what is measured is the server: it finds
 * where frames begin and end, answers pings, and leaves the rest to its reader.
 */
export class Member {
  readonly #socket: Socket;
  readonly #entrance: Entrance;
  readonly #reader: Reader;
  #reading: Reading = { at: "ended" };
  /** The beginning of a frame whose end has not come yet. */
  #rest = nothing;
  #now = 0;

  private constructor(entrance: Entrance, reader: Reader) {
    this.#entrance = entrance;
    this.#reader = reader;
    this.#socket = connect({
      host: "127.0.0.1",
      port: entrance.port,
      noDelay: true,
      onread: {
        buffer: shared.subarray(longestFrame),
        callback: (length) => {
          this.#read(length);
          return true;
        },
      },
    });
    this.#socket.on("error", (error) => this.#lose(error.message));
    this.#socket.on("close", () => this.#lose("closed"));
  }

  /** Connects and enters the room. Rejects if it is not let in. */
  static async enter(entrance: Entrance, reader: Reader): Promise<Member> {
    const member = new Member(entrance, reader);
    await new Promise<void>((entered, failed) => {
      member.#reading = { at: "handshake", entered, failed };
      member.#socket.write(
        `GET ${entrance.path} HTTP/1.1\r\nHost: 127.0.0.1:${entrance.port}\r\nUpgrade: websocket\r\n` +
          "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
      );
    });
    return member;
  }

  /** Sends a text frame; its text is less than 64 KiB. */
  send(payload: string): void {
    this.#socket.write(clientFrame(text, Buffer.from(payload)));
  }

  end(): void {
    this.#reading = { at: "ended" };
    this.#socket.destroy();
  }

  #read(length: number): void {
    this.#now = performance.now();
    this.#reader.read(length);
    const rest = this.#rest.length;
    if (rest > 0) this.#rest.copy(shared, longestFrame - rest);
    const end = longestFrame + length;
    let at = longestFrame - rest;
    if (this.#reading.at === "handshake") at = this.#shakeHands(at, end);
    at = this.#readFrames(at, end);
    // Copied, for the shared buffer is the next one's.
    this.#rest = at === end ? nothing : Buffer.from(shared.subarray(at, end));
    if (this.#rest.length >= longestFrame) this.#lose("sent a frame that is too long");
  }

  /** Where the first frame begins; `start` while the answer has not come to its end. */
  #shakeHands(start: number, end: number): number {
    const answer = shared.toString("latin1", start, end);
    const blank = answer.indexOf("\r\n\r\n");
    if (blank < 0 || this.#reading.at !== "handshake") return start;
    if (!answer.startsWith("HTTP/1.1 101 ")) {
      this.#lose(`refused: ${answer.slice(0, answer.indexOf("\r\n"))}`);
      return end;
    }
    const { join } = this.#entrance;
    this.#reading = { ...this.#reading, at: "entering" };
    if (join) this.send(join.frame);
    else this.#arrive();
    return start + blank + 4;
  }

  /** Where the first frame begins that is not there as a whole. */
  #readFrames(start: number, end: number): number {
    let at = start;
    while (this.#reading.at !== "handshake" && at + 2 <= end) {
      const short = shared[at + 1] ?? 0;
      if (short === 127) this.#lose("sent a frame that is too long");
      const payload = at + (short < 126 ? 2 : 4);
      if (payload > end) break;
      const frameEnd = payload + (short < 126 ? short : shared.readUInt16BE(at + 2));
      if (frameEnd > end) break;
      this.#take(shared[at], payload, frameEnd);
      at = frameEnd;
    }
    return at;
  }

  #take(kind: number | undefined, start: number, end: number): void {
    // Engine.IO has its own heartbeat. https://socket.io/docs/v4/engine-io-protocol/#heartbeat
    if (kind === text && end - start === 1 && shared[start] === 0x32) return this.send("3");
    if (kind === text && this.#reading.at === "room") return this.#reader.frame(this.#now, shared, start, end);
    if (kind === text && this.#reading.at === "entering") {
      const words = shared.toString("utf8", start, end);
      if (words.includes(this.#entrance.join?.answeredBy ?? "")) this.#arrive();
    }
    if (kind === ping) this.#socket.write(clientFrame(pong, shared.subarray(start, end)));
    if (kind === closing) this.#lose(`closed by the server: ${shared.toString("utf8", start + 2, end)}`);
  }

  #arrive(): void {
    const reading = this.#reading;
    this.#reading = { at: "room" };
    if (reading.at === "entering") reading.entered();
  }

  #lose(why: string): void {
    const reading = this.#reading;
    this.end();
    if (reading.at === "handshake" || reading.at === "entering") reading.failed(new Error(`not let in: ${why}`));
    else if (reading.at === "room") this.#reader.lost(why);
  }
}
