/** Small values kept under names of the page's own; a storage that refuses (private mode, full) keeps nothing. */
export interface Kept {
  read(key: string): string | undefined;
  write(key: string, value: string | undefined): void;
  /** Keeps nothing more under the keys that are meant. */
  forget(isMeant: (key: string) => boolean): void;
  /** Tells what another tab writes under a key; the answer ends it. */
  watch(key: string, listener: (value: string | undefined) => void): () => void;
}

const prefix = "parlance-";

type OnStorage = (event: { readonly key: string | null; readonly newValue: string | null }) => void;

/** What is needed of the browser's `window`. */
interface StorageWindow {
  addEventListener(type: "storage", listener: OnStorage): void;
  removeEventListener(type: "storage", listener: OnStorage): void;
}

/** Keeps values in `localStorage` or `sessionStorage`, under `parlance-{key}`. */
export function keptIn(storage: () => Storage, window: StorageWindow): Kept {
  return {
    read(key) {
      try {
        return storage().getItem(prefix + key) ?? undefined;
      } catch {
        return undefined;
      }
    },
    write(key, value) {
      try {
        if (value === undefined) storage().removeItem(prefix + key);
        else storage().setItem(prefix + key, value);
      } catch {
        // Nothing depends on it: the page only forgets sooner.
      }
    },
    forget(isMeant) {
      try {
        const keys = Object.keys(storage()).filter(
          (key) => key.startsWith(prefix) && isMeant(key.slice(prefix.length)),
        );
        for (const key of keys) storage().removeItem(key);
      } catch {
        // What refuses has kept nothing.
      }
    },
    watch(key, listener) {
      const onStorage: OnStorage = (event) => {
        if (event.key === prefix + key) listener(event.newValue ?? undefined);
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
