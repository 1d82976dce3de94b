import { askBeside } from "./beside.ts";
import type { OnDemandParts } from "./on-demand.ts";
import type { Room, RoomsPage } from "./types.ts";

/** A page of the rooms that one may read. [P2] */
export async function listRooms(
  parts: OnDemandParts,
  { after, limit }: { readonly after?: string; readonly limit?: number },
): Promise<RoomsPage> {
  const query = new URLSearchParams();
  if (after !== undefined) query.set("after", after);
  if (limit !== undefined) query.set("limit", `${limit}`);
  const { requests, value } = await askBeside(parts, `/rooms?${query}`);
  const { rooms, next } = requests.frame("rooms", value);
  return { rooms, ...(next != null && { next }) };
}

/** Joins the direct conversation with somebody. [P1] */
export async function joinDirect(parts: OnDemandParts, user: string): Promise<Room> {
  const { requests, value } = await askBeside(parts, "/api/v1/direct", { body: { user } });
  const { room } = requests.frame("joined", { ...value, recovered: false });
  return parts.join(room);
}
