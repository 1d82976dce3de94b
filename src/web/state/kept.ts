/** Small values kept under names of the page's own; a storage that refuses (private mode, full) keeps nothing. */
export interface Kept {
  read(key: string): string | undefined;
  write(key: string, value: string | undefined): void;
  /** Tells what another tab writes under a key; the answer ends it. */
  watch(key: string, listener: (value: string | undefined) => void): () => void;
}

/** Keeps values in `localStorage` or `sessionStorage`, under `parlance-{key}`. */
export function keptIn(storage: () => Storage, window: Window): Kept {
  return {
    read(key) {
      try {
        return storage().getItem(`parlance-${key}`) ?? undefined;
      } catch {
        return undefined;
      }
    },
    write(key, value) {
      try {
        if (value === undefined) storage().removeItem(`parlance-${key}`);
        else storage().setItem(`parlance-${key}`, value);
      } catch {
        // Nothing depends on it: the page only forgets sooner.
      }
    },
    watch(key, listener) {
      const onStorage = (event: StorageEvent) => {
        if (event.key === `parlance-${key}`) listener(event.newValue ?? undefined);
      };
      window.addEventListener("storage", onStorage);
      return () => window.removeEventListener("storage", onStorage);
    },
  };
}

/** Reads a JSON list of strings; anything else is an empty one. */
export function readList(kept: Kept, key: string): string[] {
  try {
    const list: unknown = JSON.parse(kept.read(key) ?? "[]");
    return Array.isArray(list) ? list.filter((item) => typeof item === "string") : [];
  } catch {
    return [];
  }
}
