import type { RoomName, UserId } from "../protocol/ids.ts";
import { presenceListLimit } from "../protocol/limits.ts";
import type { User } from "../protocol/server-frames.ts";
import type { Here } from "./elsewhere.ts";
import type { Arrival, Hint, NamedUser, NodeId, RoomChange, RoomRoll, Typist } from "./hints.ts";
import type { Clock } from "./ports.ts";

/** How often the count of a large room is told at the most, in milliseconds. */
const countEveryMs = 1_000;
/** People named in one hint, more or less, so that it can be carried. */
const hintLimit = 1_000;

export interface OwnNewsOptions {
  readonly node: NodeId;
  readonly clock: Clock;
  readonly tell: (hint: Hint) => void;
  /** How many clients have a line to this node. */
  readonly lines: () => number;
  /** A room that somebody is in here. */
  readonly roomOf: (room: RoomName) => Here | undefined;
}

/**
 * What this node tells the others of its own members. Changes go out at once, those of one turn of the loop together; of
 * a room of more than 200 members only the count, once a second. Everybody is told again only to who asks.
 */
export class OwnNews {
  readonly #options: OwnNewsOptions;
  #version = 0;
  /** How the members of each room were told last. */
  readonly #told = new Map<RoomName, "names" | "count">();
  readonly #pending = new Map<RoomName, Map<UserId, Arrival | undefined>>();
  readonly #counts = new Set<RoomName>();
  #renamed: NamedUser[] = [];
  #typists: Typist[] = [];
  #isFlushDue = false;
  #cancelCounts: (() => void) | undefined;

  constructor(options: OwnNewsOptions) {
    this.#options = options;
  }

  joined(room: RoomName, user: NamedUser, quiet: boolean): void {
    if (this.#isCounted(room)) return this.#countSoon(room);
    this.#told.set(room, "names");
    this.#note(room, user.id, quiet ? { ...user, quiet } : user);
  }

  left(room: RoomName, id: UserId): void {
    if (this.#isCounted(room)) return this.#countSoon(room);
    this.#note(room, id, undefined);
    if (!this.#options.roomOf(room)?.size) this.#told.delete(room);
  }

  renamed(user: NamedUser): void {
    this.#renamed.push(user);
    this.#flushSoon();
  }

  /** Somebody types: past a bound it is not told. */
  types(room: RoomName, user: User, active: boolean): void {
    if (this.#typists.length < hintLimit) this.#typists.push({ room, user, active });
    this.#flushSoon();
  }

  /** Something changed in a room through another node: it may be small enough by now to name its members. */
  touched(room: RoomName): void {
    if (this.#told.get(room) === "count" && !this.#isLarge(room)) this.#countSoon(room);
  }

  /** Says that this node is here, and how far its news have come. */
  tellAlive(): void {
    this.#options.tell({ type: "alive", ...this.#from() });
  }

  /** Tells of everybody. */
  tellRoll(): void {
    this.#flushCounts();
    this.flush();
    const rooms = [...this.#told].flatMap(([room, how]): RoomRoll[] => {
      const here = this.#options.roomOf(room);
      if (!here) return [];
      return [how === "count" ? { room, count: here.size } : { room, members: here.members }];
    });
    const parts = inParts(rooms);
    for (const [part, some] of parts.entries()) {
      this.#options.tell({ type: "roll", ...this.#from(), part, parts: parts.length, rooms: some });
    }
  }

  /** Tells what was gathered. */
  flush(): void {
    this.#isFlushDue = false;
    const changes = [...this.#pending].map(([room, members]) => ({
      room,
      in: [...members.values()].filter((member) => member !== undefined),
      out: [...members].flatMap(([id, member]) => (member ? [] : [id])),
    }));
    this.#pending.clear();
    this.#tellNews(changes, this.#renamed.splice(0));
    const typists = this.#typists.splice(0);
    if (typists.length > 0) this.#options.tell({ type: "typing", node: this.#options.node, typists });
  }

  close(): void {
    this.#flushCounts();
    this.flush();
  }

  #from() {
    const { node, lines } = this.#options;
    return { node, version: this.#version, lines: lines() };
  }

  #isLarge(room: RoomName): boolean {
    return (this.#options.roomOf(room)?.count ?? 0) > presenceListLimit;
  }

  #isCounted(room: RoomName): boolean {
    return this.#told.get(room) === "count" || this.#counts.has(room) || this.#isLarge(room);
  }

  #note(room: RoomName, id: UserId, arrival: Arrival | undefined): void {
    const members = this.#pending.get(room) ?? new Map<UserId, Arrival | undefined>();
    this.#pending.set(room, members.set(id, arrival));
    this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    this.#options.clock.soon(() => this.#isFlushDue && this.flush());
  }

  #countSoon(room: RoomName): void {
    this.#counts.add(room);
    this.#cancelCounts ??= this.#options.clock.after(countEveryMs, () => this.#flushCounts());
  }

  #flushCounts(): void {
    this.#cancelCounts?.();
    this.#cancelCounts = undefined;
    const rooms = [...this.#counts];
    this.#counts.clear();
    const changes = rooms.map((room): RoomRoll => {
      this.#pending.delete(room);
      const here = this.#options.roomOf(room);
      const isLarge = this.#isLarge(room);
      if (here?.size) this.#told.set(room, isLarge ? "count" : "names");
      else this.#told.delete(room);
      return here && isLarge ? { room, count: here.size } : { room, members: here?.members ?? [] };
    });
    this.#tellNews(changes, []);
  }

  #tellNews(changes: readonly RoomChange[], renamed: readonly NamedUser[]): void {
    if (changes.length === 0 && renamed.length === 0) return;
    for (const some of inParts(changes)) {
      this.#version++;
      this.#options.tell({ type: "news", ...this.#from(), changes: some, renamed });
    }
  }
}

/** How many people a change names. */
const sizeOf = (change: RoomChange): number =>
  1 + ("in" in change ? change.in.length + change.out.length : "members" in change ? change.members.length : 0);

/** Rooms by so many people at a time; at least one part. */
function inParts<T extends RoomChange>(changes: readonly T[]): T[][] {
  const parts: T[][] = [[]];
  let size = 0;
  for (const change of changes) {
    size += sizeOf(change);
    if (size > hintLimit && parts.at(-1)?.length) {
      parts.push([]);
      size = sizeOf(change);
    }
    parts.at(-1)?.push(change);
  }
  return parts;
}
