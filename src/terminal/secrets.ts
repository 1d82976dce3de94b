/** What of a line comes before a passphrase. */
const beforeSecret = /^\s*\/(?:claim|login\s+(?:"[^"]*"|[^"\s]\S*))\s+/i;

/** Where in a line the passphrase begins that nobody else may read, on the screen or later. */
export const secretStart = (line: string): number | undefined => beforeSecret.exec(line)?.[0].length;

/** The text on either side of the cursor, as it may be shown. */
export function concealed(before: string, after: string): { readonly before: string; readonly after: string } {
  const start = secretStart(before + after);
  if (start === undefined) return { before, after };
  const conceal = (text: string, from: number) =>
    text.slice(0, Math.max(0, from)) + "•".repeat([...text.slice(Math.max(0, from))].length);
  return { before: conceal(before, start), after: conceal(after, start - before.length) };
}
