import { once } from "../../locales/once.ts";

/** A run of a text: as it is, or somebody's name with the `@` before it. */
type Piece = string | { readonly text: string; readonly isMe: boolean };

/** Finds the names of people in texts. */
export interface Mentions {
  split(text: string): readonly Piece[];
  /** Whether a text mentions the reader. */
  isOfMe(text: string): boolean;
}

/** No word ends before these; whether one does between letters without cases, only the words of their script can tell. */
const goesOn = /^[\p{Lu}\p{Ll}\p{M}\p{Nd}_\u200d]/u;
const otherLetter = /^[\p{Lo}\p{Lm}]/u;
const otherLetterLast = /[\p{Lo}\p{Lm}]\p{M}*$/u;
/** As much of what follows a name as is looked at to find its end. */
const lookAhead = 40;
const words = once(() => new Intl.Segmenter("th", { granularity: "word" }));

// After a letter that has cases, or what stands in an address, `@` begins no name.
const sign = /(?<![\p{Lu}\p{Ll}\p{Nd}_./@-])@/gu;

/**
 * A text as names are compared, each letter in its place. Russian ё is written е, and each device has an apostrophe of its
 * own: whoever types `@артем` or `@Мар’яна` means Артём and Мар'яна. Of all letters, İ alone would become two.
 */
const fold = (text: string) => text.replace(/İ/g, "i").toLowerCase().replace(/ё/g, "е").replace(/[’ʼ]/g, "'");

/** Thai writes no spaces between words: `@น้อยครับ` is of น้อย, `@นาย` is not of นา. */
function endsName(name: string, after: string): boolean {
  if (goesOn.test(after)) return false;
  if (!otherLetter.test(after) || !otherLetterLast.test(name)) return true;
  const next = words()
    .segment(name + after.slice(0, lookAhead))
    .containing(name.length);
  return next?.index === name.length;
}

/** Mentions of these people, the longest name first: `@Ann Lee` is not of Ann. */
export function createMentions(names: readonly string[], me: string | undefined): Mentions {
  const own = me && fold(me);
  const known = [...names.map(fold), ...(own ? [own] : [])].sort((a, b) => b.length - a.length);

  function split(text: string): readonly Piece[] {
    if (!text.includes("@")) return [text];
    const folded = fold(text);
    const pieces: Piece[] = [];
    let from = 0;
    for (const { index } of text.matchAll(sign)) {
      const begin = index + 1;
      // Where a longer one goes on, another may end: `@Ann Lovely` is of Ann, though there is an `Ann L` too.
      const name = known.find((one) => folded.startsWith(one, begin) && endsName(one, text.slice(begin + one.length)));
      if (!name || index < from) continue;
      if (index > from) pieces.push(text.slice(from, index));
      from = begin + name.length;
      pieces.push({ text: text.slice(index, from), isMe: name === own });
    }
    if (from < text.length) pieces.push(text.slice(from));
    return pieces;
  }

  return { split, isOfMe: (text) => split(text).some((piece) => typeof piece !== "string" && piece.isMe) };
}

/** What is being typed after an `@`; whoever has typed a space may have ended the name. */
export interface BegunMention {
  /** Where its `@` stands. */
  readonly from: number;
  readonly begun: string;
}

const beginning = /(?<![\p{Lu}\p{Ll}\p{Nd}_./@-])@((?:[^@\n]{0,31}[^@\s])?)$/u;

/** The mention that is being typed before the caret, if there is one. */
export function begunMention(text: string, caret: number): BegunMention | undefined {
  const found = beginning.exec(text.slice(0, caret));
  return found ? { from: found.index, begun: found[1] ?? "" } : undefined;
}

/** Of `names`, in their order, those that go on from what was typed: first from their beginning, then from a later word. */
export function namesFor(begun: string, names: readonly string[], most: number): readonly string[] {
  const typed = fold(begun.normalize("NFC"));
  const first = names.filter((name) => fold(name).startsWith(typed));
  const later = names.filter((name) => !first.includes(name) && typed !== "" && fold(name).includes(` ${typed}`));
  return [...first, ...later].slice(0, most);
}
