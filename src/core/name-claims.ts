import type { UserId } from "../protocol/ids.ts";
import type { NodeId } from "./hints.ts";
import { looksGenerated, type NameKey } from "./name-keys.ts";
import { type NameClaim, type NameRegister, renewMs } from "./name-register.ts";
import { type Clock, StoreError } from "./ports.ts";
import type { Soon } from "./soon.ts";

/** Names in one question at the most. */
const batchLimit = 500;
/** Names that wait to be let go of: what would be more stays claimed for as long as this node lives. [B1] */
const releasesLimit = 20_000;
/** The wait before a store that was away is asked again. */
const retryMs = 1_000;

/** Whether a name is theirs on all nodes; `unknown` while the store is away, and found out once it is back. */
export type Verdict = "granted" | "taken" | "unknown";

export interface NameClaimsOptions {
  readonly register: NameRegister;
  readonly node: NodeId;
  readonly clock: Clock;
  /** Every key in use on this node, and by whom. */
  readonly inUse: ReadonlyMap<NameKey, UserId>;
  /** Told of who used a name while the store was away that is somebody else's. */
  readonly onLost: (id: UserId) => void;
}

interface Wish {
  readonly id: UserId;
  readonly keys: readonly NameKey[];
  readonly settle: (verdict: Verdict) => void;
}

/**
 * Keeps the names in use on this node claimed in the register that all nodes share. What is asked in one turn of the
 * loop, or while a question is under way, is one question. Nobody is sent away because the store is: a name that could
 * not be claimed is claimed later, and lost if somebody else has it by then.
 */
export class NameClaims {
  readonly #options: NameClaimsOptions;
  /** What the register is known to hold for this node. */
  readonly #claimed = new Map<NameKey, UserId>();
  /** What is in use here and was asked for without an answer: the register may hold it. */
  readonly #unsure = new Map<NameKey, UserId>();
  /** What it is still to be told to let go of. */
  readonly #releases = new Map<string, NameClaim>();
  #wishes: Wish[] = [];
  #working: Promise<void> | undefined;
  /** Whether the register was not told, or did not answer, something. */
  #isTroubled = false;
  /** Whether the last renewal was answered. */
  #isRenewed = true;
  #isClosed = false;
  #cancel = () => {};

  constructor(options: NameClaimsOptions) {
    this.#options = options;
    void this.#renew();
  }

  /** Claims what a name is known by for somebody who uses it here. */
  claim(id: UserId, keys: readonly NameKey[]): Soon<Verdict> {
    if (keys.every((key) => this.#claimed.get(key) === id)) return "granted";
    return new Promise((settle) => {
      this.#wishes.push({ id, keys, settle });
      this.#working ??= this.#work();
    });
  }

  /** Lets go of what somebody does not use here any more. */
  release(id: UserId, keys: readonly NameKey[]): void {
    for (const key of keys) {
      const isTheirs = this.#claimed.get(key) === id;
      if (isTheirs) this.#claimed.delete(key);
      else if (this.#unsure.get(key) !== id) continue;
      this.#unsure.delete(key);
      this.#letGo({ key, user: id });
    }
    if (this.#releases.size > 0) this.#working ??= this.#work();
  }

  /** Which of these keys somebody else uses, on any node; none as long as the store cannot tell. */
  async taken(id: UserId, keys: readonly NameKey[]): Promise<ReadonlySet<NameKey>> {
    try {
      return await this.#options.register.taken(id, keys);
    } catch (error) {
      this.#takeNote(error);
      return new Set();
    }
  }

  /** Leaves what was claimed to lapse, so that whoever was here finds their name on another node. [K5] */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    await this.#working;
    await this.#options.register.part(this.#options.node).catch((error: unknown) => this.#takeNote(error));
  }

  async #work(): Promise<void> {
    await Promise.resolve();
    while (this.#wishes.length > 0 || (this.#releases.size > 0 && !this.#isTroubled)) {
      const wishes = this.#wishes.splice(0, batchLimit);
      const releases = [...this.#releases.values()];
      this.#releases.clear();
      // In this order, and all of them: a name that was let go may be another's in the same turn, or theirs again.
      const asked: Promise<void>[] = [];
      for (let at = 0; at < releases.length; at += batchLimit)
        asked.push(this.#release(releases.slice(at, at + batchLimit)));
      await Promise.all([...asked, this.#claim(wishes)]);
    }
    this.#working = undefined;
  }

  #letGo(claim: NameClaim): void {
    if (this.#releases.size < releasesLimit) this.#releases.set(keyOf(claim), claim);
  }

  async #release(releases: readonly NameClaim[]): Promise<void> {
    const { register, node } = this.#options;
    try {
      await register.release(node, releases);
    } catch (error) {
      this.#takeNote(error);
      for (const claim of releases) if (this.#claimed.get(claim.key) !== claim.user) this.#letGo(claim);
    }
  }

  async #claim(wishes: readonly Wish[]): Promise<void> {
    if (wishes.length === 0) return;
    const { register, node } = this.#options;
    // Of two who wish for a key in one turn, the first has left by now.
    const claims = new Map(wishes.flatMap(({ id, keys }) => keys.map((key) => [key, { key, user: id }])));
    let granted: ReadonlySet<NameKey>;
    try {
      granted = await register.claim(node, [...claims.values()]);
    } catch (error) {
      this.#takeNote(error);
      for (const { id, keys, settle } of wishes) {
        for (const key of keys) this.#unsure.set(key, id);
        settle("unknown");
        this.#releaseUnused(id, keys);
      }
      return;
    }
    for (const { id, keys, settle } of wishes) {
      for (const key of keys) this.#unsure.delete(key);
      const theirs = keys.filter((key) => granted.has(key) && claims.get(key)?.user === id);
      for (const key of theirs) {
        this.#claimed.set(key, id);
        // It may be there again, of a release that failed: late, it would take away what is theirs now.
        this.#releases.delete(keyOf({ key, user: id }));
      }
      settle(theirs.length === keys.length ? "granted" : "taken");
      this.#releaseUnused(id, theirs);
    }
  }

  /** They may have gone while the question was under way. */
  #releaseUnused(id: UserId, keys: readonly NameKey[]): void {
    const { inUse } = this.#options;
    this.release(
      id,
      keys.filter((key) => inUse.get(key) !== id),
    );
  }

  async #renew(): Promise<void> {
    const { register, node } = this.#options;
    try {
      // After a renewal without an answer nobody can tell what was there before it, and whose it was meanwhile.
      const wasRenewed = this.#isRenewed;
      this.#isRenewed = false;
      const isKnown = (await register.renew(node)) && wasRenewed;
      this.#isRenewed = true;
      if (!isKnown) this.#claimed.clear();
      if (!isKnown || this.#isTroubled) {
        this.#isTroubled = false;
        await this.#claimAnew();
      }
    } catch (error) {
      this.#takeNote(error);
    }
    this.#renewIn(this.#isTroubled ? retryMs : renewMs);
  }

  /** In place of any renewal that was to come. */
  #renewIn(ms: number): void {
    this.#cancel();
    if (!this.#isClosed) this.#cancel = this.#options.clock.after(ms, () => void this.#renew());
  }

  /** Claims everything in use that is not claimed: what is lost by now is told. */
  async #claimAnew(): Promise<void> {
    const missing = new Map<UserId, NameKey[]>();
    for (const [key, id] of this.#options.inUse) {
      if (this.#claimed.get(key) === id || looksGenerated([key])) continue;
      const keys = missing.get(id);
      if (keys) keys.push(key);
      else missing.set(id, [key]);
    }
    const settled = [...missing].map(async ([id, keys]) => {
      if ((await this.claim(id, keys)) === "taken") this.#options.onLost(id);
    });
    if (this.#releases.size > 0) this.#working ??= this.#work();
    await Promise.all(settled);
  }

  #takeNote(error: unknown): void {
    if (!(error instanceof StoreError)) throw error;
    if (!this.#isTroubled) this.#renewIn(retryMs);
    this.#isTroubled = true;
  }
}

const keyOf = ({ key, user }: NameClaim): string => `${user} ${key}`;
