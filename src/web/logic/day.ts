/** When the day of a moment began here, in milliseconds since 1970. */
export const dayOf = (at: number): number => new Date(at).setHours(0, 0, 0, 0);
