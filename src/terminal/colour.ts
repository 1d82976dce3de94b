/** How parts of a line stand out: by colour where there is any, else not at all. */
export interface Paint {
  /** A name: always the same colour for the same name. */
  name(text: string): string;
  /** The reader's own name. */
  own(text: string): string;
  /** What is only there for who looks for it: times, comings and goings, what was said before. */
  faint(text: string): string;
}

// Red is for what went wrong; black, white and plain blue cannot be read on some background.
const nameColours = [32, 33, 35, 36, 92, 93, 94, 95, 96] as const;

const styled = (start: string, text: string, end: string) => `\u001b[${start}m${text}\u001b[${end}m`;

function colourOf(name: string): number {
  let hash = 0;
  for (const character of name.toLowerCase()) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  return nameColours[hash % nameColours.length] ?? nameColours[0];
}

export const plainPaint: Paint = { name: (text) => text, own: (text) => text, faint: (text) => text };

export const colourPaint: Paint = {
  name: (text) => styled(`1;${colourOf(text)}`, text, "22;39"),
  own: (text) => styled("1", text, "22"),
  faint: (text) => styled("2", text, "22"),
};

/** Colour is for a terminal that does not ask for none. See https://no-color.org. */
export const paintFor = (isTerminal: boolean, environment: Readonly<Record<string, string | undefined>>): Paint =>
  isTerminal && !environment["NO_COLOR"] && environment["TERM"] !== "dumb" ? colourPaint : plainPaint;
