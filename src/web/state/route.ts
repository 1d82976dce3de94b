import { type ReadonlySignal, signal } from "@preact/signals";

/** Where the page is: the entrance, or a room under the name that the address gives. */
export type Place = { readonly at: "entrance" } | { readonly at: "room"; readonly room: string };

export interface Route {
  readonly place: ReadonlySignal<Place>;
  /** `replace` leaves no way back to where one was. */
  go(place: Place, how?: "push" | "replace"): void;
}

export const pathOf = (place: Place): string => (place.at === "room" ? `/r/${encodeURIComponent(place.room)}` : "/");

function placeOf(path: string): Place {
  const [, first, room] = path.split("/");
  if (first !== "r" || !room) return { at: "entrance" };
  try {
    return { at: "room", room: decodeURIComponent(room).normalize("NFC").toLowerCase() };
  } catch {
    return { at: "entrance" };
  }
}

/** The place, in step with the address bar. It lives as long as the page. */
export function createRoute(window: Window): Route {
  const place = signal(placeOf(window.location.pathname));
  window.addEventListener("popstate", () => {
    place.value = placeOf(window.location.pathname);
  });
  return {
    place,
    go(next, how = "push") {
      const path = pathOf(next);
      if (path !== window.location.pathname) {
        if (how === "push") window.history.pushState(null, "", path);
        else window.history.replaceState(null, "", path);
      }
      place.value = next;
    },
  };
}
