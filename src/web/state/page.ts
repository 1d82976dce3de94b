import type { ReadonlySignal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Clock } from "./clock.ts";
import type { Formats } from "./formats.ts";
import type { Identity } from "./identity.ts";
import type { Kept } from "./kept.ts";
import type { Preferences } from "./preferences.ts";
import type { Route } from "./route.ts";
import type { Visit } from "./visit.ts";
import type { Say } from "./words.ts";

/** Everything that the page's parts share. */
export interface Page {
  readonly preferences: Preferences;
  readonly identity: Identity;
  readonly route: Route;
  readonly visit: Visit;
  readonly clock: Clock;
  readonly kept: Kept;
  /** Whether the page is being looked at. */
  readonly isSeen: ReadonlySignal<boolean>;
  /** How much room there is: `narrow` under 640 px, `middle` under 900 px, in usual letters. */
  readonly width: ReadonlySignal<"narrow" | "middle" | "wide">;
}

export const PageContext = createContext<Page | undefined>(undefined);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (!page) throw new Error("This is drawn outside of the page.");
  return page;
}

/** The words of the reader's language. */
export const useSay = (): Say => usePage().preferences.say.value;
/** The times and the order of the reader's language. */
export const useFormats = (): Formats => usePage().preferences.formats.value;
