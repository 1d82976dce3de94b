import type { Writable } from "node:stream";
import type { OutboundBytes, SlowReaders } from "../../core/slow-readers.ts";

export interface OutboundOptions {
  /** Bytes that may wait; 0 for any number. */
  readonly maxQueue: number;
  readonly slowReaders: SlowReaders;
  /** Sends away a client that reads too slowly. */
  readonly giveUp: () => void;
}

/**
 * What goes out to one client, counted in bytes and bounded in number and age. A page of the log is
 * outside the bound in number, for it is written as it is read, one at a time. [B1] [R2]
 */
export class Outbound implements OutboundBytes {
  readonly #stream: Writable;
  readonly #options: OutboundOptions;
  written = 0;
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
    this.pageEnd = this.written + bytes.length;
    this.write(bytes);
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
