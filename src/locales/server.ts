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

/**
 * The language of an `Accept-Language` header, or of a tag such as `uk-UA`, that is wanted most of those that Parlance
 * speaks: by its weight, then by its place. RFC 9110 §12.5.4
 */
export function pickLanguage(wanted: string | null | undefined, otherwise: Language): Language {
  let [best, most] = [otherwise, 0];
  for (const range of wanted?.split(",") ?? []) {
    const [tag = "", weight = ""] = range.split(";");
    const primary = tag.trim().split("-")[0]?.toLowerCase() ?? "";
    const [, given = 1] = /^\s*q=([01](?:\.\d{0,3})?)\s*$/i.exec(weight) ?? [];
    if (isLanguage(primary) && Number(given) > most) [best, most] = [primary, Number(given)];
  }
  return best;
}
