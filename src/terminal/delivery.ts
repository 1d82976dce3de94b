import type { Outgoing, Room } from "../sdk/index.ts";

/** So many messages may wait for their acknowledgement before the next line is read. */
const mostWaiting = 64;

/**
 * Sends each line as a message, in order, reading no faster than they are acknowledged; blank ones
 * are passed over. Resolves once everything is settled: with what was not stored. A refused line
 * does not hold up the ones after it.
 */
export async function deliver(
  room: Room,
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<readonly Outgoing[]> {
  const unsent: Outgoing[] = [];
  const waiting = new Set<Promise<void>>();
  for await (const line of lines) {
    if (line.trim() === "") continue;
    const message = room.send(line);
    const settled: Promise<void> = room
      .settled(message)
      .then(
        () => {},
        () => void unsent.push(message),
      )
      .finally(() => waiting.delete(settled));
    waiting.add(settled);
    if (waiting.size >= mostWaiting) await Promise.race(waiting);
  }
  await Promise.all(waiting);
  return unsent;
}
