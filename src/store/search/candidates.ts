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
import type { Tail } from "./tail.ts";

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
  { rows, tail, blocks, changed }: Candidates,
  pause: () => Promise<void> | undefined,
): AsyncIterable<Batch> {
  const { words, isOpen, before } = wanted;
  const isWanted = ({ roomId, seq }: Place) => isOpen(roomId) && (roomId !== before?.roomId || seq < before.seq);
  const segments = tail.segments.map(({ messages }) => ({ messages, end: messages.length }));
  const inTail = before && tail.find(before);
  const reached = before && (await rows.blockOf(before));
  // Of a place in a block the tail knows only what came later in that room.
  const firstBlock = reached !== undefined && reached < blocks ? reached : undefined;
  const [firstSegment, firstIndex] = (firstBlock === undefined && inTail) || [];

  for (const [number, { messages, end }] of [...segments.entries()].reverse()) {
    if (firstBlock !== undefined || (firstSegment !== undefined && number > firstSegment)) continue;
    const from = number === firstSegment ? (firstIndex ?? end) : end;
    let places: Place[] = [];
    for (let index = from - 1; index >= 0; index--) {
      const message = messages[index];
      if (message && isWanted(message) && hasAll(message.folded, words)) places.push(message);
      if (index % stride === 0) await pause();
      if (places.length < atOnce) continue;
      yield { places };
      places = [];
    }
    yield { places };
  }

  const { first, further } = gramsFor(words);
  const all = wanted.roomIds ? await rows.blocksWith(wanted.roomIds) : Array.from({ length: blocks }, (_, n) => n);
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
    await pause();
    yield { places: [], block: next.at(-1) ?? 0 };
  }
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
