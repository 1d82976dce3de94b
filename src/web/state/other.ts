import { type ReadonlySignal, signal } from "@preact/signals";
import type { Room, User } from "../../sdk/index.ts";
import type { Kept } from "./kept.ts";

/** With whom a direct conversation is. Kept on this device, which shows it without a line too. */
export interface Other {
  /** Unknown in a room for everybody. */
  readonly user: ReadonlySignal<User | undefined>;
  /** The room was joined. */
  look(): void;
  /** Somebody in the room has another name. */
  rename(user: User): void;
  forget(): void;
}

export function createOther(room: Pick<Room, "name" | "direct">, kept: Kept): Other {
  const key = `other-${room.name}`;
  const [id, ...name] = (kept.read(key) ?? "").split(" ");
  const known = id ? ({ id, name: name.join(" ") } as User) : undefined;
  const user = signal(room.direct ?? known);
  function become(next: User | undefined): void {
    if (!next || (next.id === user.peek()?.id && next.name === user.peek()?.name)) return;
    user.value = next;
    kept.write(key, `${next.id} ${next.name}`);
  }
  return {
    user,
    look: () => become(room.direct),
    rename: (named) => become(named.id === user.peek()?.id ? named : undefined),
    forget: () => kept.write(key, undefined),
  };
}
