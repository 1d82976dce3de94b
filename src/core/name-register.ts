import type { UserId } from "../protocol/ids.ts";
import type { NodeId } from "./hints.ts";
import type { NameKey } from "./name-keys.ts";

/** A key of a name, and whose name it is. */
export interface NameClaim {
  readonly key: NameKey;
  readonly user: UserId;
}

/**
 * Which names are in use on all the nodes that share a store. A claim belongs to a user, through any number of nodes,
 * and is good for as long as one of these nodes lives. `test/store/name-register-contract.ts` is its contract.
 */
export interface NameRegister {
  /**
   * Says that a node lives; it is to be said every {@link renewMs}. A node that has not for {@link leaseMs} loses its
   * claims to the next node that says so, unless that one was away itself: after an outage of the store, all have time
   * to come back. Answers whether the node's earlier claims are there still.
   */
  renew(node: NodeId): Promise<boolean>;
  /** Claims keys through a node, each unless it is another user's; no key twice. Answers which ones are theirs now. */
  claim(node: NodeId, claims: readonly NameClaim[]): Promise<ReadonlySet<NameKey>>;
  /** Gives keys up through a node: they are free once no other node has them for the same user. */
  release(node: NodeId, claims: readonly NameClaim[]): Promise<void>;
  /** Which of these keys are another user's. */
  taken(user: UserId, keys: readonly NameKey[]): Promise<ReadonlySet<NameKey>>;
  /** A node ends: its claims are good for {@link endedLeaseMs} more, and those who were on it find their names elsewhere. [K5] */
  part(node: NodeId): Promise<void>;
}

/** How often a node says that it lives, how long that is good for, and how long once it has ended; in milliseconds. */
export const renewMs = 5_000;
export const leaseMs = 20_000;
export const endedLeaseMs = 10_000;
