import type { DisplayName, RoomName } from "../protocol/ids.ts";
import { presenceListLimit } from "../protocol/limits.ts";
import type { Seat } from "./audience.ts";
import type { Person } from "./people.ts";
import type { Clock, RoomFrame } from "./ports.ts";

/** The time in which somebody has no seat, from one break to their return. */
export type Absence = ReadonlySet<Seat>;

/** How often a large room tells its count at the most. */
const countEveryMs = 1_000;

/**
 * Who is in a room. Up to 200 members everybody reads who comes and goes; past that, only how many
 * there are, once a second at the most: a join storm then costs O(members), not O(members²).
 */
export class Presence {
  readonly #room: RoomName;
  readonly #clock: Clock;
  readonly #show: (frame: RoomFrame) => void;
  readonly #seats = new Map<Person, Set<Seat>>();
  #cancelCount: (() => void) | undefined;
  /** Whether members read a count in place of names, because there were too many to list. */
  #counting = false;
  /** Whether somebody came in without the others being told. */
  #unannounced = false;
  /** Grows with every change, so that who was catching up meanwhile can be told. */
  version = 0;

  constructor(room: RoomName, clock: Clock, show: (frame: RoomFrame) => void) {
    this.#room = room;
    this.#clock = clock;
    this.#show = show;
  }

  get count(): number {
    return this.#seats.size;
  }

  has(person: Person): boolean {
    return this.#seats.has(person);
  }

  seatsOf(person: Person): ReadonlySet<Seat> {
    return this.#seats.get(person) ?? noSeats;
  }

  /** `{count, members?}`, as `joined` and `members` tell it. */
  roll() {
    const count = this.count;
    return count > presenceListLimit ? { count } : { count, members: [...this.#seats.keys()].map(({ user }) => user) };
  }

  /** Takes a seat; whether the person is new in the room. `quiet`: the others are not told one by one. [K5] */
  enter(person: Person, seat: Seat, quiet: boolean): boolean {
    const seats = this.#seats.get(person);
    if (seats) {
      // Not the set that they left behind: that one names an absence, and it is over.
      if (seats.size === 0) this.#seats.set(person, new Set([seat]));
      else seats.add(seat);
      return false;
    }
    this.#seats.set(person, new Set([seat]));
    if (quiet) this.#unannounced = true;
    this.#changed(quiet ? undefined : { type: "user_joined", room: this.#room, user: person.user, count: this.count });
    return true;
  }

  /**
   * Gives a seat up. With the last one the person is absent, though in the room until {@link depart}:
   * the answer names that absence, and nothing else that may follow when they are back. [K5]
   */
  vacate(person: Person, seat: Seat): Absence | undefined {
    const seats = this.#seats.get(person);
    seats?.delete(seat);
    return seats?.size === 0 ? seats : undefined;
  }

  /** Whether somebody has been absent ever since {@link vacate} said so. */
  isAbsent(person: Person, since: Absence): boolean {
    return this.#seats.get(person) === since;
  }

  /** Takes a person without a seat out of the room. */
  depart(person: Person): void {
    this.#seats.delete(person);
    this.#changed({ type: "user_left", room: this.#room, user: person.user, count: this.count });
  }

  /** Tells that somebody has another name now. */
  tellRenamed(person: Person, was: DisplayName): void {
    this.version++;
    this.#show({ type: "user_renamed", room: this.#room, user: person.user, was });
  }

  /** Who is here, as a frame of its own. */
  rollFrame(): RoomFrame {
    const { count, members } = this.roll();
    return members
      ? { type: "members", room: this.#room, members, count }
      : { type: "presence", room: this.#room, count };
  }

  /** Tells who is here, if some came in quietly. */
  announceQuiet(): void {
    if (this.#unannounced) this.#show(this.rollFrame());
    this.#unannounced = false;
  }

  close(): void {
    this.#cancelCount?.();
  }

  #changed(frame: RoomFrame | undefined): void {
    this.version++;
    if (this.count > presenceListLimit || this.#counting) this.#countSoon();
    else if (frame) this.#show(frame);
  }

  #countSoon(): void {
    this.#counting = true;
    this.#cancelCount ??= this.#clock.after(countEveryMs, () => {
      this.#cancelCount = undefined;
      this.#counting = this.count > presenceListLimit;
      this.#show(this.rollFrame());
    });
  }
}

const noSeats: ReadonlySet<Seat> = new Set();
