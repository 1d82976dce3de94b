const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** What a reader takes for one character each: a Thai consonant with its marks, an emoji of several parts. */
export const graphemesOf = (text: string): string[] => [...graphemes.segment(text)].map(({ segment }) => segment);

const emoji = /^(?:\p{RGI_Emoji}|.\ufe0f|\p{Emoji_Presentation})/v;
// Marks, joiners and the vowels and finals of a Hangul syllable take no column of their own.
const zeroWidth = /[\p{Mn}\p{Me}\p{Cf}\p{Cc}\u1160-\u11ff]/u;
const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303e\u3200-\u33ff\uff01-\uff60\uffe0-\uffe6]/u;

function graphemeWidth(grapheme: string): number {
  if (emoji.test(grapheme)) return 2;
  let width = 0;
  for (const character of grapheme) width += zeroWidth.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

/**
 * How many columns of a terminal a text takes. Terminals differ over a few emoji, so nothing is
 * placed by it: it only says how much of a text fits into a row.
 */
export const textWidth = (text: string): number =>
  graphemesOf(text).reduce((width, grapheme) => width + graphemeWidth(grapheme), 0);

/** As many whole graphemes from the start of a text as fit into so many columns. */
export function fitting(text: string, columns: number): string {
  let fits = "";
  let left = columns;
  for (const grapheme of graphemesOf(text)) {
    left -= graphemeWidth(grapheme);
    if (left < 0) break;
    fits += grapheme;
  }
  return fits;
}

/** As many whole graphemes from the end of a text as fit into so many columns. */
export function fittingEnd(text: string, columns: number): string {
  let fits = "";
  let left = columns;
  for (const grapheme of graphemesOf(text).reverse()) {
    left -= graphemeWidth(grapheme);
    if (left < 0) break;
    fits = grapheme + fits;
  }
  return fits;
}
