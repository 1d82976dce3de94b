import type { RandomBytes } from "../protocol/ids.ts";

/** What the client takes from the world around it. Tests bring their own time and chance. */
export interface Surroundings {
  /** Milliseconds since 1970, by this machine's clock. */
  now(): number;
  /** Calls back once after `ms`; the answer calls it off. */
  after(ms: number, callback: () => void): () => void;
  /** A number of [0, 1). */
  random(): number;
  readonly randomBytes: RandomBytes;
  /** Tells when the network comes back and when the page is looked at again; the answer ends it. */
  watch(listener: { online(): void; visible(): void }): () => void;
}

type Target = Pick<EventTarget, "addEventListener" | "removeEventListener">;

function listen(target: Partial<Target>, event: string, listener: () => void): () => void {
  // Node's global object is no event target, and a worker has no document.
  target.addEventListener?.(event, listener);
  return () => target.removeEventListener?.(event, listener);
}

export const realSurroundings: Surroundings = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
  randomBytes: (into) => crypto.getRandomValues(into as Uint8Array<ArrayBuffer>),
  watch({ online, visible }) {
    const global: unknown = globalThis;
    const page = global as Partial<Target> & { document?: Target & { visibilityState: string } };
    const { document } = page;
    const unwatch = [
      listen(page, "online", online),
      listen(document ?? {}, "visibilitychange", () => {
        if (document?.visibilityState === "visible") visible();
      }),
    ];
    return () => {
      for (const end of unwatch) end();
    };
  },
};
