import type { DisplayName, SessionId, UserId } from "../protocol/ids.ts";
import type { NameKey } from "./name-keys.ts";

/** A name that is kept for somebody, as it is written down. [I2] */
export interface KeptName {
  readonly user: UserId;
  readonly name: DisplayName;
  /** What the name is unique by. */
  readonly keys: readonly NameKey[];
  /** What a passphrase is checked by, and not the passphrase. */
  readonly proof: string;
}

/** A session that is written down: one device or program by which somebody is signed in. Times in ms since 1970. [I3] */
export interface WrittenSession {
  readonly id: SessionId;
  readonly user: UserId;
  /** What it came by, as far as it told. */
  readonly agent: string;
  readonly created: number;
  readonly seen: number;
}

/** An address or a network, in the one form that it is written in: `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/64`. */
export type Subnet = string & { readonly brand: "Subnet" };

/** Who is not let in: a person, or whoever comes from an address. */
export type Banned = UserId | Subnet;

/** That somebody is not let in, as it is written down. [D8] */
export interface Ban {
  readonly who: Banned;
  /** What a person was called when they were banned; empty for addresses. */
  readonly name: string;
  /** In ms since 1970; `null` once they may come in again. */
  readonly since: number | null;
}

/** What changed since a version of all that is written down about people. */
export interface AccountChanges {
  readonly version: number;
  /** Another one where the database has lost its last changes: their versions are given out again. [N4] */
  readonly life: string;
  /** Whose name is which now; `null` for who has given theirs up. */
  readonly names: readonly { readonly user: UserId; readonly name: DisplayName | null }[];
  readonly ended: readonly SessionId[];
  readonly bans: readonly Ban[];
}

/**
 * Whose names are kept, where they are signed in, and who is not let in. Durable as the log is; every question may reject
 * with a `StoreError`. Of guests it has nothing but bans, and sessions that have ended or asked for a name.
 */
export interface AccountStore {
  /** What changed after `since`, a version that it told before; 0 for everything. */
  changes(since: number): Promise<AccountChanges>;
  /** Keeps a name for somebody, in place of the one they had. Whether it could: not where a key is another's. */
  keepName(kept: KeptName): Promise<boolean>;
  /** Keeps no name for them any more. */
  dropName(user: UserId): Promise<void>;
  /** What their passphrase is checked by; `undefined` for who has no name of their own. */
  proofOf(user: UserId): Promise<string | undefined>;
  /** Writes a session down; one that is there already stays as it is. */
  addSession(session: WrittenSession): Promise<void>;
  /** Their sessions that have not ended, the latest seen first. */
  sessionsOf(user: UserId): Promise<readonly WrittenSession[]>;
  /** Ends sessions for good, also such as were never written down. */
  endSessions(user: UserId, ids: readonly SessionId[], at: number): Promise<void>;
  /** Notes when sessions were seen last; those that are not written down are passed over. */
  touchSessions(seen: ReadonlyMap<SessionId, number>): Promise<void>;
  /** Bans somebody, or lets them in again, whichever it was before. */
  writeBan(ban: Ban): Promise<void>;
  /** Who said something under a name last; `undefined` where nobody has. Takes as long as reading all logs. */
  lastSpeaker(name: DisplayName): Promise<UserId | undefined>;
  /**
   * Forgets sessions that were seen, or ended, last more than `ms` before `now`: no token of theirs is good any more. Where
   * `now` is later than when any session was seen or ended, that time counts in its place: a clock that is far ahead for
   * once forgets none, of which tokens would be good again after it.
   */
  forgetSessions(ms: number, now: number): Promise<void>;
}
