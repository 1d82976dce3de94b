import type { UserId } from "../protocol/ids.ts";
import type { Session } from "./session.ts";

/** The lines of each person on this node, so that something can be told to all of one's own. */
export class OwnLines {
  readonly #byUser = new Map<UserId, Set<Session>>();

  add(user: UserId, line: Session): void {
    const lines = this.#byUser.get(user);
    if (lines) lines.add(line);
    else this.#byUser.set(user, new Set([line]));
  }

  remove(user: UserId, line: Session): void {
    const lines = this.#byUser.get(user);
    lines?.delete(line);
    if (lines?.size === 0) this.#byUser.delete(user);
  }

  of(user: UserId): Iterable<Session> {
    return this.#byUser.get(user) ?? [];
  }
}
