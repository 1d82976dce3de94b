import { type ReadonlySignal, signal } from "@preact/signals";
import type { Room, User } from "../../sdk/index.ts";
import { lapse, startTyping, stopTyping, type Typists, typistLapseMs } from "../logic/typists.ts";
import type { Clock } from "./clock.ts";

/** Who else types in a room. */
export interface Typing {
  readonly typists: ReadonlySignal<Typists>;
  /** Somebody has said what they typed, or is gone. */
  stop(user: User): void;
  close(): void;
}

export function createTyping(room: Pick<Room, "on">, clock: Clock, isMine: (user: User) => boolean): Typing {
  const typists = signal<Typists>([]);
  let cancelLapse = () => {};

  function lapseLater(): void {
    cancelLapse();
    const next = typists.peek()[0]?.until;
    if (next === undefined) return;
    cancelLapse = clock.after(Math.max(0, Math.min(typistLapseMs, next - clock.now())) + 1, () => {
      typists.value = lapse(typists.peek(), clock.now());
      lapseLater();
    });
  }

  function stop(user: User): void {
    if (typists.peek().some((typist) => typist.user.id === user.id))
      typists.value = stopTyping(typists.peek(), user.id);
  }

  const end = room.on("typing", ({ user, active }) => {
    if (isMine(user)) return;
    if (active) typists.value = startTyping(typists.peek(), user, clock.now());
    else stop(user);
    lapseLater();
  });
  return {
    typists,
    stop,
    close() {
      end();
      cancelLapse();
    },
  };
}
