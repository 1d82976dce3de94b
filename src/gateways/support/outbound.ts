import type { Writable } from "node:stream";
import type { Hub } from "../../core/hub.ts";
import type { OutboundBytes, SlowReaders } from "../../core/slow-readers.ts";

/**
 * What goes out to one client, counted in bytes and bounded in number and age: the half of a connection
 * that all gateways with a line have in common. A page of the log is outside the bound in number, for it
 * is written as it is read, one at a time. [B1] [R2]
 */
export abstract class Outbound implements OutboundBytes {
  readonly #stream: Writable;
  readonly #maxQueue: number;
  readonly #slowReaders: SlowReaders;
  #soon: Uint8Array[] | undefined;
  #pageStart = 0;
  written = 0;
  pageEnd = 0;

  constructor({ limits, bounds }: Hub, stream: Writable) {
    this.#stream = stream;
    this.#maxQueue = limits.maxQueue;
    this.#slowReaders = bounds.slowReaders;
  }

  /** Whether anything may still follow what was written. */
  protected abstract get isOpen(): boolean;

  /** Sends away a client that reads too slowly. */
  abstract giveUp(): void;

  get waiting(): number {
    return this.#stream.writableLength;
  }

  /** Whether more than a quarter of what may wait does. */
  get isBehind(): boolean {
    const bound = this.#maxQueue;
    return bound > 0 && this.waiting * 4 > bound && this.#queued() * 4 > bound;
  }

  write(bytes: Uint8Array): void {
    if (this.#soon) return this.writeAll([bytes]);
    if (!this.isOpen) return;
    this.#stream.write(bytes);
    this.#count(bytes.length);
  }

  writeAll(pieces: readonly Uint8Array[]): void {
    const all = this.#soon ? [...this.#soon, ...pieces] : pieces;
    this.#soon = undefined;
    if (!this.isOpen) return;
    let bytes = 0;
    this.#stream.cork();
    for (const piece of all) {
      this.#stream.write(piece);
      bytes += piece.length;
    }
    this.#stream.uncork();
    this.#count(bytes);
  }

  /** Writes these bytes together with what is written next: each write costs more than many bytes do. */
  writeSoon(bytes: Uint8Array): void {
    if (this.#soon) return void this.#soon.push(bytes);
    this.#soon = [bytes];
    // After every promise: what a commit leads to is acknowledgement and message, in one piece; what a join leads to is
    // welcome, room and history. A tick alone would come before them, where no promise is being settled yet.
    queueMicrotask(() => process.nextTick(() => this.flush()));
  }

  /** Resolves once hardly any of the page waits, or the line is gone. */
  async writePage(bytes: Uint8Array): Promise<void> {
    const ahead = this.#soon?.reduce((sum, { length }) => sum + length, 0) ?? 0;
    this.#pageStart = this.written;
    // Known before it is written: what is written is counted at once.
    this.pageEnd = this.written + ahead + bytes.length;
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

  /** Writes what was to be written soon. */
  protected flush(): void {
    if (this.#soon) this.writeAll([]);
  }

  #count(bytes: number): void {
    this.written += bytes;
    if (this.waiting === 0) return;
    this.#slowReaders.watch(this);
    const bound = this.#maxQueue;
    if (bound > 0 && this.waiting > bound && this.#queued() > bound) this.giveUp();
  }

  /** What waits, without what is left of the page. */
  #queued(): number {
    const taken = this.written - this.waiting;
    return this.waiting - Math.max(0, this.pageEnd - Math.max(taken, this.#pageStart));
  }
}
