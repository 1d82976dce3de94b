/** So many things, in English: "1 room", "2,345 rooms". */
export const count = (number: number, thing: string): string =>
  `${number.toLocaleString("en")} ${number === 1 ? thing : `${thing}s`}`;
