import { eachGram } from "./grams.ts";

/** Messages of one block, at the most: they have the positions 0, 1, 2 … in it. */
export const blockSize = 8_192;
/** How many parts a block's grams are spread over, each by itself in the database. */
const partCount = 2_048;

const bitmapBytes = blockSize / 8;

/** The part of a block in which a gram stands. */
export const partOf = (gram: number): number => gram % partCount;

/**
 * Gathers the grams of a block's messages, to be written as parts. A part is a run of entries: the gram (4 bytes), how
 * many bytes follow and how (a varint: twice the number, odd for a bitmap), and the positions of the messages that
 * have it: as the differences of one to the next (varints), or as a bitmap where that is shorter.
 */
export class BlockBuilder {
  readonly #positions = new Map<number, number[]>();

  /** Adds a message; by increasing positions. */
  add(position: number, folded: string): void {
    eachGram(folded, (gram) => {
      const positions = this.#positions.get(gram);
      if (!positions) this.#positions.set(gram, [position]);
      else if (positions[positions.length - 1] !== position) positions.push(position);
    });
  }

  /** Every part, encoded as it is asked for. */
  *parts(): Iterable<readonly [part: number, bytes: Uint8Array]> {
    const byPart: number[][] = Array.from({ length: partCount }, () => []);
    for (const gram of this.#positions.keys()) byPart[partOf(gram)]?.push(gram);
    for (const [part, grams] of byPart.entries()) {
      const bytes: number[] = [];
      for (const gram of grams) this.#encode(gram, bytes);
      yield [part, Uint8Array.from(bytes)];
    }
  }

  #encode(gram: number, bytes: number[]): void {
    const positions = this.#positions.get(gram) ?? [];
    const list: number[] = [];
    let next = 0;
    for (const position of positions) {
      putNumber(position - next, list);
      next = position + 1;
    }
    const isBitmap = list.length > bitmapBytes;
    bytes.push(gram & 0xff, (gram >>> 8) & 0xff, (gram >>> 16) & 0xff, gram >>> 24);
    putNumber(isBitmap ? bitmapBytes * 2 + 1 : list.length * 2, bytes);
    for (const byte of isBitmap ? bitmapOf(positions) : list) bytes.push(byte);
  }
}

function bitmapOf(positions: readonly number[]): Uint8Array {
  const bitmap = new Uint8Array(bitmapBytes);
  for (const position of positions) bitmap[position >>> 3] = (bitmap[position >>> 3] ?? 0) | (1 << (position & 7));
  return bitmap;
}

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
function putNumber(number: number, bytes: number[]): void {
  let rest = number;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
}

/** Positions in a block, a bit each, 32 in a number: a search goes over all of them some hundred times. */
export type Positions = Uint32Array;

const words = blockSize / 32;

export const allPositions = (): Positions => new Uint32Array(words).fill(0xffffffff);

/** Leaves in `positions` those of messages that have a gram, as its part says; whether there are any left. */
export function keepThoseWith(gram: number, part: Uint8Array | undefined, positions: Positions): boolean {
  const having = part && find(gram, part);
  if (!having) {
    positions.fill(0);
    return false;
  }
  let left = 0;
  for (let at = 0; at < words; at++) {
    const both = (positions[at] ?? 0) & having(at);
    positions[at] = both;
    left |= both;
  }
  return left !== 0;
}

/** Who has a gram, 32 positions at a time; good until the next is asked for. */
function find(gram: number, part: Uint8Array): ((word: number) => number) | undefined {
  const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
  let at = 0;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = part[at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < part.length) {
    const found = view.getUint32(at, true);
    at += 4;
    const length = number();
    const end = at + (length >>> 1);
    if (found !== gram) at = end;
    else if (length & 1) {
      const begin = at;
      return (word) => view.getUint32(begin + word * 4, true);
    } else {
      listed.fill(0);
      for (let position = 0; at < end; position++) {
        position += number();
        addPosition(position, listed);
      }
      return (word) => listed[word] ?? 0;
    }
  }
  return undefined;
}

/** What a list of positions is read into. */
const listed: Positions = new Uint32Array(words);

/** The number of a part among those of all blocks. */
export const partKey = (block: number, part: number): number => block * partCount + part;

/** The positions that are left, the highest first. */
export function* downwards(positions: Positions): Iterable<number> {
  for (let at = words - 1; at >= 0; at--) {
    const word = positions[at] ?? 0;
    for (let bit = 31; word !== 0 && bit >= 0; bit--) if (word & (1 << bit)) yield at * 32 + bit;
  }
}

/** Whether more than so many positions are left. */
export function hasMoreThan(count: number, positions: Positions): boolean {
  let left = 0;
  for (let at = 0; at < words && left <= count; at++) {
    for (let bits = positions[at] ?? 0; bits !== 0; bits &= bits - 1) left++;
  }
  return left > count;
}

export const addPosition = (position: number, positions: Positions): void => {
  positions[position >>> 5] = (positions[position >>> 5] ?? 0) | (1 << (position & 31));
};
