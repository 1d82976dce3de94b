import assert from "node:assert/strict";
import type { Connection, Format, RoomFrame } from "../../src/core/ports.ts";

export const bytesOf = (text: string) => new TextEncoder().encode(text);

/** A way to write frames down, that counts how often it is asked to. */
export class CountingFormat implements Format {
  readonly calls = new Map<RoomFrame, number>();
  readonly #write: (frame: RoomFrame) => string | undefined;
  readonly #writeOwn: ((frame: RoomFrame) => string | null | undefined) | undefined;

  constructor(write: (frame: RoomFrame) => string | undefined, own?: (frame: RoomFrame) => string | null | undefined) {
    this.#write = write;
    this.#writeOwn = own;
  }

  text(frame: RoomFrame, isOwn: boolean): string {
    const own = isOwn ? this.#writeOwn?.(frame) : undefined;
    return own === null ? "" : (own ?? this.#write(frame) ?? "");
  }

  encode(frame: RoomFrame): Uint8Array | undefined {
    this.calls.set(frame, (this.calls.get(frame) ?? 0) + 1);
    const text = this.#write(frame);
    return text === undefined ? undefined : bytesOf(text);
  }

  encodeOwn(frame: RoomFrame): Uint8Array | null | undefined {
    const own = this.#writeOwn?.(frame);
    return typeof own === "string" ? bytesOf(own) : own;
  }
}

/** A line that keeps what is written to it. */
export class KeptLine implements Connection {
  readonly gateway = "native";
  readonly format: CountingFormat;
  read = "";
  writes = 0;

  constructor(format: CountingFormat) {
    this.format = format;
  }

  write(bytes: Uint8Array): void {
    assert.ok(bytes.length > 0, "nothing is ever written for nothing");
    this.writes++;
    this.read += new TextDecoder().decode(bytes);
  }

  writeAll(pieces: readonly Uint8Array[]): void {
    assert.ok(pieces.every(({ length }) => length > 0));
    this.write(Buffer.concat(pieces));
  }

  readonly address = undefined;
  readonly acknowledges = true;
  isBehind = false;
  encode = () => undefined;
  writeSoon(bytes: Uint8Array): void {
    this.write(bytes);
  }

  writePage = async () => {};
  setLanguage() {}
  pause() {}
  resume() {}
  close() {}
}
