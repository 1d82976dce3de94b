import { HttpRequests } from "./http-requests.ts";
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
  const { address, surroundings, asker, parse, Refusal } = parts;
  const requests = new HttpRequests(address, surroundings, parse);
  const { token, key, lang } = asker();
  requests.token = token;
  requests.key = key;
  requests.language = lang;
  const query = new URLSearchParams({ q: text });
  if (room !== undefined) query.set("room", room);
  if (before !== undefined) query.set("before", before);
  if (limit !== undefined) query.set("limit", `${limit}`);
  const { signal } = new AbortController();
  const answer = await requests.ask(`/search?${query}`, { waitMs, signal });
  if (!answer.ok) throw new Refusal(answer.problem.code, answer.problem.message);
  const { messages, next } = requests.frame("results", answer.value);
  return { messages, ...(next != null && { next }) };
}
