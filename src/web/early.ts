// A file of its own beside the rest of the page, and small: what it asks for comes while that is still on its way.
// docs/decisions/0022-asked-for-early.md
import { askEarly, type EarlyPage } from "./state/early-page.ts";
import { keptIn } from "./state/kept.ts";
import { placeOf } from "./state/place.ts";
import { firstLanguage, loadWords } from "./state/words.ts";
import { narrow } from "./widths.ts";

export const kept = keptIn(() => localStorage, window);
export const chosenLanguage = () => firstLanguage(kept, navigator.languages);
export const words = loadWords(chosenLanguage());
export const firstPage = askForRoom();

// What `Intl` reads when it is first used takes a slow phone some 80 ms, which it has to spare until the rest is here.
new Intl.DateTimeFormat(chosenLanguage(), { hour: "numeric", minute: "2-digit" }).format();

/** Whoever is not known sees the entrance; where a service worker opens the page, what this device keeps is here sooner. */
function askForRoom(): EarlyPage | undefined {
  const place = placeOf(location);
  const token = kept.read("token");
  const isKnown = token !== undefined && kept.read("away") === undefined;
  const isConversation = place.at === "room" && isKnown;
  if (!isConversation || !matchMedia(narrow).matches) import("./beside.tsx").catch(() => {});
  if (!isConversation || navigator.serviceWorker?.controller) return undefined;
  return askEarly(place.room, token, window);
}
