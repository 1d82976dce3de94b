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
  joined(user: User, quiet: boolean): void;
  /** Somebody is not in the room any more. */
  left(user: User): void;
  renamed(user: User, was: DisplayName): void;
  /** A node counts its members in place of naming them, or counted anew. */
  recounted(): void;
}

/** Hears what the members of a room on this node do, so that the other nodes do too. */
export interface OwnListener {
  joined(user: NamedUser, quiet: boolean): void;
  left(id: UserId): void;
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

  /** A node names somebody in one more room. */
  enter(user: NamedUser): void {
    this.#known.set(user.id, { user, rooms: (this.#known.get(user.id)?.rooms ?? 0) + 1 });
  }

  rename(user: NamedUser): void {
    const known = this.#known.get(user.id);
    if (known) known.user = user;
  }

  /** A node names somebody in one room less; after the last one nothing is known of them. */
  leave(id: UserId): void {
    const known = this.#known.get(id);
    if (known && --known.rooms === 0) this.#known.delete(id);
  }
}

/** Whether somebody's name is a later one than another of theirs; of two as late the latter in the alphabet is. */
export const isLater = (one: NamedUser, other: NamedUser): boolean => {
  const [renames, before] = [one.renames ?? 0, other.renames ?? 0];
  return renames === before ? one.name > other.name : renames > before;
};

/** As clients read them. */
const plain = ({ id, name }: NamedUser): User => ({ id, name });

/** What a node calls somebody whom it has in a room. */
interface Named {
  readonly node: NodeId;
  user: NamedUser;
}

/**
 * Who is in a room through other nodes, node by node. Somebody who is there through two is one member, and neither comes
 * nor goes before the first does and after the last. Of a single node it is empty.
 */
export class Elsewhere {
  /** The room on this node, while there is one. */
  here: Here | undefined;
  readonly listener: OwnListener | undefined;
  readonly #directory: Directory;
  /** Everybody who is named, by whom: one node as a rule. */
  readonly #members = new Map<UserId, Named[]>();
  /** How many each node names, and how many those have that only count. */
  readonly #naming = new Map<NodeId, number>();
  readonly #counting = new Map<NodeId, number>();

  constructor(directory = new Directory(), listener?: OwnListener) {
    this.#directory = directory;
    this.listener = listener;
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

  /** Somebody who is there by name. Of several nodes that call them differently, the later name is theirs. */
  find(id: UserId): NamedUser | undefined {
    let found: NamedUser | undefined;
    for (const { user } of this.#members.get(id) ?? []) if (!found || isLater(user, found)) found = user;
    return found;
  }

  /** Those of its members whom `here` does not have, each once; without those who are only counted. */
  *besides(here: { has(id: UserId): boolean }): Generator<User> {
    for (const id of this.#members.keys()) {
      const user = here.has(id) ? undefined : this.find(id);
      if (user) yield plain(user);
    }
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
      const before = this.find(id);
      this.#remove(node, id);
      if (before) this.#show(id, before, false);
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
    const before = this.find(named.id);
    const known = this.#members.get(named.id)?.find((one) => one.node === node);
    if (!known) this.#enter(node, named);
    else if (known.user.name !== named.name) this.#directory.rename(named);
    if (known) known.user = named;
    this.#show(named.id, before, quiet);
  }

  /** Tells those who are here what has become of somebody who is not, and was shown to them as `before`. */
  #show(id: UserId, before: NamedUser | undefined, quiet: boolean): void {
    const after = this.find(id);
    if (!this.here || this.here.has(id)) return;
    if (!before) return after && this.here.joined(plain(after), quiet);
    if (!after) return this.here.left(plain(before));
    if (after.name !== before.name) this.here.renamed(plain(after), before.name);
  }

  #enter(node: NodeId, named: NamedUser): void {
    const one: Named = { node, user: named };
    const others = this.#members.get(named.id);
    if (others) others.push(one);
    else this.#members.set(named.id, [one]);
    this.#naming.set(node, (this.#naming.get(node) ?? 0) + 1);
    this.#directory.enter(named);
  }

  #remove(node: NodeId, id: UserId): void {
    const all = this.#members.get(id);
    const index = all?.findIndex((named) => named.node === node) ?? -1;
    if (!all || index < 0) return;
    all.splice(index, 1);
    if (all.length === 0) this.#members.delete(id);
    const left = (this.#naming.get(node) ?? 1) - 1;
    if (left === 0) this.#naming.delete(node);
    else this.#naming.set(node, left);
    this.#directory.leave(id);
  }

  /** A node counts its members, or names them again. */
  #recount(node: NodeId, after: Part): void {
    for (const id of this.#idsOf(node)) this.#remove(node, id);
    this.#counting.delete(node);
    if (typeof after !== "number") for (const user of after) this.#enter(node, user);
    else if (after > 0) this.#counting.set(node, after);
    this.here?.recounted();
  }
}
