import type { DisplayName, RoomName, UserId } from "../protocol/ids.ts";
import { presenceListLimit } from "../protocol/limits.ts";
import type { User } from "../protocol/server-frames.ts";
import type { Seat } from "./audience.ts";
import type { Elsewhere, Here } from "./elsewhere.ts";
import type { NamedUser } from "./hints.ts";
import { namedUser, type Person } from "./people.ts";
import type { Clock, RoomFrame } from "./ports.ts";

/** The time in which somebody has no seat, from one break to their return. */
export type Absence = readonly Seat[];

/** How often a large room tells its count at the most. */
const countEveryMs = 1_000;

/** Somebody who is in a room by this node. */
interface Member {
  readonly person: Person;
  /** Not a set: most people have one seat, and a set takes four times as much. */
  seats: readonly Seat[];
}

/**
 * Who is in a room, by whatever node. Up to 200 members everybody reads who comes and goes; past that, only how many
 * there are, once a second at the most: a join storm then costs O(members), not O(members²).
 */
export class Presence implements Here {
  readonly #room: RoomName;
  readonly #clock: Clock;
  readonly #show: (frame: RoomFrame) => void;
  readonly #elsewhere: Elsewhere;
  readonly #members = new Map<UserId, Member>();
  #cancelCount: (() => void) | undefined;
  /** Whether members read a count in place of names, because there were too many to list. */
  #counting = false;
  /** Whether somebody came in without the others being told. */
  #unannounced = false;
  /** Grows with every change, so that who was catching up meanwhile can be told. */
  version = 0;

  constructor(room: RoomName, clock: Clock, elsewhere: Elsewhere, show: (frame: RoomFrame) => void) {
    this.#room = room;
    this.#clock = clock;
    this.#show = show;
    this.#elsewhere = elsewhere;
    elsewhere.here = this;
  }

  /** How many are in the room, on all nodes. */
  get count(): number {
    return this.#members.size + this.#elsewhere.countBesides(this.#members);
  }

  /** Those who are in it on this node. */
  get members(): readonly NamedUser[] {
    return [...this.#members.values()].map(({ person }) => namedUser(person));
  }

  /** How many of them there are. */
  get size(): number {
    return this.#members.size;
  }

  has(id: UserId): boolean {
    return this.#members.has(id);
  }

  seatsOf(id: UserId): readonly Seat[] {
    return this.#members.get(id)?.seats ?? [];
  }

  /** `{count, members?}`, as `joined` and `members` tell it. */
  roll() {
    const { count } = this;
    if (count > presenceListLimit || this.#elsewhere.isCounted) return { count };
    const here = [...this.#members.values()].map(({ person }) => person.user);
    return { count, members: [...here, ...this.#elsewhere.besides(this.#members)] };
  }

  /** Takes a seat; whether the person is new in the room on this node. `quiet`: the others are not told one by one. [K5] */
  enter(person: Person, seat: Seat, quiet: boolean): boolean {
    const { user } = person;
    const member = this.#members.get(user.id);
    if (member) {
      // Not the seats that they left behind: those name an absence, and it is over.
      member.seats = [...member.seats, seat];
      return false;
    }
    const elsewhere = this.#elsewhere.find(user.id);
    const isNew = !elsewhere;
    this.#members.set(user.id, { person, seats: [seat] });
    if (isNew && quiet) this.#unannounced = true;
    this.#changed(isNew && !quiet ? { type: "user_joined", user } : undefined);
    // Who asks for another name as they come in by one more node.
    if (elsewhere) this.#showName(user, elsewhere.name);
    this.#elsewhere.listener?.joined(namedUser(person), quiet);
    return true;
  }

  /**
   * Gives a seat up. With the last one the person is absent, though in the room until {@link depart}:
   * the answer names that absence, and nothing else that may follow when they are back. [K5]
   */
  vacate(person: Person, seat: Seat): Absence | undefined {
    const member = this.#members.get(person.user.id);
    if (!member) return undefined;
    if (member.seats.includes(seat)) member.seats = member.seats.filter((one) => one !== seat);
    return member.seats.length === 0 ? member.seats : undefined;
  }

  /** Whether somebody has been absent ever since {@link vacate} said so. */
  isAbsent(person: Person, since: Absence): boolean {
    return this.#members.get(person.user.id)?.seats === since;
  }

  /** Takes a person without a seat out of the room on this node. */
  depart({ user }: Person): void {
    this.#members.delete(user.id);
    const elsewhere = this.#elsewhere.find(user.id);
    this.#changed(elsewhere ? undefined : { type: "user_left", user });
    if (elsewhere) this.#showName({ id: elsewhere.id, name: elsewhere.name }, user.name);
    // Their room may have been lost, and they be back in the one that took its place. [L4]
    if (!this.#elsewhere.here?.has(user.id)) this.#elsewhere.listener?.left(user.id);
  }

  joined(user: User, quiet: boolean): void {
    this.#changed(quiet ? undefined : { type: "user_joined", user });
    // Where many come at once, as after a node's start, they are told as a list.
    if (quiet) this.#tellRollSoon();
  }

  left(user: User): void {
    this.#changed({ type: "user_left", user });
  }

  renamed(user: User, was: DisplayName): void {
    this.version++;
    this.#show({ type: "user_renamed", room: this.#room, user, was });
  }

  recounted(): void {
    this.#changed(undefined);
    this.#tellRollSoon();
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
    if (this.#elsewhere.here === this) this.#elsewhere.here = undefined;
  }

  /** Tells of a name, if it is another one than they were shown by. */
  #showName(user: User, was: DisplayName): void {
    if (user.name !== was) this.renamed(user, was);
  }

  #changed(change: { readonly type: "user_joined" | "user_left"; readonly user: User } | undefined): void {
    this.version++;
    const { count } = this;
    if (count > presenceListLimit || this.#counting || this.#elsewhere.isCounted) this.#tellRollSoon();
    else if (change) this.#show({ type: change.type, room: this.#room, user: change.user, count });
  }

  /** Who is here, or how many, in place of what has changed within a second. */
  #tellRollSoon(): void {
    this.#counting = true;
    this.#cancelCount ??= this.#clock.after(countEveryMs, () => {
      this.#cancelCount = undefined;
      this.#counting = this.count > presenceListLimit;
      this.#show(this.rollFrame());
    });
  }
}
