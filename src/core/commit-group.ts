import type { RoomName, UserId } from "../protocol/ids.ts";
import type { Draft } from "./ports.ts";

/** Drafts of one commit at the most: it bounds how long a commit takes, and what goes out in one write. [L2] */
const groupLimit = 1_000;
/**
 * So many drafts are worth a commit of their own. Where more wait, whole rooms are taken until they are as many: the
 * store then has one part of the rooms in hand while another is handed to its readers, and neither waits for the other.
 */
const enough = 250;

/**
 * Parts what waits, in the order of its coming, into the next commit and what waits on. Whole rooms go together, so that
 * each reader of a room gets all of it in one write; what one room or one person said stays in its order. [S2]
 */
export function nextGroup<One extends { readonly draft: Draft }>(waiting: readonly One[]): [group: One[], rest: One[]] {
  if (waiting.length > enough) {
    const [group, rest] = byRooms(waiting, firstRooms(waiting));
    // Of those who speak in many rooms at once little goes by rooms.
    if (group.length >= enough) return [group, rest];
  }
  return [waiting.slice(0, groupLimit), waiting.slice(groupLimit)];
}

/** The rooms that have waited longest, as many as have enough waiting. */
function firstRooms(waiting: readonly { readonly draft: Draft }[]): Set<RoomName> {
  const counts = new Map<RoomName, number>();
  for (const { draft } of waiting) counts.set(draft.room, (counts.get(draft.room) ?? 0) + 1);
  const rooms = new Set<RoomName>();
  let sum = 0;
  for (const [room, count] of counts) {
    if (sum >= enough) break;
    rooms.add(room);
    sum += count;
  }
  return rooms;
}

function byRooms<One extends { readonly draft: Draft }>(
  waiting: readonly One[],
  rooms: ReadonlySet<RoomName>,
): [group: One[], rest: One[]] {
  const group: One[] = [];
  const rest: One[] = [];
  // Whose draft waits on, and where one does: what comes after it there must not be stored before it.
  const held = new Set<RoomName | UserId>();
  for (const one of waiting) {
    const { room, user } = one.draft;
    if (rooms.has(room) && !held.has(room) && !held.has(user.id) && group.length < groupLimit) group.push(one);
    else {
      held.add(room).add(user.id);
      rest.push(one);
    }
  }
  return [group, rest];
}
