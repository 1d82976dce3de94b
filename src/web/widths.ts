/** Widths of the window, as media: what is narrow has room for the conversation alone, what is middle also for the rooms. */
export const narrow = "(width < 40em)";
export const middle = "(width < 56.25em)";
