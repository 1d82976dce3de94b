/** Widths of the window, as media: what is narrow has room for the conversation alone, what is middle also for the rooms. */
export const narrow = "(max-width: 639.98px)";
export const middle = "(max-width: 899.98px)";
