import type { EventEmitter } from "node:events";
import type { Clock } from "../../core/ports.ts";

/** Whoever is sent away reads why, and has this long to do so and to close their half: a slow reader, too. [B1] [K4] */
export const closingMs = 1_000;

/** Cuts a line that is being closed, unless it is closed in time. */
export function cutWhenLate(line: EventEmitter, clock: Clock, cut: () => void): void {
  line.once("close", clock.after(closingMs, cut));
}
