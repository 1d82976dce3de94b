import { accepted, type Result, refused } from "../protocol/codes.ts";
import { type DisplayName, newSessionId, type RandomBytes, type SessionId, type UserId } from "../protocol/ids.ts";
import type { Passphrase } from "../protocol/passphrase.ts";
import type { SessionInfo, User } from "../protocol/server-frames.ts";
import type { AccountStore } from "./account-store.ts";
import type { Accounts } from "./accounts.ts";
import { Guesses } from "./guesses.ts";
import { nameKeys } from "./name-keys.ts";
import type { Bearer, Clock, Tokens } from "./ports.ts";
import { Rate } from "./rate.ts";

/** Turns passphrases into what they are checked by. Costly, and done aside; refused with `unavailable` where too many wait. */
export interface Passphrases {
  proofOf(passphrase: Passphrase): Promise<Result<string>>;
  matches(passphrase: Passphrase, proof: string): Promise<Result<boolean>>;
}

/** Who asks, and by what. */
export interface Asker {
  readonly user: User;
  readonly session: SessionId;
  /** What they came by, as far as it told. */
  readonly agent: string;
  /** Whose guesses count together; `undefined` for programs on this machine, which all do. */
  readonly address: string | undefined;
}

/** Sessions of one person; the one unseen for longest ends for a further one. */
const mostSessions = 100;
/** How often it is written down when sessions were seen. */
export const touchMs = 5 * 60 * 1_000;
/** Between two writings; the times of further sessions are told with the next token that is shown. */
const mostTouched = 10_000;
/** Names that are kept for people of one address: so many at once, then one each 10 s. A class comes by one address. */
const claims = { burst: 60, perSecond: 0.1 };
const longestDelayMs = 60_000;

export interface IdentityOptions {
  readonly store: AccountStore;
  readonly accounts: Accounts;
  readonly passphrases: Passphrases;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

/** Keeps names for people who want that, and tells and ends their sessions. Every question may reject with a `StoreError`. */
export class Identity {
  readonly accounts: Accounts;
  readonly #options: IdentityOptions;
  readonly #byName: Guesses;
  readonly #byAddress: Guesses;
  readonly #claims: Rate;
  readonly #seen = new Map<SessionId, number>();
  #touching: Promise<void> = Promise.resolve();
  #cancelTouch: (() => void) | undefined;

  constructor(options: IdentityOptions) {
    const { clock } = options;
    this.#options = options;
    this.accounts = options.accounts;
    this.#byName = new Guesses({ free: 5, longestMs: longestDelayMs, clock });
    this.#byAddress = new Guesses({ free: 20, longestMs: longestDelayMs, clock });
    this.#claims = new Rate({ ...claims, clock });
  }

  /**
   * Keeps the name that somebody has for them alone: the one that `called` gives them, once nothing else is in the way.
   * Who has one already must give its passphrase, and has this one in its place: asking again changes nothing. Refused:
   * `name_taken`, `wrong_passphrase`, `rate_limited`, `unavailable`. [I2]
   */
  async claim(
    { user: { id }, session, agent, address }: Asker,
    passphrase: Passphrase,
    called: () => Promise<Result<User>>,
  ): Promise<Result<undefined>> {
    const { store, clock } = this.#options;
    const had = this.accounts.nameOf(id);
    let proof: Result<string>;
    if (had === undefined) {
      const wait = this.#claims.take(placeOf(address));
      if (wait > 0) return refused("rate_limited", { retryAfterMs: wait });
      proof = await this.#options.passphrases.proofOf(passphrase);
    } else proof = await this.#prove(id, had, passphrase, address);
    if (!proof.ok) return proof;
    const user = await called();
    if (!user.ok) return user;
    const { name } = user.value;
    const now = clock.now();
    // First: a session that is not written down would not end with the others of whoever has a name. [I3]
    await store.addSession({ id: session, user: id, agent, created: now, seen: now });
    const isTheirs = await store.keepName({ user: id, name, keys: nameKeys(name), proof: proof.value });
    await this.accounts.changed();
    return isTheirs ? accepted(undefined) : refused("name_taken");
  }

  /**
   * The token of a new session of who has a name. Refused, without telling whether anybody has it: `wrong_passphrase`,
   * `rate_limited`, `unavailable`; who has proved to be them, also `banned`. [I2] [I4] [D8]
   */
  async login(
    { name, passphrase }: { readonly name: DisplayName; readonly passphrase: Passphrase },
    { agent, address }: Pick<Asker, "agent" | "address">,
  ): Promise<Result<string>> {
    const { store, tokens, clock } = this.#options;
    const id = this.accounts.ownerOf(name);
    const proof = await this.#prove(id, name, passphrase, address);
    if (!proof.ok) return proof;
    const owned = id && this.accounts.nameOf(id);
    if (!owned) return refused("wrong_passphrase");
    if (this.accounts.isBanned(id)) return refused("banned");
    const session = this.newSession();
    const now = clock.now();
    const before = await store.sessionsOf(id);
    const surplus = before.slice(mostSessions - 1).map((old) => old.id);
    if (surplus.length > 0) await store.endSessions(id, surplus, now);
    await store.addSession({ id: session, user: id, agent, created: now, seen: now });
    if (surplus.length > 0) await this.accounts.changed();
    // Another one, or none, by now: what the one before it let in meanwhile is over with all the rest. [I2]
    if ((await store.proofOf(id)) !== proof.value) {
      await store.endSessions(id, [session], now);
      return refused("wrong_passphrase");
    }
    return accepted(tokens.issue({ id, name: owned }, session));
  }

  /** Another passphrase; every other session of theirs ends. Refused: `not_claimed`, and as {@link claim}. [I2] */
  async changePassphrase(asker: Asker, before: Passphrase, after: Passphrase): Promise<Result<undefined>> {
    const { store, passphrases } = this.#options;
    const { id } = asker.user;
    const name = this.accounts.nameOf(id);
    if (name === undefined) return refused("not_claimed");
    const known = await this.#prove(id, name, before, asker.address);
    if (!known.ok) return known;
    const proof = await passphrases.proofOf(after);
    if (!proof.ok) return proof;
    await store.keepName({ user: id, name, keys: nameKeys(name), proof: proof.value });
    return this.end(asker, "others");
  }

  /** Gives their name up. Refused: `not_claimed`, and as {@link claim}. [I2] */
  async unclaim({ user, address }: Asker, passphrase: Passphrase): Promise<Result<undefined>> {
    const name = this.accounts.nameOf(user.id);
    if (name === undefined) return refused("not_claimed");
    const known = await this.#prove(user.id, name, passphrase, address);
    if (!known.ok) return known;
    await this.#options.store.dropName(user.id);
    await this.accounts.changed();
    return accepted(undefined);
  }

  /** Where somebody is signed in; the session that asks is among them also where it is not written down. [I3] */
  async sessions({ user, session, agent }: Asker): Promise<readonly SessionInfo[]> {
    const { store, clock } = this.#options;
    const now = clock.now();
    const written = await store.sessionsOf(user.id);
    const others = written.filter(({ id }) => id !== session);
    const own = written.find(({ id }) => id === session) ?? { id: session, agent, created: now };
    return [{ ...own, seen: now }, ...others].map(({ id, agent: by, created, seen }) => ({
      id,
      agent: by,
      created: timeOf(created),
      seen: timeOf(Math.max(seen, this.#seen.get(id) ?? 0)),
      current: id === session,
    }));
  }

  /** Ends a session of theirs, or all others. Refused: `no_such_session`, `rate_limited`. [I3] */
  async end({ user, session, address }: Asker, which: SessionId | "others"): Promise<Result<undefined>> {
    const { store, clock } = this.#options;
    const written = await store.sessionsOf(user.id);
    const ids = [session, ...written.map(({ id }) => id)].filter((id) =>
      which === "others" ? id !== session : id === which,
    );
    if (ids.length === 0 && which !== "others") return refused("no_such_session");
    // A guest's session is written down to be ended: no more of these than of names.
    const wait = this.accounts.nameOf(user.id) === undefined ? this.#claims.take(placeOf(address)) : 0;
    if (wait > 0) return refused("rate_limited", { retryAfterMs: wait });
    await store.endSessions(user.id, [...new Set(ids)], clock.now());
    await this.accounts.changed();
    return accepted(undefined);
  }

  /** A session of somebody who is new here, or back without a token. Nothing is written down of it. */
  newSession(): SessionId {
    return newSessionId(this.#options.randomBytes);
  }

  /** Somebody showed their token. Written down with others', later. */
  saw({ user, session }: Bearer): void {
    if (this.accounts.nameOf(user.id) === undefined) return;
    if (this.#seen.size >= mostTouched && !this.#seen.has(session)) return;
    this.#seen.set(session, this.#options.clock.now());
    this.#cancelTouch ??= this.#options.clock.after(touchMs, () => {
      this.#cancelTouch = undefined;
      this.#touch();
    });
  }

  /** Writes down what is left to write. */
  async close(): Promise<void> {
    this.#cancelTouch?.();
    this.#touch();
    await this.#touching;
  }

  #touch(): void {
    if (this.#seen.size === 0) return;
    const seen = new Map(this.#seen);
    this.#seen.clear();
    // Only a time that people are shown: where the store is away it is not worth keeping.
    this.#touching = this.#options.store.touchSessions(seen).catch(() => {});
  }

  /** What a passphrase is checked by, if it is the right one. Counted as wrong until it proves right. [I4] */
  async #prove(
    id: UserId | undefined,
    name: DisplayName,
    passphrase: Passphrase,
    address: string | undefined,
  ): Promise<Result<string>> {
    const key = nameKeys(name)[0] ?? "";
    const place = placeOf(address);
    const wait = Math.max(this.#byName.wait(key), this.#byAddress.wait(place));
    // The right one, too: otherwise guessing could go on.
    if (wait > 0) return refused("rate_limited", { retryAfterMs: wait });
    this.#byName.count(key);
    this.#byAddress.count(place);
    const takeBack = () => {
      this.#byName.takeBack(key);
      this.#byAddress.takeBack(place);
    };
    try {
      const proof = id && (await this.#options.store.proofOf(id));
      if (!proof) return refused("wrong_passphrase");
      const matches = await this.#options.passphrases.matches(passphrase, proof);
      if (!matches.ok) {
        takeBack();
        return matches;
      }
      if (!matches.value) return refused("wrong_passphrase");
      this.#byName.forget(key);
      this.#byAddress.takeBack(place);
      return accepted(proof);
    } catch (error) {
      takeBack();
      throw error;
    }
  }
}

const placeOf = (address: string | undefined): string => address ?? "this machine";
const timeOf = (ms: number): string => new Date(ms).toISOString();
