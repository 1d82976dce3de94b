/** Where the page is: the entrance, or a room under the name that the address gives, at one of its messages. */
export type Place =
  | { readonly at: "entrance" }
  | { readonly at: "room"; readonly room: string; readonly seq?: number | undefined };

export function pathOf(place: Place): string {
  if (place.at === "entrance") return "/";
  return `/r/${encodeURIComponent(place.room)}${place.seq === undefined ? "" : `/${place.seq}`}`;
}

/** `/r/{room}`, and for a message of it `/r/{room}/{seq}`. */
export function placeOf({ pathname }: { readonly pathname: string }): Place {
  const [, first, room, message = ""] = pathname.split("/");
  if (first !== "r" || !room) return { at: "entrance" };
  const seq = /^[1-9]\d{0,14}$/.test(message) ? Number(message) : undefined;
  try {
    return { at: "room", room: decodeURIComponent(room).normalize("NFC").toLowerCase(), seq };
  } catch {
    return { at: "entrance" };
  }
}
