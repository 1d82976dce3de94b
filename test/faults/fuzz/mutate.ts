/** Numbers that a seed decides, evenly in [0, 1): mulberry32, by Tommy Ettinger, public domain. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Chance, with the choices that a mutation makes. */
export class Chance {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** A whole number in [0, below). */
  below(below: number): number {
    return Math.floor(this.#random() * below);
  }

  /** Whether something happens that does with this likelihood. */
  happens(likelihood: number): boolean {
    return this.#random() < likelihood;
  }

  one<T>(choices: readonly T[]): T {
    const chosen = choices[this.below(choices.length)];
    if (chosen === undefined) throw new Error("nothing to choose from");
    return chosen;
  }
}

/** Past this a mutation is cut: what is too large is a seed of its own. */
const mostBytes = 70_000;

const edges = [
  0, 1, 0x0a, 0x0d, 0x20, 0x22, 0x25, 0x2f, 0x3a, 0x5c, 0x7b, 0x7d, 0x7e, 0x7f, 0x80, 0x88, 0xc0, 0xed, 0xfe, 0xff,
];

const tokens = [
  "\r\n",
  "\n",
  "\r",
  "\0",
  "\r\n\r\n",
  "0\r\n\r\n",
  "%00",
  "%",
  "../",
  "__proto__",
  "constructor",
  '"',
  "\\",
  "\\u0000",
  "\\ud800",
  "{",
  "[[[[[[",
  "null",
  "1e999",
  "-1",
  "9007199254740993",
  "18446744073709551616",
  "\u202e",
  "\ufeff",
  "\u2028",
  "\u001b[",
  "👩‍👩‍👧",
  "ำ",
  "Transfer-Encoding: chunked\r\n",
  "Content-Length: 0\r\n",
  "Host: evil.example\r\n",
  "Connection: close\r\n",
  "Expect: 100-continue\r\n",
  "Upgrade: websocket\r\n",
  '"type":"join",',
  '"room":"\\u0000",',
].map((token) => Buffer.from(token));

type Mutation = (bytes: Buffer, chance: Chance, other: () => Buffer) => Buffer;

const span = (bytes: Buffer, chance: Chance, longest = bytes.length): readonly [from: number, to: number] => {
  const from = chance.below(bytes.length + 1);
  return [from, Math.min(bytes.length, from + chance.below(longest + 1))];
};
const put = (bytes: Buffer, at: number, piece: Uint8Array, to = at) =>
  Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(to)]);
const changed = (bytes: Buffer, at: number, byte: number) => put(bytes, at, Buffer.of(byte), at + 1);

const mutations: readonly Mutation[] = [
  (bytes, chance) => {
    const at = chance.below(bytes.length);
    return changed(bytes, at, (bytes[at] ?? 0) ^ (1 << chance.below(8)));
  },
  (bytes, chance) => changed(bytes, chance.below(bytes.length), chance.one(edges)),
  (bytes, chance) => put(bytes, chance.below(bytes.length + 1), chance.one(tokens)),
  (bytes, chance) =>
    put(
      bytes,
      chance.below(bytes.length + 1),
      Buffer.from(Array.from({ length: chance.below(16) }, () => chance.below(256))),
    ),
  (bytes, chance) => {
    const [from, to] = span(bytes, chance, 32);
    return put(bytes, from, Buffer.alloc(0), to);
  },
  (bytes, chance) => {
    const [from, to] = span(bytes, chance, 64);
    return put(bytes, to, Buffer.concat(Array(1 + chance.below(200)).fill(bytes.subarray(from, to))));
  },
  (bytes, chance) => bytes.subarray(0, chance.below(bytes.length + 1)),
  (bytes, chance, other) => {
    const [from, to] = span(bytes, chance);
    const donor = other();
    return put(bytes, from, donor.subarray(...span(donor, chance)), to);
  },
];

/** The bytes, wrong in up to four ways. `other` gives something to splice with. */
export function mutate(bytes: Buffer, chance: Chance, other: () => Buffer): Buffer {
  let mutated = bytes;
  for (let rounds = 1 + chance.below(4); rounds > 0; rounds--) mutated = chance.one(mutations)(mutated, chance, other);
  return mutated.subarray(0, mostBytes);
}
