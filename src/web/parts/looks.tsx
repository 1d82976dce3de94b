import { isLanguage, type Language, languages } from "../../locales/words.ts";
import { usePage, useSay } from "../state/page.ts";
import type { Theme } from "../state/preferences.ts";
import type { IconName } from "./icon.tsx";
import { isPartMissing } from "./lazily.tsx";
import { Segments } from "./segments.tsx";

/** Each language in its own words, as whoever looks for it reads it. */
const ownNames: Readonly<Record<Language, string>> = { en: "English", th: "ไทย", ru: "Русский", uk: "Українська" };
const themeIcons: Readonly<Record<Theme, IconName>> = { auto: "theme", light: "sun", dark: "moon" };

/** Language and theme. */
export function Looks() {
  const say = useSay();
  const { preferences } = usePage();
  return (
    <div class="looks">
      <label class="field field-small">
        <span class="field-label">{say("settings.language")}</span>
        <select
          value={preferences.language.value}
          onChange={({ currentTarget: select }) => {
            if (!isLanguage(select.value)) return;
            preferences.speak(select.value).then(
              () => {
                isPartMissing.value = false;
              },
              () => {
                isPartMissing.value = true;
                select.value = preferences.language.peek();
              },
            );
          }}
        >
          {languages.map((language) => (
            <option key={language} value={language} lang={language}>
              {ownNames[language]}
            </option>
          ))}
        </select>
      </label>
      <Segments
        name="theme"
        label={say("settings.theme")}
        choice={preferences.theme}
        wordFor={(theme) => say(`settings.theme_${theme}`)}
        icons={themeIcons}
      />
    </div>
  );
}
