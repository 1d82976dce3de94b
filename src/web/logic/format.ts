/** A run of text within one block. */
export type Inline =
  | { readonly is: "text"; readonly text: string }
  | { readonly is: "code"; readonly text: string }
  | { readonly is: "link"; readonly text: string; readonly href: string }
  | { readonly is: "bold" | "italic"; readonly of: readonly Inline[] };

/** What a message is made of; line breaks stay in the text of its runs. */
export type Block =
  | { readonly is: "paragraph"; readonly of: readonly Inline[] }
  | { readonly is: "quote"; readonly of: readonly Block[] }
  | { readonly is: "code"; readonly text: string }
  | { readonly is: "list"; readonly start: number | undefined; readonly items: readonly (readonly Inline[])[] };

const deepestQuote = 4;
const fence = /^\s*```[\w+-]*\s*$/;
const closingFence = /^\s*```\s*$/;
const quoted = /^\s{0,3}>\s?/;
const bullet = /^\s{0,3}[-*•]\s+(?=\S)/;
const numbered = /^\s{0,3}(\d{1,9})[.)]\s+(?=\S)/;

/**
 * The formatting that people type: fenced and inline `code`, `**bold**`, `*italic*`, `_italic_`, `> quotes`,
 * lists, and bare http, https and mailto addresses as links. Whatever is not closed stays as it was typed.
 */
export function parseMessage(text: string, depth = 0): Block[] {
  const lines = text.split("\n");
  const lastClosing = lines.findLastIndex((line) => closingFence.test(line));
  const blocks: Block[] = [];
  let paragraph: string[] = [];
  const endParagraph = () => {
    const body = paragraph.join("\n").replace(/^\n+/, "").trimEnd();
    if (body !== "") blocks.push({ is: "paragraph", of: parseInline(body) });
    paragraph = [];
  };
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? "";
    /** Takes the lines from here on that begin with `mark`, without it. */
    const take = (mark: RegExp): string[] => {
      const taken: string[] = [];
      for (; at < lines.length && mark.test(lines[at] ?? ""); at++) taken.push((lines[at] ?? "").replace(mark, ""));
      return taken;
    };
    if (at < lastClosing && fence.test(line)) {
      endParagraph();
      let closing = at + 1;
      while (!closingFence.test(lines[closing] ?? "")) closing++;
      blocks.push({ is: "code", text: lines.slice(at + 1, closing).join("\n") });
      at = closing + 1;
    } else if (quoted.test(line) && depth < deepestQuote) {
      endParagraph();
      blocks.push({ is: "quote", of: parseMessage(take(quoted).join("\n"), depth + 1) });
    } else if (bullet.test(line)) {
      endParagraph();
      blocks.push({ is: "list", start: undefined, items: take(bullet).map(parseInline) });
    } else if (numbered.test(line)) {
      endParagraph();
      const start = Number(numbered.exec(line)?.[1]);
      // A browser counts by itself: numbers that do not follow one another are left as they were typed.
      const counts = (index: number) => numbered.exec(lines[at + index] ?? "")?.[1] === String(start + index);
      let length = 1;
      while (counts(length)) length++;
      const items = lines.slice(at, at + length).map((item) => parseInline(item.replace(numbered, "")));
      blocks.push({ is: "list", start, items });
      at += length;
    } else {
      paragraph.push(line);
      at++;
    }
  }
  endParagraph();
  return blocks;
}

/** A message's words without their formatting, for where a line of it is shown. */
export const plainTextOf = (text: string): string => wordsOf(parseMessage(text), "\n");

const wordsOf = (parts: readonly (Block | Inline)[], between = ""): string =>
  parts
    .map((part) => {
      if ("text" in part) return part.text;
      if ("items" in part) return part.items.map((item) => wordsOf(item)).join("\n");
      return wordsOf(part.of, part.is === "quote" ? "\n" : "");
    })
    .join(between);

const mark = /`|\*\*|\*|_|https?:\/\/|mailto:/gi;
const ofTheSentence = "*_~.,:;!?'“”‘’»›…";
const address = /(?:https?:\/\/|mailto:)[^\s<>"`\u2028\u2029]+/iy;
// What makes a picture of ❤ is a mark to Unicode, yet no part of a word.
const wordBefore = /(?!\ufe0f)[\p{L}\p{M}\p{N}_]$/u;
const wordAfter = /^[\p{L}\p{M}\p{N}_]/u;
const digitBefore = /\p{N}$/u;
const digitAfter = /^\p{N}/u;

/** The runs of one block's text. */
export function parseInline(text: string): Inline[] {
  const runs: Inline[] = [];
  let plainFrom = 0;
  const put = (run: Inline, from: number, to: number) => {
    if (from > plainFrom) runs.push({ is: "text", text: text.slice(plainFrom, from) });
    runs.push(run);
    plainFrom = to;
    scan.lastIndex = to;
  };
  const scan = new RegExp(mark);
  // A mark that found no partner finds none up to the next blank line: long rows of marks stay cheap.
  const unclosedUpTo = new Map<string, number>();
  for (let found = scan.exec(text); found; found = scan.exec(text)) {
    const [sign] = found;
    const from = found.index;
    if (sign.length > 2) {
      const link = linkAt(text, from);
      if (link) put(link, from, from + link.text.length);
      continue;
    }
    if (from < (unclosedUpTo.get(sign) ?? 0) || !opens(text, sign, from)) continue;
    const start = from + sign.length;
    const end = sign === "`" ? text.indexOf("`", start) : closingMark(text, sign, start);
    if (end === -1) {
      unclosedUpTo.set(sign, sign === "`" ? text.length : paragraphEnd(text, start));
      continue;
    }
    if (end === start) continue;
    const inner = text.slice(start, end);
    if (sign === "`") put({ is: "code", text: inner }, from, end + 1);
    else put({ is: sign === "**" ? "bold" : "italic", of: parseInline(inner) }, from, end + sign.length);
  }
  if (plainFrom < text.length) runs.push({ is: "text", text: text.slice(plainFrom) });
  return runs;
}

/** Whether a mark at `from` may begin emphasis: `2 * 3`, `2*3*4`, `snake_case` and `*️⃣` do not. */
function opens(text: string, sign: string, from: number): boolean {
  if (sign === "`") return true;
  const before = text.slice(Math.max(0, from - 2), from);
  const after = text.slice(from + sign.length, from + sign.length + 2);
  if (/^(?:\s|\ufe0f)/.test(after)) return false;
  if (sign === "_") return after[0] !== "_" && !wordBefore.test(before);
  return !(digitBefore.test(before) && digitAfter.test(after));
}

function paragraphEnd(text: string, start: number): number {
  const blank = text.indexOf("\n\n", start);
  return blank === -1 ? text.length : blank;
}

/** Where the emphasis ends, or -1; not over a blank line. */
function closingMark(text: string, sign: string, start: number): number {
  const bound = paragraphEnd(text, start);
  for (let at = text.indexOf(sign, start + 1); at !== -1 && at < bound; at = text.indexOf(sign, at + 1)) {
    const after = at + sign.length;
    // `*a **b** c*`: two stars do not close one, and the star of *️⃣ closes nothing.
    if (sign === "*" && (/\*|\ufe0f/.test(text.charAt(after)) || text[at - 1] === "*")) continue;
    if (sign === "_" && wordAfter.test(text.slice(after, after + 2))) continue;
    if (!/\s/.test(text.charAt(at - 1))) return at;
  }
  return -1;
}

/** The address that begins at `from`, without the punctuation and the closing brackets of the sentence around it. */
function linkAt(text: string, from: number): Extract<Inline, { is: "link" }> | undefined {
  address.lastIndex = from;
  const found = address.exec(text)?.[0] ?? "";
  const unopened = (open: string, close: string) => found.split(close).length - found.split(open).length;
  const surplus = { ")": unopened("(", ")"), "]": unopened("[", "]") };
  let end = found.length;
  // By letters, not by an expression: those that end in `+$` look at a long row of marks again from each of them.
  for (; end > 0; end--) {
    const last = found.charAt(end - 1);
    if (last === ")" || last === "]" ? surplus[last]-- <= 0 : !ofTheSentence.includes(last)) break;
  }
  const shown = found.slice(0, end);
  const url = URL.canParse(shown) && new URL(shown);
  const safe = url && ["http:", "https:", "mailto:"].includes(url.protocol) && (url.host || url.pathname);
  return safe ? { is: "link", text: shown, href: url.href } : undefined;
}
