/** Those who hear something; each as often as it was added. */
export class Listeners<A extends unknown[]> {
  readonly #listeners = new Set<(...args: A) => void>();

  add(listener: (...args: A) => void): () => void {
    // Wrapped, so that the same function may listen twice and each answer ends its own.
    const heard = (...args: A) => listener(...args);
    this.#listeners.add(heard);
    return () => void this.#listeners.delete(heard);
  }

  tell(...args: A): void {
    for (const listener of this.#listeners) listener(...args);
  }

  clear(): void {
    this.#listeners.clear();
  }
}
