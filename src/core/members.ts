import { accepted, type Result } from "../protocol/codes.ts";
import type { DisplayName, RoomName } from "../protocol/ids.ts";
import type { Seat } from "./audience.ts";
import { Delay } from "./delay.ts";
import { isLater } from "./elsewhere.ts";
import type { NamedUser } from "./hints.ts";
import { Names, type NamesOptions } from "./names.ts";
import { namedUser, type Person } from "./people.ts";
import type { Room } from "./room.ts";
import { type Soon, then } from "./soon.ts";

/** How long somebody whose line broke has to come back without having left. [K5] */
export const graceMs = 10_000;

export interface MembersOptions extends Omit<NamesOptions, "onRenamed"> {
  /** The rooms that somebody is in. */
  readonly rooms: ReadonlyMap<RoomName, Room>;
  /** Somebody has left a room: it may be empty. */
  readonly onLeft: (room: Room) => void;
  /** Somebody has another name now, and their rooms know. `asked`: they asked for it here. */
  readonly onRenamed: (person: Person, asked: boolean) => void;
}

/** Those who have a line to this node: what they are called, and how they come into rooms and go. */
export class Members {
  /** Who may have which name. */
  readonly names: Names;
  readonly #options: MembersOptions;
  /** Those whose line broke, until they are back or have left. [K5] */
  readonly #departures: Delay;
  /** Just started: who returns is counted, not announced. [K5] */
  #quiet = true;
  readonly #cancelQuiet: () => void;

  constructor(options: MembersOptions) {
    this.#options = options;
    this.names = new Names({ ...options, onRenamed: (person, was) => this.#tellRenamed(person, was, false) });
    this.#departures = new Delay(options.clock, graceMs);
    this.#cancelQuiet = options.clock.after(graceMs, () => this.#endQuiet());
  }

  /** Makes somebody a member of a room, by one more seat. */
  enter(room: Room, person: Person, seat: Seat): void {
    if (room.presence.enter(person, seat, this.#quiet && person.returned)) this.names.people.hold(person);
  }

  /** Takes a seat away. With the last one somebody leaves: at once if they meant it, else after the grace period. [K5] */
  vacate(room: Room, person: Person | undefined, seat: Seat, left: boolean): void {
    room.audience.remove(seat);
    if (!person) return this.#options.onLeft(room);
    room.typing.stop(person.user.id);
    const absence = room.presence.vacate(person, seat);
    if (!absence) return;
    if (left) this.#depart(room, person);
    else this.#departures.add(() => room.presence.isAbsent(person, absence) && this.#depart(room, person));
  }

  /** Gives somebody another name and tells their rooms. Refused: as by {@link Names.rename}. */
  rename(person: Person, name: DisplayName): Soon<Result<unknown>> {
    if (name === person.user.name) return accepted(undefined);
    return then(this.names.rename(person, name), (renamed) => {
      if (renamed.ok) this.#tellRenamed(person, renamed.value.was, true);
      return renamed;
    });
  }

  /** Somebody is called so on another node. If that is the later name, or of two as late the latter, they have it here. */
  adopt(named: NamedUser): void {
    const { id, name, renames = 0 } = named;
    const person = this.names.people.find(id);
    if (!person || person.user.name === name) return;
    if (isLater(named, namedUser(person))) void this.names.adopt(person, name, renames);
    else this.#options.onRenamed(person, true);
  }

  async close(): Promise<void> {
    this.#cancelQuiet();
    this.#departures.close();
    await this.names.close();
  }

  #depart(room: Room, person: Person): void {
    const { id } = person.user;
    if (!room.presence.has(id) || room.presence.seatsOf(id).length > 0) return;
    room.presence.depart(person);
    this.names.people.letGo(person);
    this.#options.onLeft(room);
  }

  #tellRenamed(person: Person, was: DisplayName, asked: boolean): void {
    for (const { presence } of this.#options.rooms.values()) {
      if (presence.has(person.user.id)) presence.renamed(person.user, was);
    }
    this.#options.onRenamed(person, asked);
  }

  #endQuiet(): void {
    this.#quiet = false;
    for (const room of this.#options.rooms.values()) room.presence.announceQuiet();
  }
}
