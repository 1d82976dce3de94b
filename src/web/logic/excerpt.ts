import { searchHits } from "../../protocol/search-text.ts";

/** A run of an excerpt: as it is, or one of the words that were looked for. */
export interface ExcerptRun {
  readonly text: string;
  readonly isHit: boolean;
}

/** How much of a text stands before its first hit, and how much there is all together, in UTF-16 units. */
const leadLength = 60;
const excerptLength = 240;
/** Of a longer text no more is looked at. */
const lookedAt = 6_000;

/** The part of a message that has what was looked for, with the hits in it told apart. */
export function excerptOf(text: string, words: readonly string[]): readonly ExcerptRun[] {
  const looked = text.slice(0, lookedAt);
  const hits = searchHits(looked, words);
  const first = hits[0]?.[0] ?? 0;
  // Where a word begins, so that none is cut, unless it has no spaces at all.
  const space = looked.slice(0, Math.max(0, first - leadLength)).lastIndexOf(" ");
  const characters = new Intl.Segmenter().segment(text);
  const beginAt = (unit: number) => characters.containing(unit)?.index ?? text.length;
  const from = first <= leadLength ? 0 : beginAt(Math.max(space + 1, first - 2 * leadLength));
  const to = beginAt(from + excerptLength);
  const runs: ExcerptRun[] = [];
  const put = (start: number, end: number, isHit: boolean) => {
    if (end > start) runs.push({ text: text.slice(start, end), isHit });
  };
  if (from > 0) runs.push({ text: "…", isHit: false });
  let at = from;
  for (const [start, end] of hits) {
    if (start >= to) break;
    put(at, start, false);
    put(start, Math.min(end, to), true);
    at = Math.min(end, to);
  }
  put(at, to, false);
  if (to < text.length) runs.push({ text: "…", isHit: false });
  return runs;
}
