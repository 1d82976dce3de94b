import type { Appends, Bus } from "../core/ports.ts";

/** The bus of a single node: whoever listens hears at once, in the order of publishing. */
export function createMemoryBus(): Bus {
  const listeners = new Set<(appends: Appends) => void>();
  return {
    publish(appends) {
      for (const listener of listeners) listener(appends);
    },
    subscribe(listener) {
      // Wrapped, so that the same function may listen twice and each answer ends its own.
      const heard = (appends: Appends) => listener(appends);
      listeners.add(heard);
      return () => void listeners.delete(heard);
    },
    // There is nobody else.
    watch(listener) {
      listener(true);
      return () => {};
    },
    async close() {
      listeners.clear();
    },
  };
}
