import type { DisplayName, SessionId, UserId } from "../protocol/ids.ts";
import type { AccountChanges, AccountStore, Ban, Banned } from "./account-store.ts";
import { type NameKey, nameKeys } from "./name-keys.ts";

/**
 * Frees a name without its passphrase: the name as its owner wrote it, `undefined` where it is kept for nobody. Its owner
 * stays who they are. Rejects with a `StoreError`. [I5]
 */
export async function releaseName(store: AccountStore, name: DisplayName): Promise<DisplayName | undefined> {
  const accounts = new Accounts(store);
  await accounts.refresh();
  const owner = accounts.ownerOf(name);
  if (owner === undefined) return undefined;
  await store.dropName(owner);
  return accounts.nameOf(owner);
}

/** Told of what has just changed, on this node or another. */
export type AccountListener = (changes: Pick<AccountChanges, "names" | "ended" | "bans">) => void;

/**
 * Whose names are kept, which sessions have ended, and who is not let in, as the store had it when it was last asked: all
 * of it is in memory, so that whoever comes in waits for no question, also while the store is away. [I2] [I3] [D8]
 */
export class Accounts {
  readonly #store: AccountStore;
  readonly #onOwnChange: () => void;
  readonly #names = new Map<UserId, DisplayName>();
  readonly #owners = new Map<NameKey, UserId>();
  readonly #ended = new Set<SessionId>();
  readonly #bans = new Map<Banned, Ban>();
  readonly #listeners = new Set<AccountListener>();
  #version = 0;
  #life: string | undefined;
  /** The question that is under way, and the one that comes after it. */
  #reading: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** `onOwnChange`: told of each change that this node makes, before it is taken up here. */
  constructor(store: AccountStore, onOwnChange = () => {}) {
    this.#store = store;
    this.#onOwnChange = onOwnChange;
  }

  /** Whether a name with these keys may be used by somebody: nobody else's name is kept under one of them. [I2] */
  mayUse(keys: readonly NameKey[], user: UserId): boolean {
    return keys.every((key) => (this.#owners.get(key) ?? user) === user);
  }

  /** The name that is kept for somebody, if one is. */
  nameOf(user: UserId): DisplayName | undefined {
    return this.#names.get(user);
  }

  /** For whom a name is kept; lower case and capitals are the same, what merely looks like it is not. */
  ownerOf(name: DisplayName): UserId | undefined {
    const [key] = nameKeys(name);
    const owner = key && this.#owners.get(key);
    return owner && this.#names.get(owner)?.toLowerCase() === name.toLowerCase() ? owner : undefined;
  }

  isEnded(session: SessionId): boolean {
    return this.#ended.has(session);
  }

  isBanned(user: UserId): boolean {
    return this.#bans.has(user);
  }

  /** Everybody who is not let in now. [D8] */
  get bans(): Iterable<Ban> {
    return this.#bans.values();
  }

  /** Hears of every change from now on; the answer ends it. */
  subscribe(listener: AccountListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Takes up what this node has just changed. Rejects with a `StoreError`. */
  changed(): Promise<void> {
    this.#onOwnChange();
    return this.refresh();
  }

  /** Takes up what has changed in the store until now. Rejects with a `StoreError`. */
  refresh(): Promise<void> {
    // A question that is under way may have been answered before the change that somebody asks for; the next one is not.
    this.#next ??= this.#read(this.#reading);
    return this.#next;
  }

  async #read(before: Promise<void> | undefined): Promise<void> {
    await before?.catch(() => {});
    this.#reading = this.#next;
    this.#next = undefined;
    const news = await this.#store.changes(this.#version);
    if (news.life === this.#life && news.version >= this.#version) this.#take(news);
    // What was lost is not so any more, and a version that is known may have been given to something else since. [N4]
    else this.#takeAnew(this.#version === 0 ? news : await this.#store.changes(0));
  }

  /** Takes what there is in place of what is known. */
  #takeAnew(all: AccountChanges): void {
    const lifted = [...this.#bans.values()].map((ban) => ({ ...ban, since: null }));
    this.#names.clear();
    this.#owners.clear();
    this.#ended.clear();
    this.#take({ ...all, bans: [...lifted, ...all.bans] });
  }

  #take({ version, life, names, ended, bans }: AccountChanges): void {
    this.#version = version;
    this.#life = life;
    for (const { user, name } of names) {
      const was = this.#names.get(user);
      for (const key of was === undefined ? [] : nameKeys(was)) {
        // Somebody else's by now, where only the last of several changes is told.
        if (this.#owners.get(key) === user) this.#owners.delete(key);
      }
      this.#names.delete(user);
      if (name === null) continue;
      this.#names.set(user, name);
      for (const key of nameKeys(name)) this.#owners.set(key, user);
    }
    for (const id of ended) this.#ended.add(id);
    for (const ban of bans) {
      if (ban.since === null) this.#bans.delete(ban.who);
      else this.#bans.set(ban.who, ban);
    }
    if (names.length + ended.length + bans.length === 0) return;
    for (const listener of this.#listeners) listener({ names, ended, bans });
  }
}
