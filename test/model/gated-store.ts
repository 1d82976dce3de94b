import type { Store } from "../../src/core/ports.ts";

/** Something that the hub asked of the store: does it, and answers unless nobody is there any more to hear it. */
type Question = (answer: boolean) => Promise<void>;

/** A real store whose every question waits until the test lets it through: nothing is left to chance. */
export class GatedStore implements Store {
  readonly failed: Store["failed"];
  readonly accounts: Store["accounts"];
  readonly directory: Store["directory"];
  readonly #store: Store;
  #questions: Question[] = [];

  constructor(store: Store) {
    this.#store = store;
    this.failed = store.failed;
    this.accounts = store.accounts;
    const { directory } = store;
    this.directory = {
      list: this.#gated(directory.list),
      readStates: this.#gated(directory.readStates),
      markRead: this.#gated(directory.markRead),
      nameDirect: this.#gated(directory.nameDirect),
    };
  }

  openRoom = this.#gated((...args: Parameters<Store["openRoom"]>) => this.#store.openRoom(...args));
  findRoom = this.#gated((...args: Parameters<Store["findRoom"]>) => this.#store.findRoom(...args));
  heads = this.#gated((...args: Parameters<Store["heads"]>) => this.#store.heads(...args));
  rooms = this.#gated(() => this.#store.rooms());
  append = this.#gated((...args: Parameters<Store["append"]>) => this.#store.append(...args));
  read = this.#gated((...args: Parameters<Store["read"]>) => this.#store.read(...args));
  search = this.#gated((...args: Parameters<Store["search"]>) => this.#store.search(...args));
  tokenKey = this.#gated(() => this.#store.tokenKey());

  async close(): Promise<void> {
    this.#questions = [];
    await this.#store.close();
  }

  get isAsked(): boolean {
    return this.#questions.length > 0;
  }

  /** Lets the next question through, to the disk and back. */
  async step(): Promise<void> {
    await this.#questions.shift()?.(true);
  }

  /** The process dies: the disk did this many more things, and nobody heard of it. */
  async abandon(done: number): Promise<void> {
    for (const question of this.#questions.splice(0).slice(0, done)) await question(false);
  }

  #gated<A extends unknown[], T>(ask: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
    return (...args) =>
      new Promise((resolve, reject) => {
        this.#questions.push(async (answer) => {
          const done = ask(...args);
          if (answer) await done.then(resolve, reject);
          else await done;
        });
      });
  }
}
