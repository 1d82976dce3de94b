import { type ReadonlySignal, signal } from "@preact/signals";

/** Where the page is: the entrance, or a room under the name that the address gives, at one of its messages. */
export type Place =
  | { readonly at: "entrance" }
  | { readonly at: "room"; readonly room: string; readonly seq?: number | undefined };

export interface Route {
  readonly place: ReadonlySignal<Place>;
  /** `replace` leaves no way back to where one was. */
  go(place: Place, how?: "push" | "replace"): void;
}

export function pathOf(place: Place): string {
  if (place.at === "entrance") return "/";
  return `/r/${encodeURIComponent(place.room)}${place.seq === undefined ? "" : `/${place.seq}`}`;
}

/** `/r/{room}`, and for a message of it `/r/{room}/{seq}`. */
function placeOf({ pathname }: Location): Place {
  const [, first, room, message = ""] = pathname.split("/");
  if (first !== "r" || !room) return { at: "entrance" };
  const seq = /^[1-9]\d{0,14}$/.test(message) ? Number(message) : undefined;
  try {
    return { at: "room", room: decodeURIComponent(room).normalize("NFC").toLowerCase(), seq };
  } catch {
    return { at: "entrance" };
  }
}

/** The place, in step with the address bar. It lives as long as the page. */
export function createRoute(window: Window): Route {
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
      place.value = next;
    },
  };
}
