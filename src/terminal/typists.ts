import { typingLapseMs } from "../protocol/limits.ts";

// A notice that is repeated in time must not flicker.
const lapseMs = typingLapseMs + 2_000;

/** Who types in a room at the moment: each until they stop, say something, or are heard of no more. */
export class Typists {
  readonly #typing = new Map<string, { readonly name: string; readonly lapse: NodeJS.Timeout }>();
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get names(): readonly string[] {
    return [...this.#typing.values()].map(({ name }) => name);
  }

  start(id: string, name: string): void {
    clearTimeout(this.#typing.get(id)?.lapse);
    const lapse = setTimeout(() => this.stop(id), lapseMs);
    this.#typing.set(id, { name, lapse });
    this.#changed();
  }

  stop(id: string): void {
    clearTimeout(this.#typing.get(id)?.lapse);
    if (this.#typing.delete(id)) this.#changed();
  }

  clear(): void {
    for (const { lapse } of this.#typing.values()) clearTimeout(lapse);
    this.#typing.clear();
    this.#changed();
  }
}
