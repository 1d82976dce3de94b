import type { Writable } from "node:stream";
import type { OutboundBytes, SlowReaders } from "../../core/slow-readers.ts";

export interface OutboundOptions {
  /** Bytes that may wait; 0 for any number. */
  readonly maxQueue: number;
  readonly slowReaders: SlowReaders;
  /** Sends away a client that reads too slowly. */
  readonly giveUp: () => void;
  /** Whether anything may still follow what was written; as long as the stream can be written to, if nothing says so. */
  readonly isOpen?: () => boolean;
}

const nothing = new Uint8Array(0);

/**
 * What goes out to one client, counted in bytes and bounded in number and age. A page of the log is
 * outside the bound in number, for it is written as it is read, one at a time. [B1] [R2]
 */
export class Outbound implements OutboundBytes {
  readonly #stream: Writable;
  readonly #options: OutboundOptions;
  written = 0;
  #soon: Uint8Array[] = [];
  #pageStart = 0;
  pageEnd = 0;

  constructor(stream: Writable, options: OutboundOptions) {
    this.#stream = stream;
    this.#options = options;
  }

  get waiting(): number {
    return this.#stream.writableLength;
  }

  /** Whether more than a quarter of what may wait does. */
  get isBehind(): boolean {
    const { maxQueue } = this.#options;
    return maxQueue > 0 && this.waiting * 4 > maxQueue && this.#queued() * 4 > maxQueue;
  }

  write(bytes: Uint8Array): void {
    if (this.#soon.length === 0) return this.#write(bytes);
    const pieces = [...this.#soon, bytes];
    this.#soon = [];
    this.#write(Buffer.concat(pieces));
  }

  /** Writes these bytes together with what is written next: each write costs more than many bytes do. */
  writeSoon(bytes: Uint8Array): void {
    this.#soon.push(bytes);
    // After every promise: what a commit leads to is acknowledgement and message, in one piece.
    if (this.#soon.length === 1) process.nextTick(() => this.flush());
  }

  /** Writes what was to be written soon. */
  flush(): void {
    if (this.#soon.length > 0) this.write(nothing);
  }

  #write(bytes: Uint8Array): void {
    if (!this.#stream.writable || this.#options.isOpen?.() === false) return;
    this.#stream.write(bytes);
    this.written += bytes.length;
    if (this.waiting === 0) return;
    this.#options.slowReaders.watch(this);
    const { maxQueue } = this.#options;
    if (maxQueue > 0 && this.waiting > maxQueue && this.#queued() > maxQueue) this.giveUp();
  }

  /** Resolves once hardly any of the page waits, or the line is gone. */
  async writePage(bytes: Uint8Array): Promise<void> {
    this.#pageStart = this.written;
    this.write(bytes);
    this.pageEnd = this.written;
    const stream = this.#stream;
    if (!stream.writableNeedDrain || stream.destroyed) return;
    await new Promise<void>((resolve) => {
      const settle = () => {
        stream.off("drain", settle);
        stream.off("close", settle);
        resolve();
      };
      stream.on("drain", settle);
      stream.on("close", settle);
    });
  }

  giveUp(): void {
    this.#options.giveUp();
  }

  /** What waits, without what is left of the page. */
  #queued(): number {
    const taken = this.written - this.waiting;
    return this.waiting - Math.max(0, this.pageEnd - Math.max(taken, this.#pageStart));
  }
}
