import { typingLapseMs } from "../protocol/limits.ts";
import type { Person } from "./people.ts";
import type { Clock } from "./ports.ts";

/** A repeated *typing* is passed on at most this often. */
const repeatMs = 2_500;

/** Who is typing in a room: it lapses unless repeated. One timer for the whole room. */
export class Typing {
  readonly #clock: Clock;
  readonly #show: (person: Person, active: boolean) => void;
  // The order of insertion is the order of lapsing, as every one lapses after the same time.
  readonly #since = new Map<Person, { repeated: number; shown: number }>();
  #cancel: (() => void) | undefined;

  /** `show` tells the room. */
  constructor(clock: Clock, show: (person: Person, active: boolean) => void) {
    this.#clock = clock;
    this.#show = show;
  }

  start(person: Person): void {
    const now = this.#clock.monotonic();
    const before = this.#since.get(person);
    const due = !before || now - before.shown >= repeatMs;
    this.#since.delete(person);
    this.#since.set(person, { repeated: now, shown: due ? now : before.shown });
    if (due) this.#show(person, true);
    this.#cancel ??= this.#clock.after(typingLapseMs, () => this.#lapse());
  }

  stop(person: Person): void {
    if (this.#since.delete(person)) this.#show(person, false);
  }

  close(): void {
    this.#cancel?.();
  }

  #lapse(): void {
    this.#cancel = undefined;
    const now = this.#clock.monotonic();
    for (const [person, { repeated }] of this.#since) {
      const left = repeated + typingLapseMs - now;
      if (left > 0) {
        this.#cancel = this.#clock.after(left, () => this.#lapse());
        return;
      }
      this.stop(person);
    }
  }
}
