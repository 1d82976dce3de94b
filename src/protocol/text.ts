/** How many code points (not UTF-16 units) a text has. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Whether there is nothing to see in a text: no character, or only white space and invisible ones. */
export const isBlank = (text: string): boolean => !/[^\s\u2800\p{Default_Ignorable_Code_Point}\p{Cc}]/u.test(text);

const lineBreaks = /\r\n|[\n\r\u2028\u2029\u0085\v\f]/g;
// Cc is C0, DEL and C1. Tabs and the line breaks made by the first step stay.
const controls = /(?![\t\n])\p{Cc}/gu;
const bidiControls = /\p{Bidi_Control}/gu;

function controlPicture(control: string): string {
  const code = control.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "\u2421" : "";
}

/**
 * A text that cannot steer a terminal, a log line or a transcript: C0 controls and DEL become their
 * symbols (`␛`), C1 and bidi controls go, every kind of line break becomes `\n`. Tabs stay. [D4]
 */
export const printable = (text: string): string =>
  text.replace(lineBreaks, "\n").replace(controls, controlPicture).replace(bidiControls, "");

/** {@link printable}, on one line: a line break is shown as `⏎`. */
export const oneLine = (text: string): string => printable(text).replaceAll("\n", "⏎");
