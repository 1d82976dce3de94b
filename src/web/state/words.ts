import type english from "../../locales/en/page.ts";
import { type Language, type Speak, speaker } from "../../locales/words.ts";

export type Say = Speak<typeof english>;

const catalogues = {
  en: () => import("../../locales/en/page.ts"),
  th: () => import("../../locales/th/page.ts"),
  ru: () => import("../../locales/ru/page.ts"),
  uk: () => import("../../locales/uk/page.ts"),
} as const satisfies Record<Language, () => Promise<{ default: unknown }>>;

/** Fetches a language's words: only those in use travel. */
export async function loadWords(language: Language): Promise<Say> {
  return speaker<typeof english>(language, (await catalogues[language]()).default);
}
