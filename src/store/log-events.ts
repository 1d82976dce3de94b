import type { Draft, EventPage, PageRequest, StoredEvent } from "../core/ports.ts";
import { isChange, isErased } from "../protocol/events.ts";

/** Whether an event is the one that a draft asks for. A text that was erased since can no more be compared. [S1] */
export const isSame = (event: StoredEvent, { kind, text, target }: Draft): boolean =>
  event.kind === kind && (event.text === text || isErased(event)) && (!isChange(kind) || event.target === target);

/** Takes rows until a page is full. `more`: whether there was one that it had no room for. */
export function takePage<R>(
  rows: Iterable<R>,
  eventOf: (row: R) => StoredEvent,
  { limit, maxBytes }: Pick<PageRequest, "limit" | "maxBytes">,
): EventPage {
  const events: StoredEvent[] = [];
  let bytes = 0;
  for (const row of rows) {
    const event = eventOf(row);
    bytes += Buffer.byteLength(event.text);
    if (events.length === limit || (events.length > 0 && bytes > maxBytes)) return { events, more: true };
    events.push(event);
  }
  return { events, more: false };
}
