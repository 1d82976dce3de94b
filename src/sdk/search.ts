import { askBeside } from "./beside.ts";
import type { OnDemandParts } from "./on-demand.ts";
import type { Found, SearchOptions } from "./types.ts";

/** How long a search may wait for its turn on a busy server. */
const waitMs = 4_000;

/** Asks by a request of its own, whatever carries the line. */
export async function search(
  parts: OnDemandParts,
  text: string,
  { room, before, limit }: SearchOptions,
): Promise<Found> {
  const query = new URLSearchParams({ q: text });
  if (room !== undefined) query.set("room", room);
  if (before !== undefined) query.set("before", before);
  if (limit !== undefined) query.set("limit", `${limit}`);
  const { requests, value } = await askBeside(parts, `/search?${query}`, { waitMs });
  const { messages, next } = requests.frame("results", value);
  return { messages, ...(next != null && { next }) };
}
