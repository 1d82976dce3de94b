import type { RoomName } from "../protocol/ids.ts";
import type { Elsewhere, Part } from "./elsewhere.ts";
import type { Hint, NamedUser, NodeId, RoomChange, RoomRoll } from "./hints.ts";

type Roll = Extract<Hint, { type: "roll" }>;
type News = Extract<Hint, { type: "news" }>;

/** Where the rooms are that another node tells of. */
export interface Rooms {
  elsewhere(room: RoomName): Elsewhere;
  /** Something changed in a room through another node. */
  touched(room: RoomName): void;
  /** Somebody is called so on another node. */
  named(user: NamedUser): void;
}

/**
 * What is known of another node's members. Its news are taken one after the other, without a gap; after a gap nothing
 * is, until its roll has come.
 */
export class OtherNode {
  readonly id: NodeId;
  /** When it was heard last, by the monotonic clock. */
  heardAt = 0;
  /** When it was asked for its roll last. */
  askedAt = Number.NEGATIVE_INFINITY;
  /** How many clients it has. */
  lines = 0;
  readonly #rooms: Rooms;
  /** As of which of its news its members are known; none before the first roll. */
  #version: number | undefined;
  #collecting: { readonly version: number; readonly parts: Map<number, readonly RoomRoll[]> } | undefined;
  /** Rooms that it has somebody in. */
  readonly #names = new Set<RoomName>();

  constructor(id: NodeId, rooms: Rooms) {
    this.id = id;
    this.#rooms = rooms;
  }

  /** Takes its next news; `false` if some before are missing. */
  hear({ version, changes, renamed }: News): boolean {
    // A node that is new has told nothing before its first news.
    this.#version ??= version === 1 ? 0 : undefined;
    if (this.#version === undefined) return false;
    if (version <= this.#version) return true;
    if (version > this.#version + 1) return false;
    this.#version = version;
    for (const change of changes) this.#apply(change);
    for (const user of renamed) {
      for (const room of this.#names) this.#rooms.elsewhere(room).rename(this.id, user);
      this.#rooms.named(user);
    }
    return true;
  }

  /** Whether nothing is missing of what it has told up to a version. */
  isKnownUpTo(version: number): boolean {
    this.#version ??= version === 0 ? 0 : undefined;
    return this.#version !== undefined && version <= this.#version;
  }

  /** Takes a part of its roll; with the last one, all of its members are known. */
  read({ version, part, parts, rooms }: Roll): void {
    if (this.#version !== undefined && version <= this.#version) return;
    if ((this.#collecting?.version ?? -1) > version) return;
    if (this.#collecting?.version !== version) this.#collecting = { version, parts: new Map() };
    this.#collecting.parts.set(part, rooms);
    if (this.#collecting.parts.size < parts) return;
    const rolls = [...this.#collecting.parts.values()].flat();
    this.#collecting = undefined;
    // Those of a node that is heard for the first time did not come just now.
    const isFirst = this.#version === undefined;
    this.#version = version;
    const present = new Set(rolls.map(({ room }) => room));
    for (const room of [...this.#names]) if (!present.has(room)) this.#put(room, [], false);
    for (const roll of rolls) this.#put(roll.room, partOf(roll), isFirst);
  }

  /** It is gone, and so is everybody who is nowhere else. */
  forget(): void {
    for (const room of [...this.#names]) this.#put(room, [], false);
  }

  #apply(change: RoomChange): void {
    if (!("in" in change)) return this.#put(change.room, partOf(change), false);
    const elsewhere = this.#rooms.elsewhere(change.room);
    elsewhere.change(this.id, change.in, change.out);
    this.#note(change.room, elsewhere, change.in);
  }

  #put(room: RoomName, part: Part, quiet: boolean): void {
    const elsewhere = this.#rooms.elsewhere(room);
    elsewhere.replace(this.id, part, quiet);
    this.#note(room, elsewhere, typeof part === "number" ? [] : part);
  }

  #note(room: RoomName, elsewhere: Elsewhere, members: readonly NamedUser[]): void {
    if (elsewhere.isOn(this.id)) this.#names.add(room);
    else this.#names.delete(room);
    this.#rooms.touched(room);
    for (const user of members) this.#rooms.named(user);
  }
}

const partOf = (roll: RoomRoll): Part => ("count" in roll ? roll.count : roll.members);
