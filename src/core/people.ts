import { accepted, type Result, refused } from "../protocol/codes.ts";
import { type DisplayName, newUserId, type RandomBytes, type SessionId, type UserId } from "../protocol/ids.ts";
import { generateDisplayName, generatedNameForm, maxNameCodePoints } from "../protocol/names.ts";
import type { User } from "../protocol/server-frames.ts";
import type { Accounts } from "./accounts.ts";
import type { NamedUser } from "./hints.ts";
import { looksGenerated, type NameKey, nameKeys } from "./name-keys.ts";
import type { Bearer, Tokens } from "./ports.ts";

/** Somebody who is here: one person, however many lines and tabs they come by. */
export interface Person {
  readonly user: User;
  /** Whether they came with a token that proved who they are. */
  readonly returned: boolean;
  /** Lines that are theirs, and rooms that still count them; when both are 0 they are gone. */
  holds: number;
  /** How often they were given another name since they came to any node. */
  renames: number;
}

/** Somebody as other nodes hear of them. */
export const namedUser = ({ user, renames }: Person): NamedUser => (renames > 0 ? { ...user, renames } : user);

/** How somebody says who they are. */
export interface Introduction {
  readonly name?: DisplayName | null | undefined;
  readonly token?: string | null | undefined;
}

export interface PeopleOptions {
  readonly tokens: Tokens;
  readonly accounts: Accounts;
  readonly randomBytes: RandomBytes;
  /** Names that nobody may take, such as the operator's in every language. */
  readonly reserved: readonly string[];
  /** Somebody who is on another node, by the name they have there: their token may be older. */
  readonly elsewhere: (id: UserId) => NamedUser | undefined;
  /** Told of what somebody does not use any more. */
  readonly onRelease: (id: UserId, keys: readonly NameKey[]) => void;
}

/** The attempts at a suggestion: the first end in their own number, those from this one on in digits drawn by lot… */
const firstDrawn = 10;
/** … two of them, and with each attempt one more, up to so many. */
const mostDigits = 9;
const firstAttempt = 2;

const nobody = "" as UserId;

/** Everybody who is on this node now, with the names they hold: a name is unique while in use. */
export class People {
  readonly #byId = new Map<UserId, Person>();
  readonly #holders = new Map<NameKey, UserId>();
  readonly #reserved: ReadonlySet<NameKey>;
  readonly #tokens: Tokens;
  readonly #accounts: Accounts;
  readonly #randomBytes: RandomBytes;
  readonly #elsewhere: (id: UserId) => NamedUser | undefined;
  readonly #onRelease: (id: UserId, keys: readonly NameKey[]) => void;

  constructor(options: PeopleOptions) {
    this.#tokens = options.tokens;
    this.#accounts = options.accounts;
    this.#randomBytes = options.randomBytes;
    this.#reserved = new Set(options.reserved.flatMap(nameKeys));
    this.#elsewhere = options.elsewhere;
    this.#onRelease = options.onRelease;
  }

  /**
   * Lets somebody in: back as themselves by their token, else as a new guest. A guest's name that is
   * taken or reserved is refused (`name_taken`); somebody who comes back to find their name taken
   * meanwhile gets the free suggestion instead. `session_ended` and `banned` as {@link prove}. Hold the
   * person, and let go in the end.
   */
  enter(introduction: Introduction): Result<Person> {
    const proven = this.prove(introduction.token);
    if (!proven.ok) return proven;
    const returning = proven.value && this.#asKnown(proven.value.user);
    const here = returning && this.#byId.get(returning.id);
    if (here) return accepted(here);
    const id = returning?.id ?? newUserId(this.#randomBytes);
    const wanted = introduction.name ?? returning?.name;
    const name = wanted === undefined ? accepted(this.#freeGeneratedName()) : this.#claim(wanted, id, returning);
    if (!name.ok) return name;
    // Who comes by another name than the one they have on another node has asked for it.
    const renames = (returning?.renames ?? 0) + (returning && returning.name !== name.value ? 1 : 0);
    const person: Person = { user: { id, name: name.value }, returned: returning !== undefined, holds: 0, renames };
    this.#byId.set(id, person);
    this.#take(name.value, id);
    return accepted(person);
  }

  /** How many people are here. */
  get count(): number {
    return this.#byId.size;
  }

  /** Who is here under an id. */
  find(id: UserId): Person | undefined {
    return this.#byId.get(id);
  }

  /** Who is here under a name; lower case and capitals are the same, what merely looks like it is not. */
  named(name: DisplayName): Person | undefined {
    const [key] = nameKeys(name);
    const holder = key && this.#holders.get(key);
    const person = holder && this.#byId.get(holder);
    return person && person.user.name.toLowerCase() === name.toLowerCase() ? person : undefined;
  }

  /** Whose token this is; nobody's where it does not verify, or its session was ended. */
  userOf(token: string | undefined): UserId | undefined {
    const proven = this.prove(token);
    return proven.ok ? proven.value?.user.id : undefined;
  }

  /** Who a message without a line is from: a token's owner, or a name nobody else is using, or a generated one. */
  author(introduction: Introduction): Result<User> {
    const proven = this.prove(introduction.token);
    if (!proven.ok) return proven;
    const returning = proven.value && this.#asKnown(proven.value.user);
    if (returning) {
      const here = this.#byId.get(returning.id);
      if (here) return accepted(here.user);
      const own = this.#claim(returning.name, returning.id, returning);
      return own.ok ? accepted({ id: returning.id, name: own.value }) : own;
    }
    const id = newUserId(this.#randomBytes);
    if (!introduction.name) return accepted({ id, name: this.#freeGeneratedName() });
    const name = this.#claim(introduction.name, id, undefined);
    return name.ok ? accepted({ id, name: name.value }) : name;
  }

  /** Keeps a name for somebody who is to be given it, or refuses it; {@link giveBack} lets it go. */
  reserve(person: Person, name: DisplayName): Result<unknown> {
    const claimed = this.#claim(name, person.user.id, undefined);
    if (claimed.ok) this.#take(name, person.user.id);
    return claimed;
  }

  /** Lets go of a name that was kept for somebody and that they do not use. */
  giveBack(id: UserId, name: DisplayName): void {
    this.#release(id, name, this.#byId.get(id)?.user.name);
  }

  /** Gives somebody another name; `was` is the one they had. */
  rename(person: Person, name: DisplayName): Result<{ was: DisplayName }> {
    const claimed = this.#claim(name, person.user.id, undefined);
    return claimed.ok ? accepted({ was: this.#give(person, name) }) : claimed;
  }

  /** Gives somebody a generated name, one that nobody has if none is named; answers the one they had. */
  nameAnew(person: Person, name = this.#freeGeneratedName()): DisplayName {
    return this.#give(person, name);
  }

  /** Every key in use, and by whom. */
  get keysInUse(): ReadonlyMap<NameKey, UserId> {
    return this.#holders;
  }

  /** Names like one that is taken, which nobody here has: so many, the later ones drawn by lot. */
  suggestions(name: DisplayName, count: number): readonly DisplayName[] {
    const attempts = Array.from({ length: count }, (_, index) =>
      index < count / 2 ? firstAttempt + index : firstDrawn + mostDigits,
    );
    return [...new Set(attempts.map((attempt) => this.suggest(name, attempt)))];
  }

  /** A free name like this one with a number at its end; later attempts give longer ones. */
  suggest(name: DisplayName, attempt = firstAttempt): DisplayName {
    for (let number = attempt; ; number++) {
      // Whether a name is free takes a fraction of a millisecond: to count through many would keep everybody waiting. [B2]
      const ending = String(number < firstDrawn ? number : this.#lot(2 + number - firstDrawn));
      const stem = [...name]
        .slice(0, maxNameCodePoints - ending.length)
        .join("")
        .trimEnd();
      const candidate = `${stem}${ending}` as DisplayName;
      if (this.#isFree(candidate, nobody)) return candidate;
    }
  }

  /** Keeps somebody here, with their name, until everybody who holds them has let go. */
  hold(person: Person): void {
    person.holds++;
  }

  /** Ends one {@link hold}; with the last one their name is free for others. */
  letGo(person: Person): void {
    if (--person.holds > 0) return;
    this.#byId.delete(person.user.id);
    this.#release(person.user.id, person.user.name);
  }

  /**
   * Who bears a token; nobody without one, or with one that does not verify. Refused: `session_ended`, `banned`.
   * [I3] [D8]
   */
  prove(token: string | null | undefined): Result<Bearer | undefined> {
    const bearer = token ? this.#tokens.verify(token) : undefined;
    if (bearer && this.#accounts.isBanned(bearer.user.id)) return refused("banned");
    return bearer && this.#accounts.isEnded(bearer.session) ? refused("session_ended") : accepted(bearer);
  }

  /** By which they come back as themselves, with the name they have now. */
  tokenFor(person: Person, session: SessionId): string {
    return this.#tokens.issue(person.user, session);
  }

  /** Everybody else who is using a name of which this one has a key. */
  othersWith(name: DisplayName, owner: UserId): readonly Person[] {
    const keys = nameKeys(name);
    const holders = new Set(keys.map((key) => this.#holders.get(key)));
    const others = [...holders].flatMap((id) => (id !== undefined && id !== owner && this.#byId.get(id)) || []);
    // For whom it is only reserved still uses another one.
    return others.filter(({ user }) => nameKeys(user.name).some((key) => keys.includes(key)));
  }

  /** The name, if `id` may have it; a returning person's second best; else a refusal with a free one. */
  #claim(name: DisplayName, id: UserId, returning: User | undefined): Result<DisplayName> {
    if (this.#isFree(name, id) || (returning?.name === name && this.#isOwnGeneratedName(name, id)))
      return accepted(name);
    const suggestion = this.suggest(name);
    return returning ? accepted(suggestion) : refused("name_taken", { suggestion, params: { suggestion } });
  }

  #take(name: DisplayName, id: UserId): void {
    for (const key of nameKeys(name)) this.#holders.set(key, id);
  }

  /** Frees the keys of a name but for those of the name that its owner goes on with. */
  #release(id: UserId, name: DisplayName, keptName?: DisplayName): void {
    const kept = keptName === undefined ? [] : nameKeys(keptName);
    const released = nameKeys(name).filter((key) => this.#holders.get(key) === id && !kept.includes(key));
    for (const key of released) this.#holders.delete(key);
    this.#onRelease(id, released);
  }

  #give(person: Person, name: DisplayName): DisplayName {
    const was = person.user.name;
    const { id } = person.user;
    this.#take(name, id);
    // A new object: what was sent with the old name must not change behind its back.
    (person as { user: User }).user = { id, name };
    person.renames++;
    this.#release(id, was, name);
    return was;
  }

  /** Who bears a token, by the name they have now, as far as is known. */
  #asKnown(bearer: User): NamedUser {
    return this.#elsewhere(bearer.id) ?? bearer;
  }

  #isFree(name: DisplayName, id: UserId): boolean {
    const keys = nameKeys(name);
    // Signs and spaces make no other name of it: `🟢 Server` is what the operator's words begin with.
    const bare = nameKeys(name.replace(/[^\p{L}\p{M}\p{N}]/gu, ""));
    const isReserved = [...keys, ...bare].some((key) => this.#reserved.has(key));
    return !isReserved && !looksGenerated(keys) && this.#areUnused(keys, id);
  }

  /** Whether nobody else is using such a name, and it is kept for nobody else. [I2] */
  #areUnused(keys: readonly NameKey[], id: UserId): boolean {
    return keys.every((key) => (this.#holders.get(key) ?? id) === id) && this.#accounts.mayUse(keys, id);
  }

  /** A generated name may not be chosen, but whoever was given it keeps it. */
  #isOwnGeneratedName(name: DisplayName, id: UserId): boolean {
    return generatedNameForm.test(name) && this.#areUnused(nameKeys(name), id);
  }

  #lot(digits: number): number {
    const [number = 0] = new Uint32Array(this.#randomBytes(new Uint8Array(4)).buffer);
    return number % 10 ** Math.min(digits, mostDigits);
  }

  #freeGeneratedName(): DisplayName {
    for (;;) {
      const name = generateDisplayName(this.#randomBytes);
      if (this.#areUnused(nameKeys(name), nobody)) return name;
    }
  }
}
