import type english from "./en/server.ts";
import en from "./en/server.ts";
import ru from "./ru/server.ts";
import th from "./th/server.ts";
import uk from "./uk/server.ts";
import { isLanguage, type Language, type Speak, speaker } from "./words.ts";

/** What the server says, in each language. */
export const serverWords: Readonly<Record<Language, Speak<typeof english>>> = {
  en: speaker<typeof english>("en", en),
  th: speaker<typeof english>("th", th),
  ru: speaker<typeof english>("ru", ru),
  uk: speaker<typeof english>("uk", uk),
};

/** The first language of an `Accept-Language` header, or of a tag such as `uk-UA`, that Parlance speaks. */
export function pickLanguage(wanted: string | undefined, otherwise: Language): Language {
  for (const range of wanted?.split(",") ?? []) {
    const primary = range.split(";")[0]?.trim().split("-")[0]?.toLowerCase() ?? "";
    if (isLanguage(primary)) return primary;
  }
  return otherwise;
}
