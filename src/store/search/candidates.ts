import { hasAll } from "../../protocol/search-text.ts";
import { addPosition, allPositions, downwards, keepThoseWith, partKey, partOf } from "./block.ts";
import { gramsFor } from "./grams.ts";
import { decodePlaces, type Place, type Places, placeAt } from "./places.ts";
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
interface Some {
  readonly places: readonly Place[];
  readonly block?: number;
}

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
): AsyncIterable<Some> {
  const { words, isOpen, before } = wanted;
  const isWanted = ({ roomId, seq }: Place) => isOpen(roomId) && (roomId !== before?.roomId || seq < before.seq);
  const segments = tail.segments.map(({ messages }) => ({ messages, end: messages.length }));
  const [firstSegment, firstIndex] = (before && tail.find(before)) ?? [];
  const firstBlock = before && firstSegment === undefined ? await rows.blockOf(before) : undefined;

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

  const grams = gramsFor(words);
  const parts = [...new Set(grams.map(partOf))];
  const all = wanted.roomIds ? await rows.blocksWith(wanted.roomIds) : Array.from({ length: blocks }, (_, n) => n);
  const newestFirst = all.filter((block) => block < blocks && block <= (firstBlock ?? block)).sort((a, b) => b - a);
  for (let at = 0, count = 1; at < newestFirst.length; at += count, count = Math.min(count * 2, rows.blocksAtOnce)) {
    const some = newestFirst.slice(at, at + count);
    const bytes = await rows.parts(some, parts);
    for (const block of some) {
      const positions = allPositions();
      const hasAny = grams.every((gram) => keepThoseWith(gram, bytes.get(partKey(block, partOf(gram))), positions));
      const since = changed.get(block);
      if (!hasAny && !since) continue;
      const places = decodePlaces((await rows.placesOf(block)) ?? new Uint8Array(4));
      if (!hasAny) positions.fill(0);
      for (const place of since ?? []) addPosition(positionOf(places, place), positions);
      const end = before && block === firstBlock ? endBefore(places, before) : places.seqAt.length;
      let found: Place[] = [];
      for (const position of downwards(positions)) {
        if (position >= end) continue;
        const place = placeAt(places, position);
        if (isWanted(place)) found.push(place);
        if (found.length < atOnce) continue;
        yield { places: found };
        found = [];
      }
      yield { places: found, block };
    }
    await pause();
    yield { places: [], block: some.at(-1) ?? 0 };
  }
}

/** Past the end, where it would not be looked at, if the block has no such message. */
function positionOf({ rooms, roomAt, seqAt }: Places, { roomId, seq }: Place): number {
  const room = rooms.indexOf(roomId);
  const position = seqAt.findIndex((at, index) => at === seq && roomAt[index] === room);
  return position < 0 ? seqAt.length : position;
}

/** The first message of its room that is not before a place: what is before that is older. */
function endBefore({ rooms, roomAt, seqAt }: Places, { roomId, seq }: Place): number {
  const room = rooms.indexOf(roomId);
  const end = seqAt.findIndex((at, index) => at >= seq && roomAt[index] === room);
  return end < 0 ? seqAt.length : end;
}
