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

/** Fetches a language's words: only those in use travel. */
export async function loadWords(language: Language): Promise<Say> {
  return speaker<typeof english>(language, (await catalogues[language]()).default);
}
