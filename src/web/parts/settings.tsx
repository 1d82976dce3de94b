import { isLanguage, type Language, languages } from "../../locales/words.ts";
import { usePage, useSay } from "../state/page.ts";
import { type Theme, themes } from "../state/preferences.ts";
import { Icon, type IconName } from "./icon.tsx";

/** Each language in its own words, as whoever looks for it reads it. */
const ownNames: Readonly<Record<Language, string>> = { en: "English", th: "ไทย", ru: "Русский", uk: "Українська" };
const themeIcons: Readonly<Record<Theme, IconName>> = { auto: "theme", light: "sun", dark: "moon" };

/** Language and theme. */
export function Settings() {
  const say = useSay();
  const { preferences } = usePage();
  return (
    <div class="settings">
      <label class="field field-small">
        <span class="field-label">{say("settings.language")}</span>
        <select
          value={preferences.language.value}
          onChange={({ currentTarget: { value } }) => {
            if (isLanguage(value)) void preferences.speak(value);
          }}
        >
          {languages.map((language) => (
            <option key={language} value={language} lang={language}>
              {ownNames[language]}
            </option>
          ))}
        </select>
      </label>
      <fieldset class="field field-small">
        <legend class="field-label">{say("settings.theme")}</legend>
        <div class="segments">
          {themes.map((theme) => (
            <label key={theme} class="segment" title={say(`settings.theme_${theme}`)}>
              <input
                type="radio"
                name="theme"
                value={theme}
                checked={preferences.theme.value === theme}
                onChange={() => preferences.dress(theme)}
              />
              <Icon of={themeIcons[theme]} />
              <span class="aside">{say(`settings.theme_${theme}`)}</span>
            </label>
          ))}
        </div>
      </fieldset>
    </div>
  );
}
