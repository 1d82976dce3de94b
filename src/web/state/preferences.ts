import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Language } from "../../locales/words.ts";
import { type Choice, createChoice } from "./choice.ts";
import { createFormats, type Formats, type Hours } from "./formats.ts";
import type { Kept } from "./kept.ts";
import { loadWords, type Say } from "./words.ts";

export type Theme = "auto" | "light" | "dark";
export type Density = "roomy" | "compact";
export type Told = "off" | "mentions" | "all";

export interface Preferences {
  readonly language: ReadonlySignal<Language>;
  readonly say: ReadonlySignal<Say>;
  readonly formats: ReadonlySignal<Formats>;
  readonly theme: Choice<Theme>;
  readonly density: Choice<Density>;
  readonly hours: Choice<Hours>;
  /** Whether a single letter or sign does anything outside of a field: some have them come from a voice. WCAG 2.1.4 */
  readonly keys: Choice<"off" | "on">;
  /** Whether a sound tells of what comes while nobody looks. */
  readonly sound: Choice<"off" | "on">;
  /** Of what the browser's notifications tell while nobody looks. */
  readonly told: Choice<Told>;
  /** Fetches the words, then speaks that language. */
  speak(language: Language): Promise<void>;
}

/** What the reader prefers, kept in this browser; `words` are those of the `first` language. */
export function createPreferences(kept: Kept, first: Language, words: Say): Preferences {
  const language = signal(first);
  const say: Signal<Say> = signal(words);
  const hours = createChoice<Hours>(kept, "hours", ["auto", "12", "24"]);
  let wanted = language.peek();
  return {
    language,
    say,
    formats: computed(() => createFormats(language.value, hours.chosen.value)),
    theme: createChoice<Theme>(kept, "theme", ["auto", "light", "dark"]),
    density: createChoice<Density>(kept, "density", ["roomy", "compact"]),
    hours,
    keys: createChoice<"off" | "on">(kept, "keys", ["off", "on"], "on"),
    sound: createChoice<"off" | "on">(kept, "sound", ["off", "on"]),
    told: createChoice<Told>(kept, "told", ["off", "mentions", "all"]),
    async speak(next) {
      wanted = next;
      const words = await loadWords(next);
      // Whoever chose again meanwhile wants the later one.
      if (wanted !== next) return;
      kept.write("language", next);
      language.value = next;
      say.value = words;
    },
  };
}
