import { once } from "../../locales/once.ts";
import { plainTextOf } from "./format.ts";

const graphemes = once(() => new Intl.Segmenter(undefined, { granularity: "grapheme" }));

/** A stable hue (0–359 degrees) for a name: the same on every machine, well spread over the circle. */
export function nameHue(name: string): number {
  // FNV-1a.
  let hash = 0x811c9dc5;
  for (const character of name.normalize("NFC")) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  // Steps of 15° apart can be told from one another.
  return ((hash >>> 0) % 24) * 15;
}

/** The first grapheme of a name, in capitals: what its avatar shows. */
export function initial(name: string): string {
  const [first] = graphemes().segment(name.trim());
  return (first?.segment ?? "?").toLocaleUpperCase();
}

/** As much of a text as a line or a notification shows, in UTF-16 units. */
const shownLength = 200;

/** The beginning of a message in words alone, where all of it would be too much; never part of what people see as one character. */
export function beginningOf(message: string): string {
  const text = plainTextOf(message);
  return text.slice(0, graphemes().segment(text).containing(shownLength)?.index || shownLength);
}

/** Up to three emoji and nothing else: shown large. */
export const isEmojiOnly = (text: string): boolean =>
  /^(?:\s*(?:\p{RGI_Emoji}|\p{Extended_Pictographic})){1,3}\s*$/v.test(text);

/** Whether a text is folded until somebody asks for all of it. */
export const isLong = (text: string): boolean => text.length > 1_200 || text.split("\n").length > 16;
