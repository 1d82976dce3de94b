import type { Clock } from "../../core/ports.ts";
import { accepted, type Result, refused } from "../../protocol/codes.ts";

export const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** How long a client that has never ended a line must be silent for what it sent to count as one. */
export const silenceMs = 50;

export interface LineDecoderOptions {
  readonly clock: Clock;
  /** Bytes of one line at the most; 0 for any number. */
  readonly maxBytes: number;
  /** A line without its end, or why it is none: `bad_text` (not UTF-8), `too_large`; and whether only silence ended it. */
  readonly onLine: (line: Result<string>, isBySilence: boolean) => void;
}

/**
 * Makes lines of what comes over TCP, however it is sliced. A line ends with LF or CRLF. There are
 * clients that send bare chunks: until the first line end, silence ends a line too, but never inside
 * a code point. At the end of input the rest is a line.
 */
export class LineDecoder {
  readonly #options: LineDecoderOptions;
  readonly #utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #rest: Buffer[] = [];
  #bytes = 0;
  #hasEndedLine = false;
  #cancelSilence: (() => void) | undefined;

  constructor(options: LineDecoderOptions) {
    this.#options = options;
  }

  push(chunk: Buffer): void {
    this.#cancelSilence?.();
    let from = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, from)) {
      this.#hasEndedLine = true;
      this.#keep(chunk.subarray(from, end));
      this.#emit();
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
    const { maxBytes, clock, onLine } = this.#options;
    if (maxBytes > 0 && this.#bytes > maxBytes) {
      this.#take();
      onLine(refused("too_large", { params: { max: maxBytes } }), false);
    } else if (this.#bytes > 0 && !this.#hasEndedLine) {
      this.#cancelSilence = clock.after(silenceMs, () => this.#endBySilence());
    }
  }

  /** The end of input. */
  end(): void {
    this.#cancelSilence?.();
    if (this.#bytes > 0) this.#emit();
  }

  /** Forgets what is left. */
  close(): void {
    this.#cancelSilence?.();
    this.#take();
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#rest.push(bytes);
    this.#bytes += bytes.length;
  }

  #take(): Buffer {
    const bytes = Buffer.concat(this.#rest);
    this.#rest = [];
    this.#bytes = 0;
    return bytes;
  }

  #endBySilence(): void {
    const bytes = this.#take();
    if (endsInsideCodePoint(bytes)) this.#keep(bytes);
    else this.#decode(bytes, true);
  }

  #emit(): void {
    this.#decode(this.#take(), false);
  }

  #decode(line: Buffer, isBySilence: boolean): void {
    const { maxBytes, onLine } = this.#options;
    const bytes = line.at(-1) === carriageReturn ? line.subarray(0, -1) : line;
    if (maxBytes > 0 && bytes.length > maxBytes)
      return onLine(refused("too_large", { params: { max: maxBytes } }), isBySilence);
    try {
      onLine(accepted(this.#utf8.decode(bytes)), isBySilence);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      onLine(refused("bad_text"), isBySilence);
    }
  }
}

/** Whether the last bytes begin a code point that is not whole yet. RFC 3629 §3 */
function endsInsideCodePoint(bytes: Buffer): boolean {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return false;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 0;
    if (length > 0) return length > back;
  }
  return false;
}
