import { Seat } from "./audience.ts";
import type { Clock, Connection, Format } from "./ports.ts";
import type { Room } from "./room.ts";

const signOfLife = new Uint8Array(1);
// What is in the log has a place there, and the rest passes by.
const anyEvent: Format = { encode: (frame) => ("seq" in frame ? signOfLife : undefined) };

/** Resolves when something is said or changed in an open room, after `ms`, or when `signal` says so; by a seat of its own. */
export async function somethingSaid(room: Room, clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const woken = Promise.withResolvers<void>();
  const connection: Connection = {
    format: anyEvent,
    gateway: "poll",
    encode: () => undefined,
    write: () => woken.resolve(),
    writeAll: () => woken.resolve(),
    address: undefined,
    acknowledges: false,
    isBehind: false,
    writeSoon: () => {},
    writePage: () => Promise.resolve(),
    setLanguage() {},
    pause() {},
    resume() {},
    close: () => woken.resolve(),
  };
  const seat = new Seat(connection);
  const wake = () => woken.resolve();
  const cancel = clock.after(ms, wake);
  signal.addEventListener("abort", wake);
  room.audience.add(seat);
  await woken.promise;
  room.audience.remove(seat);
  signal.removeEventListener("abort", wake);
  cancel();
}
