import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { isLanguage, type Language } from "../../locales/words.ts";
import { createFormats, type Formats } from "./formats.ts";
import type { Kept } from "./kept.ts";
import { loadWords, type Say } from "./words.ts";

export const themes = ["auto", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

export interface Preferences {
  readonly language: ReadonlySignal<Language>;
  readonly say: ReadonlySignal<Say>;
  readonly formats: ReadonlySignal<Formats>;
  readonly theme: ReadonlySignal<Theme>;
  /** Fetches the words, then speaks that language. */
  speak(language: Language): Promise<void>;
  dress(theme: Theme): void;
}

/** The kept language, else the first of the browser's that Parlance speaks, else English. */
function firstLanguage(kept: Kept, wanted: readonly string[]): Language {
  const tags = [kept.read("language"), ...wanted.map((tag) => tag.split("-")[0]?.toLowerCase())];
  return tags.find((tag): tag is Language => tag !== undefined && isLanguage(tag)) ?? "en";
}

/** The reader's language and theme, kept in this browser. Resolves once there are words to show. */
export async function createPreferences(kept: Kept, browserLanguages: readonly string[]): Promise<Preferences> {
  const language = signal<Language>(firstLanguage(kept, browserLanguages));
  const say: Signal<Say> = signal(await loadWords(language.peek()));
  const keptTheme = kept.read("theme");
  const theme = signal<Theme>(themes.find((known) => known === keptTheme) ?? "auto");
  let wanted = language.peek();
  return {
    language,
    say,
    formats: computed(() => createFormats(language.value)),
    theme,
    async speak(next) {
      wanted = next;
      const words = await loadWords(next);
      // Whoever chose again meanwhile wants the later one.
      if (wanted !== next) return;
      kept.write("language", next);
      language.value = next;
      say.value = words;
    },
    dress(next) {
      kept.write("theme", next === "auto" ? undefined : next);
      theme.value = next;
    },
  };
}
