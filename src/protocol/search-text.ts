const plain = /^[\x21-\x7e]*(?: [\x21-\x7e]+)*$/;

/**
 * A text as it is compared when something is looked for: compatibility forms made one (NFKC), case taken away as
 * Unicode's full case folding does (`ß` is `ss`, every sigma the same), white space of any length one space, and what
 * shows nothing left out. Russian `ё` is `е`, as most people write it, and every apostrophe that a keyboard has for
 * `п’ять` is the same; every other mark stays, Thai ones too. [Q1]
 */
export function fold(text: string): string {
  if (plain.test(text)) return text.toLowerCase();
  return text
    .normalize("NFKC")
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .normalize("NFKC")
    .replace(/\p{Default_Ignorable_Code_Point}+/gu, "")
    .replace(/[ςё‘’ʼ]/g, (letter) => (letter === "ς" ? "σ" : letter === "ё" ? "е" : "'"))
    .replace(/\s+/g, " ");
}

/**
 * What is looked for: the words of a search, and what stands between quotation marks as one, spaces and all; folded, each
 * once. A message is found when it has all of them, anywhere and in any order. None: there is nothing to look for. [Q1]
 */
export function searchWords(text: string): readonly string[] {
  const words = new Set<string>();
  for (const [, phrase, word = ""] of text.matchAll(/["“”„«»]([^"“”„«»]*)(?:["“”„«»]|$)|([^\s"“”„«»]+)/g)) {
    if (phrase !== undefined) words.add(fold(phrase).trim());
    else for (const part of fold(word).split(" ")) words.add(part);
  }
  words.delete("");
  return [...words];
}

/** Whether a folded text has all the words of a search. */
export const hasAll = (folded: string, words: readonly string[]): boolean =>
  words.every((word) => folded.includes(word));

/**
 * Where the words of a search stand in a message, to mark them: from and to, in UTF-16 units, in their order and
 * without overlap. Never part of what people see as one character: `น้ำ` is marked with its marks.
 */
export function searchHits(text: string, words: readonly string[]): readonly (readonly [from: number, to: number])[] {
  let folded = "";
  /** By each unit of the folded text: the character that it is from. */
  const from: Intl.SegmentData[] = [];
  for (const character of new Intl.Segmenter().segment(text)) {
    const part = fold(character.segment);
    const isSpaceAgain = part === " " && folded.endsWith(" ");
    if (isSpaceAgain) continue;
    folded += part;
    for (let unit = 0; unit < part.length; unit++) from.push(character);
  }
  const hits: [number, number][] = [];
  for (const word of words) {
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + 1)) {
      const [first, last] = [from[at], from[at + word.length - 1]];
      if (first && last) hits.push([first.index, last.index + last.segment.length]);
    }
  }
  const merged: [number, number][] = [];
  for (const [start, end] of hits.toSorted((a, b) => a[0] - b[0])) {
    const before = merged.at(-1);
    if (before && start <= before[1]) before[1] = Math.max(before[1], end);
    else merged.push([start, end]);
  }
  return merged;
}
