/** What is opened within it is closed with it. A test's own context is one. */
export interface Scope {
  after(close: () => unknown): void;
}

/** A scope outside a test: closes what was opened in it, the last one first. */
export class OwnScope implements Scope, AsyncDisposable {
  readonly #opened = new AsyncDisposableStack();

  after(close: () => unknown): void {
    this.#opened.defer(async () => {
      await close();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }
}
