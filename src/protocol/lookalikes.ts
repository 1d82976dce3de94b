// Letters by the Latin one that they cannot be told from, in the one case or the other: Cyrillic в is
// here for its capital. After Unicode's confusables (UTS #39), for the scripts with capitals, where
// whole names can be imitated. https://www.unicode.org/reports/tr39/
const imitatorsOf = {
  a: "аαɑ",
  b: "вβ",
  c: "сϲ",
  d: "ԁ",
  e: "еε",
  g: "ɡ",
  h: "нηһհ",
  i: "іιɩ",
  j: "јϳ",
  k: "кκ",
  l: "ӏ",
  m: "мμ",
  n: "νո",
  o: "оοօ",
  p: "рρ",
  q: "ԛ",
  s: "ѕ",
  t: "тτ",
  u: "ս",
  v: "ѵ",
  w: "ԝ",
  x: "хχ",
  y: "уυү",
  z: "ζ",
  ë: "ё",
  ï: "ї",
};

const latinFor = new Map(
  Object.entries(imitatorsOf).flatMap(([latin, imitators]) =>
    [...imitators].map((imitator) => [imitator, latin] as const),
  ),
);

/** A case-folded text with every letter that imitates a Latin one replaced by that one. */
export const latinLookalikes = (folded: string): string =>
  folded.replace(/\p{L}/gu, (letter) => latinFor.get(letter) ?? letter);

/**
 * What texts that look the same have in common, after {@link latinLookalikes}: capital I, l and 1 are
 * one, and so are O and 0; in Thai, two `เ` are a `แ`, and a tone mark may stand on either side of the
 * ring of `ำ`.
 */
export const skeleton = (folded: string): string =>
  latinLookalikes(folded)
    .replace(/[i1|]/g, "l")
    .replace(/[0\u0e50]/g, "o")
    .replaceAll("\u0e40\u0e40", "\u0e41")
    .replace(/\u0e4d([\u0e48-\u0e4b])/g, "$1\u0e4d");
