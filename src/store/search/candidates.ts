import { hasAll } from "../../protocol/search-text.ts";
import {
  addPosition,
  allPositions,
  downwards,
  hasMoreThan,
  keepThoseWith,
  type Positions,
  partKey,
  partOf,
} from "./block.ts";
import { gramsFor } from "./grams.ts";
import { type Place, Places } from "./places.ts";
import type { SearchRows } from "./rows.ts";
import type { Tail, TailMessage } from "./tail.ts";

/** Where candidates are looked for. */
export interface Candidates {
  readonly rows: SearchRows;
  readonly tail: Tail;
  readonly blocks: number;
  readonly changed: ReadonlyMap<number, ReadonlySet<Place>>;
}

interface Wanted {
  readonly words: readonly string[];
  readonly roomIds: readonly number[] | undefined;
  /** Whether a room is one of them, or where none are named one that may be read. */
  readonly isOpen: (roomId: number) => boolean;
  readonly before: Place | undefined;
}

/** Messages of the tail that are looked at before others get their turn. */
const stride = 4_096;

/** Some candidates, and the block that has been looked at with them; none in the tail. */
interface Batch {
  readonly places: readonly Place[];
  readonly block?: number;
}

/** More than this many candidates in a block cost more to read than what tells them apart further. */
const fewLeft = 1;

/** Candidates that are handed on at once. */
const atOnce = 64;

/**
 * Places of messages in which the words may stand, the newest first: every one that has them, and some that do not. What
 * comes in meanwhile is not among them. From time to time there are none, so that whoever looks can stop.
 */
export async function* candidates(
  wanted: Wanted,
  where: Candidates,
  pause: () => Promise<void> | undefined,
): AsyncIterable<Batch> {
  const { before } = wanted;
  const stretches = olderStretches(where.tail, before);
  const reached = before && (await where.rows.blockOf(before));
  const firstBlock = reached !== undefined && reached < where.blocks ? reached : undefined;
  // Of a place in a block the tail knows only what came later in that room.
  if (firstBlock === undefined) yield* inTail(wanted, stretches, pause);
  yield* inBlocks(wanted, where, firstBlock, pause);
}

/** Messages of one segment, up to an index. */
interface Stretch {
  readonly messages: readonly TailMessage[];
  readonly end: number;
}

/** What the tail has now, the newest first; only what is before a place, if one is given that is in it. */
function olderStretches(tail: Tail, before: Place | undefined): readonly Stretch[] {
  const stretches = tail.segments.map(({ messages }) => ({ messages, end: messages.length }));
  const [segment, index] = (before && tail.find(before)) ?? [];
  const last = segment === undefined ? undefined : stretches[segment];
  if (segment === undefined || index === undefined || !last) return stretches.reverse();
  return [...stretches.slice(0, segment), { ...last, end: index }].reverse();
}

const isWantedBy =
  ({ isOpen, before }: Wanted) =>
  ({ roomId, seq }: Place): boolean =>
    isOpen(roomId) && (roomId !== before?.roomId || seq < before.seq);

async function* inTail(
  wanted: Wanted,
  stretches: readonly Stretch[],
  pause: () => Promise<void> | undefined,
): AsyncIterable<Batch> {
  const isWanted = isWantedBy(wanted);
  for (const { messages, end } of stretches) {
    let places: Place[] = [];
    for (let index = end - 1; index >= 0; index--) {
      const message = messages[index];
      if (message && isWanted(message) && hasAll(message.folded, wanted.words)) places.push(message);
      if (index % stride === 0) await pause();
      if (places.length < atOnce) continue;
      yield { places };
      places = [];
    }
    yield { places };
  }
}

/** `firstBlock`: the one that `before` is in, if it is in one. */
async function* inBlocks(
  wanted: Wanted,
  { rows, blocks, changed }: Candidates,
  firstBlock: number | undefined,
  pause: () => Promise<void> | undefined,
): AsyncIterable<Batch> {
  const { words, roomIds, before } = wanted;
  const isWanted = isWantedBy(wanted);
  const { first, further } = gramsFor(words);
  const all = roomIds ? await rows.blocksWith(roomIds) : Array.from({ length: blocks }, (_, n) => n);
  const newestFirst = all.filter((block) => block < blocks && block <= (firstBlock ?? block)).sort((a, b) => b - a);
  for (let at = 0, count = 1; at < newestFirst.length; at += count, count = Math.min(count * 2, rows.blocksAtOnce)) {
    const next = newestFirst.slice(at, at + count);
    const some = new Map(next.map((block) => [block, allPositions()]));
    // Before the parts are read: those may be made anew meanwhile, and then nothing is changed since.
    const changes = new Map(next.map((block) => [block, [...(changed.get(block) ?? [])]]));
    await keepThoseIn(some, first, rows);
    await keepThoseIn(new Map([...some].filter(([, positions]) => hasMoreThan(fewLeft, positions))), further, rows);
    for (const [block, positions] of some) {
      const since = changes.get(block) ?? [];
      if (!hasMoreThan(0, positions) && since.length === 0) continue;
      const places = new Places((await rows.placesOf(block)) ?? new Uint8Array(4));
      for (const place of since) addPosition(places.find(isAt(place)), positions);
      const end = before && block === firstBlock ? places.find(isFrom(before)) : places.length;
      yield* inBlock(block, places, positions, { end, isWanted });
    }
    await pause();
    yield { places: [], block: next.at(-1) ?? 0 };
  }
}

/** What is left of a block before the position `end`; with the last of it, that it has been looked at. */
function* inBlock(
  block: number,
  places: Places,
  positions: Positions,
  { end, isWanted }: { readonly end: number; readonly isWanted: (place: Place) => boolean },
): Iterable<Batch> {
  let found: Place[] = [];
  for (const position of downwards(positions)) {
    if (position >= end) continue;
    const place = places.at(position);
    if (isWanted(place)) found.push(place);
    if (found.length < atOnce) continue;
    yield { places: found };
    found = [];
  }
  yield { places: found, block };
}

/** Leaves of blocks' positions those of messages that have all of the grams. */
async function keepThoseIn(
  blocks: ReadonlyMap<number, Positions>,
  grams: readonly number[],
  rows: SearchRows,
): Promise<void> {
  if (blocks.size === 0 || grams.length === 0) return;
  const partAt = await rows.parts([...blocks.keys()], [...new Set(grams.map(partOf))]);
  for (const [block, positions] of blocks) {
    grams.every((gram) => keepThoseWith(gram, partAt(partKey(block, partOf(gram))), positions));
  }
}

const isAt = (wanted: Place) => (place: Place) => place.seq === wanted.seq && place.roomId === wanted.roomId;

/** Whether it is that place, or a later one of its room: what is before the first of those is older. */
const isFrom = (from: Place) => (place: Place) => place.seq >= from.seq && place.roomId === from.roomId;
