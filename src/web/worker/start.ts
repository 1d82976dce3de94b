import type { Clock } from "../state/clock.ts";

/** The first conversation comes first. */
const restMs = 1_000;

/**
 * Has the page opened without a line, and installed, where the browser allows it: over https and on the machine
 * itself. `goTo`: somebody clicked on a notification of a room.
 */
export function startWorker(clock: Clock, goTo: (room: string) => unknown): void {
  if (!("serviceWorker" in navigator)) return;
  const { serviceWorker } = navigator;
  serviceWorker.addEventListener("message", ({ data }: MessageEvent<{ readonly room: string }>) => goTo(data.room));
  // A browser that keeps nothing (private mode) takes no worker.
  clock.after(restMs, () => void serviceWorker.register("/worker.js").catch(() => {}));
}
