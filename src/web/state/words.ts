import type english from "../../locales/en/page.ts";
import { isLanguage, type Language, type Speak, speaker } from "../../locales/words.ts";
import type { Kept } from "./kept.ts";

export type Say = Speak<typeof english>;

const catalogues = {
  en: () => import("../../locales/en/page.ts"),
  th: () => import("../../locales/th/page.ts"),
  ru: () => import("../../locales/ru/page.ts"),
  uk: () => import("../../locales/uk/page.ts"),
} as const satisfies Record<Language, () => Promise<{ default: unknown }>>;

/** The kept language, else the first of the browser's that Parlance speaks, else English. */
export function firstLanguage(kept: Kept, wanted: readonly string[]): Language {
  const tags = [kept.read("language"), ...wanted.map((tag) => tag.split("-")[0]?.toLowerCase())];
  return tags.find((tag): tag is Language => tag !== undefined && isLanguage(tag)) ?? "en";
}

/** Letters that are written from right to left, and the signs that turn the direction. */
const turns =
  /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * A name or a text of somebody's as it stands in a sentence of the page's, which all go from left to right: in its own
 * direction, and without turning what stands around it (UAX 9, 2.4).
 */
export const isolate = (text: string): string => (turns.test(text) ? `\u2068${text}\u2069` : text);

/** Fetches a language's words: only those in use travel. */
export async function loadWords(language: Language): Promise<Say> {
  return speaker<typeof english>(language, (await catalogues[language]()).default, isolate);
}
