import type { UserId } from "../protocol/ids.ts";
import { typingLapseMs } from "../protocol/limits.ts";
import type { User } from "../protocol/server-frames.ts";
import type { Clock } from "./ports.ts";

/** A repeated *typing* is passed on at most this often. */
const repeatMs = 2_500;

interface Typist {
  readonly user: User;
  /** Whether they type on this node. */
  readonly isHere: boolean;
  readonly repeated: number;
  readonly shown: number;
}

/** Who is typing in a room, on whatever node: it lapses unless repeated. One timer for the whole room. */
export class Typing {
  readonly #clock: Clock;
  readonly #show: (user: User, active: boolean, tell: boolean) => void;
  // The order of insertion is the order of lapsing, as every one lapses after the same time.
  readonly #typists = new Map<UserId, Typist>();
  #cancel: (() => void) | undefined;

  /** `show` tells the room; with `tell`, the other nodes too. */
  constructor(clock: Clock, show: (user: User, active: boolean, tell: boolean) => void) {
    this.#clock = clock;
    this.#show = show;
  }

  /** Somebody types on this node. */
  start(user: User): void {
    this.#note(user, true);
  }

  /** Somebody who typed on this node ceased to. */
  stop(id: UserId): void {
    this.#end(id, true);
  }

  /** They said it: every node sees by itself that they type no more. */
  said(id: UserId): void {
    this.#end(id, false);
  }

  /** Somebody began to type on another node, or ceased to. */
  hear(user: User, active: boolean): void {
    if (active) this.#note(user, false);
    else this.#end(user.id, false);
  }

  close(): void {
    this.#cancel?.();
  }

  #note(user: User, isHere: boolean): void {
    const now = this.#clock.monotonic();
    const before = this.#typists.get(user.id);
    const due = !before || now - before.shown >= repeatMs;
    this.#typists.delete(user.id);
    this.#typists.set(user.id, { user, isHere, repeated: now, shown: due ? now : before.shown });
    if (due) this.#show(user, true, isHere);
    this.#cancel ??= this.#clock.after(typingLapseMs, () => this.#lapse());
  }

  #end(id: UserId, tell: boolean): void {
    const typist = this.#typists.get(id);
    if (!typist) return;
    this.#typists.delete(id);
    this.#show(typist.user, false, tell && typist.isHere);
  }

  #lapse(): void {
    this.#cancel = undefined;
    const now = this.#clock.monotonic();
    for (const [id, { repeated }] of this.#typists) {
      const left = repeated + typingLapseMs - now;
      if (left > 0) {
        this.#cancel = this.#clock.after(left, () => this.#lapse());
        return;
      }
      this.stop(id);
    }
  }
}
