import type { Hint } from "../core/hints.ts";
import type { Appends, Bus } from "../core/ports.ts";
import { Listeners } from "./listeners.ts";

/** The bus of a single node: whoever listens hears at once, in the order of publishing. */
export function createMemoryBus(): Bus {
  const readers = new Listeners<[Appends, boolean]>();
  const hearers = new Listeners<[Hint]>();
  return {
    publish: (appends) => readers.tell(appends, true),
    subscribe: (listener) => readers.add(listener),
    tell: (hint) => hearers.tell(hint),
    hear: (listener) => hearers.add(listener),
    // There is nobody else.
    watch(listener) {
      listener(true);
      return () => {};
    },
    async close() {
      readers.clear();
      hearers.clear();
    },
  };
}
