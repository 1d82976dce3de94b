import type english from "./en/doctor.ts";
import en from "./en/doctor.ts";
import ru from "./ru/doctor.ts";
import th from "./th/doctor.ts";
import uk from "./uk/doctor.ts";
import { type Language, type Speak, speaker } from "./words.ts";

/** What `parlance doctor` says, in each language. */
export const doctorWords: Readonly<Record<Language, Speak<typeof english>>> = {
  en: speaker<typeof english>("en", en),
  th: speaker<typeof english>("th", th),
  ru: speaker<typeof english>("ru", ru),
  uk: speaker<typeof english>("uk", uk),
};
