// A file of its own beside the rest of the page, and small: what it asks for comes while that is still on its way.
// docs/decisions/0022-asked-for-early.md
import { askEarly, type EarlyPage } from "./state/early-page.ts";
import { keptIn } from "./state/kept.ts";
import { placeOf } from "./state/place.ts";
import { firstLanguage, loadWords } from "./state/words.ts";

export const kept = keptIn(() => localStorage, window);
export const chosenLanguage = () => firstLanguage(kept, navigator.languages);
export const words = loadWords(chosenLanguage());
export const firstPage = askForRoom();

/** Whoever is not known sees the entrance; where a service worker opens the page, what this device keeps is here sooner. */
function askForRoom(): EarlyPage | undefined {
  const place = placeOf(location);
  const token = kept.read("token");
  const isKnown = token !== undefined && kept.read("away") === undefined;
  if (place.at !== "room" || !isKnown || navigator.serviceWorker?.controller) return undefined;
  return askEarly(place.room, token, window);
}
