/**
 * A gram is a number that stands for one, two or three characters beside each other. Different ones may share a number:
 * grams only say where to look.
 */
const gramBits = 30;

/** Scripts from here on (Chinese, Japanese, Korean, emoji) have so many characters that two tell enough. */
const manyCharacters = 0x2e80;
const space = 0x20;
const apostrophe = "'";
const none = -1;

// The finalizer of MurmurHash3, which spreads every bit over all. https://github.com/aappleby/smhasher (public domain)
function spread(number: number): number {
  let mixed = number;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> (32 - gramBits);
}

const one = (a: number): number => spread(a);
const two = (a: number, b: number): number => spread(Math.imul(a, 0x9e3779b1) ^ b ^ 0x5bd1e995);
const three = (a: number, b: number, c: number): number =>
  spread(Math.imul(Math.imul(a, 0x9e3779b1) ^ b, 0x85ebca77) ^ c);

/**
 * Calls `take` with every gram of a folded text, more than once where it has it more than once. Of those with a space in
 * them it has only the threes about one, by which phrases are told from words that are far apart.
 */
export function eachGram(folded: string, take: (gram: number) => void): void {
  let [before, last] = [none, none];
  for (let at = 0; at < folded.length; at++) {
    const point = folded.codePointAt(at) ?? 0;
    if (point > 0xffff) at++;
    if (point !== space) {
      take(one(point));
      if (last !== none && last !== space) take(two(last, point));
      const isThree = before !== none && before !== space && Math.max(before, last, point) < manyCharacters;
      if (isThree || (before !== none && last === space)) take(three(before, last, point));
    }
    before = last;
    last = point;
  }
}

/** Grams of one word that are asked for first, and of all of them that are asked for where those leave many messages. */
const firstOfWord = 3;
const furtherMost = 32;

/** Grams that every text has in which some words stand. */
export interface WantedGrams {
  /** A few from all over each word: mostly, more tell hardly more. */
  readonly first: readonly number[];
  readonly further: readonly number[];
}

export function gramsFor(words: readonly string[]): WantedGrams {
  const first = new Set<number>();
  const all = new Set<number>();
  for (const word of words) {
    const parts = word.split(" ");
    const gaps = parts.slice(1).flatMap((part, index) => {
      const before = parts[index] ?? "";
      const isTold = !before.endsWith(apostrophe) && !part.startsWith(apostrophe);
      return isTold ? [three(lastOf(before), space, firstOf(part))] : [];
    });
    // Blocks that were made before every apostrophe was the same tell them apart.
    const certain = [...gaps, ...parts.flatMap((part) => part.split(apostrophe)).flatMap(longestGrams)];
    const ofWord = certain.length > 0 ? certain : longestGrams(word);
    for (const gram of spreadOver(ofWord, firstOfWord)) first.add(gram);
    for (const gram of ofWord) all.add(gram);
  }
  return {
    first: [...first],
    further: spreadOver(
      [...all].filter((gram) => !first.has(gram)),
      furtherMost,
    ),
  };
}

/** So many of them at the most, from all over. */
function spreadOver(grams: readonly number[], most: number): readonly number[] {
  if (grams.length <= most) return grams;
  const step = (grams.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => grams[Math.round(index * step)] ?? 0);
}

const firstOf = (text: string): number => text.codePointAt(0) ?? none;
const lastOf = (text: string): number => firstOf([...text].at(-1) ?? "");

function longestGrams(part: string): readonly number[] {
  const points = [...part].map((character) => character.codePointAt(0) ?? 0);
  const threes: number[] = [];
  const twos: number[] = [];
  for (const [at, c] of points.entries()) {
    const [a, b] = [points[at - 2], points[at - 1]];
    if (b !== undefined) twos.push(two(b, c));
    if (a !== undefined && b !== undefined && Math.max(a, b, c) < manyCharacters) threes.push(three(a, b, c));
  }
  // Threes leave out what has many characters, which twos have.
  if (threes.length === Math.max(1, points.length - 2)) return threes;
  return twos.length > 0 ? twos : points.map(one);
}
