import { once } from "./once.ts";

/** The languages that Parlance speaks. */
export const languages = ["en", "th", "ru", "uk"] as const;
export type Language = (typeof languages)[number];

export const isLanguage = (text: string): text is Language => (languages as readonly string[]).includes(text);

/** The plural forms of each language, as CLDR and `Intl.PluralRules` name them for whole numbers. */
interface PluralForms {
  en: "one" | "other";
  th: "other";
  ru: "one" | "few" | "many" | "other";
  uk: "one" | "few" | "many" | "other";
}

/** A text that depends on the number `{count}`, in every form that its language has. */
type Plural<L extends Language> = Readonly<Record<PluralForms[L], string>>;

/** One language's section of the catalogue; the English one says which keys there are, and which count. */
export type WordsOf<L extends Language, English> = {
  readonly [Key in keyof English]: English[Key] extends string ? string : Plural<L>;
};

type Params = Readonly<Record<string, string | number>>;

/** Puts a catalogue's words together: picks the plural form by `count`, fills in `{names}`. */
export type Speak<English> = <Key extends keyof English>(
  key: Key,
  ...params: English[Key] extends string ? [params?: Params] : [params: Params & { readonly count: number }]
) => string;

/**
 * A speaker of one language over one section of its catalogue; the section's file is where its keys are checked.
 * `written` makes of each text that is filled in what stands in the sentence.
 */
export function speaker<English>(
  language: Language,
  words: Readonly<Record<keyof English, string | Readonly<Record<string, string>>>>,
  written: (text: string) => string = (text) => text,
): Speak<English> {
  const plurals = once(() => new Intl.PluralRules(language));
  const numbers = once(() => new Intl.NumberFormat(language));
  return (key, ...[params]) => {
    const entry = words[key];
    const text =
      typeof entry === "string" ? entry : (entry[plurals().select(Number(params?.["count"]))] ?? entry["other"]);
    return (text ?? "").replace(/\{(\w+)\}/g, (placeholder, name: string) => {
      const value = params?.[name];
      return value === undefined ? placeholder : typeof value === "number" ? numbers().format(value) : written(value);
    });
  };
}
