import type { UserId } from "../protocol/ids.ts";
import type { Session } from "./session.ts";

/** The lines of each person on this node, so that something can be told to all of one's own. */
export class OwnLines {
  // Not sets: most people have one line, and a set takes four times as much.
  readonly #byUser = new Map<UserId, readonly Session[]>();

  add(user: UserId, line: Session): void {
    this.#byUser.set(user, [...this.of(user), line]);
  }

  remove(user: UserId, line: Session): void {
    const left = this.of(user).filter((one) => one !== line);
    if (left.length > 0) this.#byUser.set(user, left);
    else this.#byUser.delete(user);
  }

  of(user: UserId): readonly Session[] {
    return this.#byUser.get(user) ?? [];
  }
}
