import type english from "./en/terminal.ts";
import en from "./en/terminal.ts";
import ru from "./ru/terminal.ts";
import th from "./th/terminal.ts";
import uk from "./uk/terminal.ts";
import { isLanguage, type Language, type Speak, speaker } from "./words.ts";

export type TerminalSpeak = Speak<typeof english>;

/** What the terminal client and the server's own terminal say, in each language. */
export const terminalWords: Readonly<Record<Language, TerminalSpeak>> = {
  en: speaker<typeof english>("en", en),
  th: speaker<typeof english>("th", th),
  ru: speaker<typeof english>("ru", ru),
  uk: speaker<typeof english>("uk", uk),
};

/** The language of a POSIX environment: the first of LC_ALL, LC_MESSAGES and LANG that is set decides. */
export function environmentLanguage(environment: Readonly<Record<string, string | undefined>>): Language {
  const locale = environment["LC_ALL"] || environment["LC_MESSAGES"] || environment["LANG"] || "";
  const primary = locale.split(/[_.@-]/)[0]?.toLowerCase() ?? "";
  return isLanguage(primary) ? primary : "en";
}
