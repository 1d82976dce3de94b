import type { DisplayName, UserId } from "../protocol/ids.ts";
import type { User } from "../protocol/server-frames.ts";
import type { Arrival, NamedUser, NodeId } from "./hints.ts";

/** Those whom another node has in a room; of a large room, how many. */
export type Part = readonly NamedUser[] | number;

/** Who is in a room on this node, and what it does when others come and go on other nodes. */
export interface Here {
  /** Those who are in it on this node, and how many they are. */
  readonly members: readonly NamedUser[];
  readonly size: number;
  /** How many are in the room, on all nodes. */
  readonly count: number;
  has(id: UserId): boolean;
  /** Somebody is in the room now who was not. `quiet`: not to be told one by one. [K5] */
  met(user: User, quiet: boolean): void;
  /** Somebody is not in the room any more. */
  missed(user: User): void;
  renamed(user: User, was: DisplayName): void;
  /** A node counts its members in place of naming them, or counted anew. */
  recounted(): void;
}

/** What this node's members do, for the other nodes to hear of. */
export interface Told {
  came(user: NamedUser, quiet: boolean): void;
  went(id: UserId): void;
}

/** What people are called on other nodes, as long as one names them in a room. */
export class Directory {
  readonly #known = new Map<UserId, { user: NamedUser; rooms: number }>();

  find(id: UserId): NamedUser | undefined {
    return this.#known.get(id)?.user;
  }

  enter(user: NamedUser): void {
    this.#known.set(user.id, { user, rooms: (this.#known.get(user.id)?.rooms ?? 0) + 1 });
  }

  rename(user: NamedUser): void {
    const known = this.#known.get(user.id);
    if (known) known.user = user;
  }

  leave(id: UserId): void {
    const known = this.#known.get(id);
    if (known && --known.rooms === 0) this.#known.delete(id);
  }
}

/** As clients read them. */
const plain = ({ id, name }: NamedUser): User => ({ id, name });

type Members = Map<UserId, User>;
const none: ReadonlyMap<UserId, User> = new Map();
const listed = (part: Members | number | undefined) => (typeof part === "object" ? part : none);

/**
 * Who is in a room through other nodes, node by node. Somebody who is there through two is one member, and neither comes
 * nor goes before the first does and after the last. Of a single node it is empty.
 */
export class Elsewhere {
  /** The room on this node, while there is one. */
  here: Here | undefined;
  /** Hears of this node's own members. */
  readonly told: Told | undefined;
  readonly #directory: Directory;
  readonly #parts = new Map<NodeId, Members | number>();

  constructor(directory = new Directory(), told?: Told) {
    this.#directory = directory;
    this.told = told;
  }

  get isEmpty(): boolean {
    return this.#parts.size === 0;
  }

  /** Whether a node has anybody in the room. */
  isOn(node: NodeId): boolean {
    return this.#parts.has(node);
  }

  /** Whether some node tells only how many it has. */
  get isCounted(): boolean {
    return this.#parts.size > 0 && [...this.#parts.values()].some((part) => typeof part === "number");
  }

  has(id: UserId): boolean {
    return this.#parts.size > 0 && this.#hasNamed(id);
  }

  /** Those of its members whom `here` does not have, each once; without those who are only counted. */
  *besides(here: { has(id: UserId): boolean }): Generator<User> {
    const earlier: ReadonlyMap<UserId, User>[] = [];
    for (const part of this.#parts.values()) {
      for (const user of listed(part).values()) {
        if (!here.has(user.id) && !earlier.some((other) => other.has(user.id))) yield user;
      }
      earlier.push(listed(part));
    }
  }

  /** How many there are besides those whom `here` has. Who is on two nodes that only count is counted twice. */
  countBesides(here: { has(id: UserId): boolean }): number {
    if (this.#parts.size === 0) return 0;
    let count = 0;
    for (const part of this.#parts.values()) if (typeof part === "number") count += part;
    for (const _ of this.besides(here)) count++;
    return count;
  }

  /** A node's members come and go. */
  change(node: NodeId, arrivals: readonly Arrival[], left: readonly UserId[]): void {
    const part = this.#parts.get(node);
    // Told by a node that has begun to count: the count is what is told next.
    if (typeof part === "number") return;
    const members: Members = part ?? new Map();
    this.#parts.set(node, members);
    for (const id of left) this.#remove(members, id);
    for (const { quiet, ...user } of arrivals) this.#add(node, members, user, quiet === true);
    if (members.size === 0) this.#parts.delete(node);
  }

  /** A node has these and nobody else. `quiet`: those who are new are not told one by one. */
  replace(node: NodeId, after: Part, quiet: boolean): void {
    const before = this.#parts.get(node);
    if (typeof before === "number" || typeof after === "number") return this.#recount(node, before, after);
    const present = new Set(after.map(({ id }) => id));
    const gone = [...(before?.keys() ?? [])].filter((id) => !present.has(id));
    this.change(
      node,
      after.map((user) => (quiet ? { ...user, quiet } : user)),
      gone,
    );
  }

  /** A node's member has another name now. */
  rename(node: NodeId, user: NamedUser): void {
    const members = this.#parts.get(node);
    if (typeof members === "object" && members.has(user.id)) this.#add(node, members, user, false);
  }

  #hasNamed(id: UserId): boolean {
    return [...this.#parts.values()].some((part) => listed(part).has(id));
  }

  #add(node: NodeId, members: Members, named: NamedUser, quiet: boolean): void {
    const user = plain(named);
    const known = members.get(user.id);
    const isNew = !this.here?.has(user.id) && !this.has(user.id);
    members.set(user.id, user);
    if (!known) {
      this.#directory.enter(named);
      if (isNew) this.here?.met(user, quiet);
    } else if (known.name !== user.name) {
      this.#directory.rename(named);
      if (!this.here?.has(user.id) && !this.#isCalled(user, node)) this.here?.renamed(user, known.name);
    }
  }

  #remove(members: Members, id: UserId): void {
    const user = members.get(id);
    if (!user) return;
    members.delete(id);
    this.#directory.leave(id);
    if (!this.here?.has(id) && !this.has(id)) this.here?.missed(user);
  }

  /** A node counts its members, or names them again. */
  #recount(node: NodeId, before: Members | number | undefined, after: Part): void {
    for (const id of listed(before).keys()) this.#directory.leave(id);
    const part = typeof after === "number" ? after : new Map(after.map((user) => [user.id, plain(user)]));
    if (typeof after !== "number") for (const user of after) this.#directory.enter(user);
    if (part === 0 || (typeof part === "object" && part.size === 0)) this.#parts.delete(node);
    else this.#parts.set(node, part);
    this.here?.recounted();
  }

  /** Whether another node calls somebody by this name already. */
  #isCalled({ id, name }: User, but: NodeId): boolean {
    return [...this.#parts].some(([node, part]) => node !== but && listed(part).get(id)?.name === name);
  }
}
