import assert from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { TestContext } from "node:test";

/** The example key of RFC 6455 §1.3, and what answers it. */
export const exampleKey = "dGhlIHNhbXBsZSBub25jZQ==";
export const exampleAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** How a frame differs from a final, masked one with the shortest length field that fits. */
export interface FrameShape {
  readonly isFinal?: boolean;
  /** The three reserved bits, as a number. */
  readonly reserved?: number;
  readonly isMasked?: boolean;
  /** The length that the header tells, if not the payload's own. */
  readonly length?: bigint;
  /** Bytes of the extended length field: 0, 2 or 8. */
  readonly lengthBytes?: 0 | 2 | 8;
  readonly mask?: Uint8Array;
}

/** A frame of a client, right or wrong. RFC 6455 §5.2 */
export function clientFrame(opcode: number, payload: string | Uint8Array = "", shape: FrameShape = {}): Buffer {
  const { isFinal = true, reserved = 0, isMasked = true, mask = Buffer.of(0x37, 0xfa, 0x21, 0x3d) } = shape;
  const bytes = Buffer.from(payload);
  const length = shape.length ?? BigInt(bytes.length);
  const lengthBytes = shape.lengthBytes ?? (length < 126n ? 0 : length < 65_536n ? 2 : 8);
  const header = Buffer.alloc(2 + lengthBytes);
  header[0] = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode;
  const short = lengthBytes === 0 ? Number(length) : lengthBytes === 2 ? 126 : 127;
  header[1] = (isMasked ? 0x80 : 0) | short;
  if (lengthBytes === 2) header.writeUInt16BE(Number(length), 2);
  if (lengthBytes === 8) header.writeBigUInt64BE(length, 2);
  if (!isMasked) return Buffer.concat([header, bytes]);
  const masked = bytes.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.concat([header, mask, masked]);
}

/** The payload of a Close frame. RFC 6455 §5.5.1 */
export function closePayload(code: number, reason: string | Uint8Array = ""): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return Buffer.concat([head, Buffer.from(reason)]);
}

/** One message in as many frames as there are pieces. RFC 6455 §5.4 */
export function fragments(opcode: number, pieces: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    pieces.map((piece, index) =>
      clientFrame(index === 0 ? opcode : opcodes.continuation, piece, { isFinal: index === pieces.length - 1 }),
    ),
  );
}

/** The head of a right handshake, with other fields where a test wants them; `undefined` leaves one out. */
export function handshake(path: string, fields: Readonly<Record<string, string | undefined>> = {}): string {
  const all = {
    Host: "localhost",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": exampleKey,
    "Sec-WebSocket-Version": "13",
    ...fields,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}\r\n`]));
  return `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** Bytes to and from a server, and nothing in between that would know better. */
export class Wire {
  readonly socket: Socket;
  /** Resolves when the server has ended its half, or the connection is gone. */
  readonly ended: Promise<void>;
  isOver = false;
  /** What came in and was not taken yet. */
  received: Buffer = Buffer.alloc(0);
  #arrived: () => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.#arrived();
    });
    socket.on("error", () => {});
    this.ended = new Promise((resolve) => {
      const over = () => {
        this.isOver = true;
        this.#arrived();
        resolve();
      };
      socket.once("end", over).once("close", over);
    });
  }

  static async connect(t: Pick<TestContext, "after">, port: number): Promise<Wire> {
    const wire = new Wire(connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true }));
    t.after(() => wire.socket.destroy());
    await once(wire.socket, "connect");
    return wire;
  }

  send(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Waits until `take` finds something in what came in; `undefined` if the server ends before. */
  async until<T>(take: (received: Buffer) => T | undefined): Promise<T | undefined> {
    for (;;) {
      const found = take(this.received);
      if (found !== undefined || this.isOver) return found;
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }
}

/** A frame of the server, which had to be as RFC 6455 §5.1 has it: unmasked, no reserved bit, control frames whole and short. */
export interface ServerFrameOnWire {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** A WebSocket by hand: every byte that is sent is the test's own, every frame that comes back is checked. */
export class RawWebSocket {
  readonly wire: Wire;
  /** Everything read, in order. */
  readonly frames: ServerFrameOnWire[] = [];

  constructor(wire: Wire) {
    this.wire = wire;
  }

  static async open(t: Pick<TestContext, "after">, port: number, path: string): Promise<RawWebSocket> {
    const wire = await Wire.connect(t, port);
    wire.send(handshake(path));
    const end = await wire.until((received) => {
      const at = received.indexOf("\r\n\r\n");
      return at === -1 ? undefined : at + 4;
    });
    const head = wire.received.subarray(0, end).toString("latin1");
    assert.match(head, /^HTTP\/1\.1 101 /);
    assert.ok(head.includes(exampleAccept), head);
    wire.received = wire.received.subarray(end);
    return new RawWebSocket(wire);
  }

  /** The next frame; `undefined` once the server has ended. */
  async next(): Promise<ServerFrameOnWire | undefined> {
    const frame = await this.wire.until((received) => parseFrame(received));
    if (!frame) {
      assert.equal(this.wire.received.length, 0, "the server ended inside a frame");
      return undefined;
    }
    this.wire.received = this.wire.received.subarray(frame.bytes);
    const last = this.frames.at(-1);
    assert.notEqual(last?.opcode, opcodes.close, "nothing follows a Close frame (RFC 6455 §5.5.1)");
    this.frames.push(frame);
    return frame;
  }

  /** Reads until a frame is there; `undefined` if the server ended without it. */
  async nextWhere(wanted: (frame: ServerFrameOnWire) => boolean): Promise<ServerFrameOnWire | undefined> {
    for (;;) {
      const frame = await this.next();
      if (!frame || wanted(frame)) return frame;
    }
  }

  /** What was read of an opcode, as text. */
  payloads(opcode: number): string[] {
    return this.frames.filter((frame) => frame.opcode === opcode).map(({ payload }) => payload.toString());
  }
}

/** The frame at the beginning of what came in, and how many bytes it took; `undefined` while it is not whole. */
export function parseFrame(received: Buffer): (ServerFrameOnWire & { readonly bytes: number }) | undefined {
  const [first, second] = received;
  if (first === undefined || second === undefined) return undefined;
  const opcode = first & 0x0f;
  assert.equal(first & 0x70, 0, "no reserved bit of a server's is set");
  assert.equal(second & 0x80, 0, "no frame of a server is masked");
  assert.ok([1, 2, 8, 9, 10].includes(opcode) && (first & 0x80) !== 0, `a whole frame of a known kind: ${first}`);
  const lengthBytes = second === 126 ? 2 : second === 127 ? 8 : 0;
  assert.ok(opcode < 8 || lengthBytes === 0, "a control frame is short");
  if (received.length < 2 + lengthBytes) return undefined;
  const length =
    lengthBytes === 2 ? received.readUInt16BE(2) : lengthBytes === 8 ? Number(received.readBigUInt64BE(2)) : second;
  const bytes = 2 + lengthBytes + length;
  if (received.length < bytes) return undefined;
  const payload = received.subarray(2 + lengthBytes, bytes);
  assert.ok(opcode !== opcodes.text || isUtf8(payload), "a text is UTF-8");
  return { opcode, payload, bytes };
}
