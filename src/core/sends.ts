import { type ChatError, refused } from "../protocol/codes.ts";
import type { MessageId } from "../protocol/ids.ts";
import type { Hub } from "./hub.ts";
import type { Appended } from "./ports.ts";
import type { Post } from "./post.ts";
import type { Soon } from "./soon.ts";

type Settle = (outcome: Appended, id: MessageId | undefined) => void;

/**
 * The messages of one line on their way into the log, in the order they came in. What cannot be
 * stored now is refused with everything after it, until the time that the refusal names; or, where
 * messages are not acknowledged, waited with, and the line is not read meanwhile. [S2]
 */
export class Sends {
  readonly #hub: Hub;
  readonly #waits: boolean;
  /** Messages whose fate is not known yet. */
  #unsettled = 0;
  #allSettled: (() => void) | undefined;
  #refusal: { readonly error: ChatError; readonly until: number } | undefined;
  #ended = false;

  /** `waits`: past the rate a message waits for its turn; else it is refused. */
  constructor(hub: Hub, waits: boolean) {
    this.#hub = hub;
    this.#waits = waits;
  }

  /** Sends a message; `settle` is called once, unless the line ends first. */
  post(post: Post, settle: Settle): Soon<void> {
    const now = this.#hub.clock.monotonic();
    if (this.#refusal && now < this.#refusal.until) {
      const { error, until } = this.#refusal;
      return settle(refused(error.code, { ...error, retryAfterMs: Math.ceil(until - now) }), post.id ?? undefined);
    }
    const wait = this.#waits ? this.#hub.bounds.sends.take(post.countedAs) : 0;
    return wait > 0 ? this.#later(wait, post, settle) : this.#send(post, settle);
  }

  /** Resolves once everything sent so far has been stored, or refused, and handed to the others. */
  settled(): Promise<void> {
    if (this.#unsettled === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#allSettled = resolve;
    });
  }

  /** What waits for its turn is not sent any more. */
  end(): void {
    this.#ended = true;
  }

  async #later(wait: number, post: Post, settle: Settle): Promise<void> {
    // Others who are counted with them may have been quicker.
    for (let left = wait; left > 0; left = this.#hub.bounds.sends.take(post.countedAs)) {
      await new Promise<void>((resolve) => void this.#hub.clock.after(left, resolve));
      if (this.#ended) return;
    }
    this.#send(post, settle);
  }

  #send(post: Post, settle: Settle): void {
    this.#unsettled++;
    this.#hub.post(this.#waits ? { ...post, isCounted: true } : post, (outcome, id) => {
      if (!outcome.ok && !this.#waits && outcome.error.retryAfterMs !== undefined) {
        this.#refusal = { error: outcome.error, until: this.#hub.clock.monotonic() + outcome.error.retryAfterMs };
      }
      settle(outcome, id);
      if (--this.#unsettled === 0) this.#allSettled?.();
    });
  }
}
