/**
 * Postgres's `text` holds every character but U+0000, so that is written as U+0010 (“data link escape”) and a 0, and
 * U+0010 itself twice. Everything else stands in the database as it was said.
 */
export const toPostgres = (text: string): string =>
  text.replace(/[\u0000\u0010]/g, (one) => (one === "\u0000" ? "\u00100" : "\u0010\u0010"));

/** What {@link toPostgres} was given. */
export const fromPostgres = (text: string): string =>
  text.replace(/\u0010([0\u0010])/g, (_, after: string) => (after === "0" ? "\u0000" : after));
