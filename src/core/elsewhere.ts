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

  /** Lower case and capitals are the same, what merely looks like it is not. */
  named(name: DisplayName): NamedUser | undefined {
    const wanted = name.toLowerCase();
    for (const { user } of this.#known.values()) if (user.name.toLowerCase() === wanted) return user;
    return undefined;
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

/** What a node calls somebody whom it has in a room. */
interface Named {
  readonly node: NodeId;
  user: User;
}

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
  /** Everybody who is named, by whom: one node as a rule. */
  readonly #members = new Map<UserId, Named[]>();
  /** How many each node names, and how many those have that only count. */
  readonly #naming = new Map<NodeId, number>();
  readonly #counting = new Map<NodeId, number>();

  constructor(directory = new Directory(), told?: Told) {
    this.#directory = directory;
    this.told = told;
  }

  get isEmpty(): boolean {
    return this.#naming.size === 0 && this.#counting.size === 0;
  }

  /** Whether a node has anybody in the room. */
  isOn(node: NodeId): boolean {
    return this.#naming.has(node) || this.#counting.has(node);
  }

  /** Whether some node tells only how many it has. */
  get isCounted(): boolean {
    return this.#counting.size > 0;
  }

  has(id: UserId): boolean {
    return this.#members.has(id);
  }

  /** Those of its members whom `here` does not have, each once; without those who are only counted. */
  *besides(here: { has(id: UserId): boolean }): Generator<User> {
    for (const [id, [first]] of this.#members) if (first && !here.has(id)) yield first.user;
  }

  /** How many there are besides those whom `here` has. Who is on two nodes that only count is counted twice. */
  countBesides(here: { has(id: UserId): boolean }): number {
    let count = 0;
    for (const counted of this.#counting.values()) count += counted;
    for (const id of this.#members.keys()) if (!here.has(id)) count++;
    return count;
  }

  /** A node's members come and go. */
  change(node: NodeId, arrivals: readonly Arrival[], left: readonly UserId[]): void {
    // Told by a node that has begun to count: the count is what is told next.
    if (this.#counting.has(node)) return;
    for (const id of left) {
      const user = this.#remove(node, id);
      if (user && !this.here?.has(id) && !this.has(id)) this.here?.missed(user);
    }
    for (const { quiet, ...user } of arrivals) this.#add(node, user, quiet === true);
  }

  /** A node has these and nobody else. `quiet`: those who are new are not told one by one. */
  replace(node: NodeId, after: Part, quiet: boolean): void {
    if (this.#counting.has(node) || typeof after === "number") return this.#recount(node, after);
    const present = new Set(after.map(({ id }) => id));
    const gone = this.#idsOf(node).filter((id) => !present.has(id));
    this.change(
      node,
      after.map((user) => (quiet ? { ...user, quiet } : user)),
      gone,
    );
  }

  /** A node's member has another name now. */
  rename(node: NodeId, user: NamedUser): void {
    if (this.#members.get(user.id)?.some((named) => named.node === node)) this.#add(node, user, false);
  }

  #idsOf(node: NodeId): readonly UserId[] {
    if (!this.#naming.has(node)) return [];
    return [...this.#members].filter(([, all]) => all.some((named) => named.node === node)).map(([id]) => id);
  }

  #add(node: NodeId, named: NamedUser, quiet: boolean): void {
    const user = plain(named);
    const known = this.#members.get(user.id)?.find((one) => one.node === node);
    if (!known) {
      const isNew = !this.here?.has(user.id) && !this.has(user.id);
      this.#enter(node, named);
      if (isNew) this.here?.met(user, quiet);
      return;
    }
    const was = known.user.name;
    known.user = user;
    if (was === user.name) return;
    this.#directory.rename(named);
    if (!this.here?.has(user.id) && !this.#isCalled(user, node)) this.here?.renamed(user, was);
  }

  #enter(node: NodeId, named: NamedUser): void {
    const one: Named = { node, user: plain(named) };
    const others = this.#members.get(named.id);
    if (others) others.push(one);
    else this.#members.set(named.id, [one]);
    this.#naming.set(node, (this.#naming.get(node) ?? 0) + 1);
    this.#directory.enter(named);
  }

  /** What the node called whom it does not have any more, if it had them. */
  #remove(node: NodeId, id: UserId): User | undefined {
    const all = this.#members.get(id);
    const index = all?.findIndex((named) => named.node === node) ?? -1;
    const [removed] = index < 0 ? [] : (all?.splice(index, 1) ?? []);
    if (!removed) return undefined;
    if (all?.length === 0) this.#members.delete(id);
    const left = (this.#naming.get(node) ?? 1) - 1;
    if (left === 0) this.#naming.delete(node);
    else this.#naming.set(node, left);
    this.#directory.leave(id);
    return removed.user;
  }

  /** A node counts its members, or names them again. */
  #recount(node: NodeId, after: Part): void {
    for (const id of this.#idsOf(node)) this.#remove(node, id);
    this.#counting.delete(node);
    if (typeof after !== "number") for (const user of after) this.#enter(node, user);
    else if (after > 0) this.#counting.set(node, after);
    this.here?.recounted();
  }

  /** Whether another node calls somebody by this name already. */
  #isCalled({ id, name }: User, but: NodeId): boolean {
    return this.#members.get(id)?.some((named) => named.node !== but && named.user.name === name) ?? false;
  }
}
