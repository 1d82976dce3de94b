import { type ReadonlySignal, signal } from "@preact/signals";
import { type Place, pathOf, placeOf } from "./place.ts";

export interface Route {
  readonly place: ReadonlySignal<Place>;
  /** `replace` leaves no way back to where one was. */
  go(place: Place, how?: "push" | "replace"): void;
}

/** What is needed of the browser's `window`. */
interface RouteWindow {
  readonly location: { readonly pathname: string };
  readonly history: Record<"pushState" | "replaceState", (data: null, unused: "", path: string) => void>;
  addEventListener(type: "popstate", listener: () => void): void;
}

/** The place, in step with the address bar. It lives as long as the page. */
export function createRoute(window: RouteWindow): Route {
  const place = signal(placeOf(window.location));
  window.addEventListener("popstate", () => {
    place.value = placeOf(window.location);
  });
  return {
    place,
    go(next, how = "push") {
      const path = pathOf(next);
      if (path !== window.location.pathname) {
        if (how === "push") window.history.pushState(null, "", path);
        else window.history.replaceState(null, "", path);
      }
      // Also where one is already: whoever is led there again may have looked elsewhere since.
      place.value = { ...next };
    },
  };
}
