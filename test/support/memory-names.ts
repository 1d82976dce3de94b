import type { NodeId } from "../../src/core/hints.ts";
import type { NameKey } from "../../src/core/name-keys.ts";
import { endedLeaseMs, leaseMs, type NameClaim, type NameRegister } from "../../src/core/name-register.ts";
import type { Clock } from "../../src/core/ports.ts";
import type { UserId } from "../../src/protocol/ids.ts";

/** A register of names that several nodes of a test share, by the test's clock. */
export class MemoryNames implements NameRegister {
  readonly #clock: Clock;
  readonly #nodes = new Map<NodeId, number>();
  readonly #claims = new Map<NameKey, { readonly user: UserId; readonly nodes: ReadonlySet<NodeId> }>();
  /** What each question waits for; a test sets it to fail or to hold one up. */
  step: (what: keyof NameRegister) => Promise<void> = async () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes it as if a node had not been heard for too long. */
  silence(node: NodeId): void {
    this.#nodes.set(node, Number.NEGATIVE_INFINITY);
  }

  /** Makes it as if another node had noticed that. */
  forget(node: NodeId): void {
    this.#nodes.delete(node);
  }

  async renew(node: NodeId): Promise<boolean> {
    await this.step("renew");
    const now = this.#clock.monotonic();
    const isInTime = (this.#nodes.get(node) ?? 0) > now;
    for (const [other, until] of this.#nodes) if (isInTime && until < now) this.#nodes.delete(other);
    const known = this.#nodes.has(node);
    this.#nodes.set(node, now + leaseMs);
    return known;
  }

  async claim(node: NodeId, claims: readonly NameClaim[]): Promise<ReadonlySet<NameKey>> {
    await this.step("claim");
    const granted = new Set<NameKey>();
    for (const { key, user } of claims) {
      const held = this.#held(key);
      if (held && held.user !== user) continue;
      granted.add(key);
      this.#claims.set(key, { user, nodes: new Set(held?.nodes).add(node) });
    }
    return granted;
  }

  async release(node: NodeId, claims: readonly NameClaim[]): Promise<void> {
    await this.step("release");
    for (const { key, user } of claims) {
      const held = this.#held(key);
      if (held?.user !== user) continue;
      const nodes = new Set([...held.nodes].filter((other) => other !== node));
      if (nodes.size > 0) this.#claims.set(key, { user, nodes });
      else this.#claims.delete(key);
    }
  }

  async taken(user: UserId, keys: readonly NameKey[]): Promise<ReadonlySet<NameKey>> {
    await this.step("taken");
    return new Set(keys.filter((key) => (this.#held(key)?.user ?? user) !== user));
  }

  async part(node: NodeId): Promise<void> {
    await this.step("part");
    if (this.#nodes.has(node)) this.#nodes.set(node, this.#clock.monotonic() + endedLeaseMs);
  }

  /** A claim, as far as its nodes still live. */
  #held(key: NameKey) {
    const claim = this.#claims.get(key);
    const nodes = [...(claim?.nodes ?? [])].filter((node) => this.#nodes.has(node));
    return claim && nodes.length > 0 ? { user: claim.user, nodes: new Set(nodes) } : undefined;
  }
}
