import { accepted, type Result, refused } from "../protocol/codes.ts";
import type { DisplayName, UserId } from "../protocol/ids.ts";
import { generatedNameForm } from "../protocol/names.ts";
import type { User } from "../protocol/server-frames.ts";
import { isLater } from "./elsewhere.ts";
import type { NamedUser, NodeId } from "./hints.ts";
import { NameClaims, type Verdict } from "./name-claims.ts";
import { nameKeys } from "./name-keys.ts";
import type { NameRegister } from "./name-register.ts";
import { type Introduction, namedUser, People, type PeopleOptions, type Person } from "./people.ts";
import type { Clock } from "./ports.ts";
import { type Soon, then } from "./soon.ts";

/** Names to ask about when a free one is looked for. */
const suggestionCount = 8;
/** How often somebody whose name is taken is offered a suggestion that is taken by then too. */
const tries = 3;

export interface NamesOptions extends Omit<PeopleOptions, "onRelease"> {
  readonly clock: Clock;
  /** Where several nodes share a store: what they claim names in, and this node's id. */
  readonly shared: { readonly register: NameRegister; readonly node: NodeId } | undefined;
  /** Told of somebody who has to have another name now, because another node gave theirs to somebody else. */
  readonly onRenamed: (person: Person, was: DisplayName) => void;
}

/**
 * Who may have which name: one that nobody has on this node, and, where several share a store, on no other. A single
 * node knows at once and asks nobody; else the register is asked, and knows best. Names of the generated form are not
 * claimed: there are 30 thousand million of them, and nobody can choose one.
 */
export class Names {
  readonly people: People;
  readonly #claims: NameClaims | undefined;
  readonly #onRenamed: NamesOptions["onRenamed"];
  readonly #elsewhere: (id: UserId) => NamedUser | undefined;
  /** Those whose name is being claimed. */
  readonly #settling = new Map<Person, Promise<Result<Person>>>();

  constructor(options: NamesOptions) {
    const { shared, clock, onRenamed } = options;
    this.#onRenamed = onRenamed;
    this.#elsewhere = options.elsewhere;
    this.people = new People({ ...options, onRelease: (id, keys) => this.#claims?.release(id, keys) });
    const inUse = this.people.keysInUse;
    this.#claims = shared && new NameClaims({ ...shared, clock, inUse, onLost: (id) => void this.#lose(id) });
  }

  /**
   * Lets somebody in, held: let go in the end. Back as themselves by their token, else as a new guest. A guest's name
   * that is taken or reserved is refused (`name_taken`); somebody who comes back to find their name taken meanwhile gets
   * a free one instead.
   */
  enter(introduction: Introduction): Soon<Result<Person>> {
    const entered = this.people.enter(introduction);
    if (!entered.ok) return this.#refused(introduction.name, entered);
    const person = entered.value;
    this.people.hold(person);
    const elsewhere = person.holds === 1 ? this.#elsewhere(person.user.id) : undefined;
    return then(this.#settling.get(person) ?? this.#settle(person), (outcome) => {
      if (!outcome.ok) this.people.letGo(person);
      // They may come into no room here, by which the nodes that they are on would hear of it.
      else if (elsewhere && elsewhere.name !== person.user.name && isLater(namedUser(person), elsewhere)) {
        this.#onRenamed(person, elsewhere.name);
      }
      return outcome;
    });
  }

  /** Who a message without a line is from: a token's owner, or a name nobody else is using, or a generated one. */
  author(introduction: Introduction): Soon<Result<User>> {
    const author = this.people.author(introduction);
    const claims = this.#claims;
    if (!author.ok) return this.#refused(introduction.name, author);
    const { id, name } = author.value;
    if (!claims || generatedNameForm.test(name) || this.people.find(id)) return author;
    return claims.taken(id, nameKeys(name)).then(async (taken) => {
      if (taken.size === 0) return author;
      const proven = this.people.prove(introduction.token);
      return proven.ok && proven.value
        ? accepted({ id, name: await this.#freeName(claims, name) })
        : this.#refused(name, nameTaken);
    });
  }

  /** Gives somebody another name; `was` is the one they had. Refused: `name_taken`, with a free one; `not_joined`. */
  rename(person: Person, name: DisplayName): Soon<Result<{ was: DisplayName }>> {
    if (!this.#claims) return this.people.rename(person, name);
    const reserved = this.people.reserve(person, name);
    if (!reserved.ok) return this.#refused(name, reserved);
    const { id } = person.user;
    return then(this.#claims.claim(id, nameKeys(name)), (verdict) => {
      const isHere = this.people.find(id) === person;
      // It may have been claimed meanwhile, by who does not use it. [I2]
      const renamed = verdict === "taken" ? nameTaken : isHere ? this.people.rename(person, name) : notJoined;
      if (renamed.ok) return renamed;
      this.people.giveBack(id, name);
      return this.#refused(name, renamed);
    });
  }

  /** Calls somebody what they are called on another node, after so many other names, if they may have that one. */
  async adopt(person: Person, name: DisplayName, renames: number): Promise<void> {
    const isGenerated = generatedNameForm.test(name);
    const renamed = isGenerated
      ? accepted({ was: this.people.nameAnew(person, name) })
      : await this.rename(person, name);
    if (!renamed.ok) return;
    person.renames = renames;
    this.#onRenamed(person, renamed.value.was);
  }

  /** Gives somebody a free name in place of theirs, which is somebody else's. */
  replace(person: Person): void {
    const { name: was } = person.user;
    const tell = () => person.user.name !== was && this.#onRenamed(person, was);
    if (this.#claims) return void this.#settleLater(this.#claims, person, "taken", false).then(tell);
    if (!this.people.rename(person, this.people.suggest(was)).ok) this.people.nameAnew(person);
    tell();
  }

  async close(): Promise<void> {
    await this.#claims?.close();
  }

  /** Sees to it that somebody's name is theirs on all nodes. */
  #settle(person: Person): Soon<Result<Person>> {
    const { id, name } = person.user;
    if (!this.#claims || generatedNameForm.test(name)) return accepted(person);
    const verdict = this.#claims.claim(id, nameKeys(name));
    if (verdict === "granted") return accepted(person);
    const outcome = this.#settleLater(this.#claims, person, verdict, !person.returned);
    this.#settling.set(person, outcome);
    return outcome.finally(() => this.#settling.delete(person));
  }

  /** What is taken is refused to a guest who has just come; anybody else gets another name. */
  async #settleLater(
    claims: NameClaims,
    person: Person,
    first: Soon<Verdict>,
    isRefused: boolean,
  ): Promise<Result<Person>> {
    let verdict = await first;
    for (let tried = 0; verdict === "taken" && this.people.find(person.user.id) === person; tried++) {
      const free = await this.#freeName(claims, person.user.name);
      if (isRefused) return takenBut(free);
      if (tried === tries || !this.people.rename(person, free).ok) this.people.nameAnew(person);
      const { id, name } = person.user;
      if (generatedNameForm.test(name)) break;
      verdict = await claims.claim(id, nameKeys(name));
    }
    return accepted(person);
  }

  /** Somebody here used a name while the store was away, and it is another's. */
  async #lose(id: UserId): Promise<void> {
    const person = this.people.find(id);
    if (!person || !this.#claims) return;
    if ((await this.#claims.claim(id, nameKeys(person.user.name))) === "taken") this.replace(person);
  }

  /** A refusal whose suggestion is free on all nodes. */
  #refused(name: DisplayName | null | undefined, refusal: Result<never>): Soon<Result<never>> {
    if (!this.#claims || !name || refusal.ok || refusal.error.code !== "name_taken") return refusal;
    return this.#freeName(this.#claims, name).then(takenBut);
  }

  async #freeName(claims: NameClaims, name: DisplayName): Promise<DisplayName> {
    const candidates = this.people.suggestions(name, suggestionCount).map((free) => ({ free, keys: nameKeys(free) }));
    const taken = await claims.taken(
      nobody,
      candidates.flatMap(({ keys }) => keys),
    );
    const found = candidates.find(({ keys }) => keys.every((key) => !taken.has(key))) ?? candidates.at(-1);
    return found?.free ?? name;
  }
}

const nobody = "" as UserId;
const nameTaken = refused("name_taken");
const notJoined = refused("not_joined");
const takenBut = (suggestion: DisplayName) => refused("name_taken", { suggestion, params: { suggestion } });
