import assert from "node:assert/strict";
import { randomFillSync } from "node:crypto";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Accounts } from "../../src/core/accounts.ts";
import { type Introduction, People, type Person } from "../../src/core/people.ts";
import type { Result } from "../../src/protocol/codes.ts";
import { newSessionId, type SessionId } from "../../src/protocol/ids.ts";
import { generatedNameForm, parseDisplayName } from "../../src/protocol/names.ts";
import { systemClock } from "../../src/server/clock.ts";
import { createTokens } from "../../src/server/tokens.ts";
import { displayName } from "../support/drafts.ts";
import { memoryAccounts, newAccountMemory } from "../support/memory-accounts.ts";

const accounts = new Accounts(
  memoryAccounts(
    newAccountMemory(),
    async (work) => work(),
    () => undefined,
  ),
);
const isEnded = (session: SessionId) => accounts.isEnded(session);
const tokensOf = (key: Uint8Array) => createTokens({ key, clock: systemClock, isEnded });
const tokens = tokensOf(randomFillSync(new Uint8Array(32)));
const session = newSessionId(randomFillSync);
const reserved = ["server", "сервер", "เซิร์ฟเวอร์"];
const alone = { elsewhere: () => undefined, onRelease: () => {} };
const newPeople = () => new People({ tokens, accounts, randomBytes: randomFillSync, reserved, ...alone });

function accepted<T>(result: Result<T>): T {
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

function suggested(result: Result<unknown>): string {
  assert.equal(result.ok, false);
  assert.equal(result.error.code, "name_taken");
  assert.equal(result.error.params?.["suggestion"], result.error.suggestion);
  return result.error.suggestion ?? assert.fail("no suggestion");
}

const named = (name: string, token?: string): Introduction => ({ name: displayName(name), token });

/** Lets somebody in and holds them. */
function enter(people: People, introduction: Introduction): Person {
  const person = accepted(people.enter(introduction));
  people.hold(person);
  return person;
}

describe("people", () => {
  test("who brings no name gets one of the generated form, not in use", () => {
    const people = newPeople();
    const names = Array.from({ length: 200 }, () => enter(people, {}).user.name);
    for (const name of names) assert.match(name, /^user_[a-z]{6}\d{2}$/);
    assert.equal(new Set(names).size, 200);
  });

  test("a generated name that is in use is not given again", () => {
    let calls = 0;
    const people = new People({
      tokens,
      accounts,
      reserved,
      ...alone,
      // The same bytes for the first few names, then others.
      randomBytes: (into) => into.fill(calls++ < 6 ? 7 : calls),
    });
    assert.notEqual(enter(people, {}).user.name, enter(people, {}).user.name);
  });

  test("a name is taken while somebody has it, by everything that looks the same", () => {
    const people = newPeople();
    const admin = enter(people, named("admin"));
    for (const other of ["admin", "Admin", "ADMIN", "ａｄｍｉｎ", "аdmin", "аdмin", "ad\u00adm\u00adin"]) {
      assert.equal(suggested(people.enter(named(other))).at(-1), "2", other);
    }
    people.letGo(admin);
    assert.equal(accepted(people.enter(named("ADMIN"))).user.name, "ADMIN");
  });

  test("a name is taken by what it looks like in either case, and let go with all of that", () => {
    const people = newPeople();
    // Greek ν looks like v, and its capital like N.
    const nu = enter(people, named("Iνan"));
    for (const other of ["Ivan", "ivan", "INAN", "Inan"]) suggested(people.enter(named(other)));
    accepted(people.rename(nu, displayName("ivan")));
    assert.equal(enter(people, named("Inan")).user.name, "Inan");
    people.letGo(nu);
    assert.equal(enter(people, named("Ivan")).user.name, "Ivan");
  });

  test("names in any script are free when another looks different", () => {
    const people = newPeople();
    for (const name of ["Оксана", "Oxana", "Ивáн", "น้ำ", "น้า", "ส้ม", "עברית", "محمد", "🙂", "🙃", "Ann", "Anna"]) {
      assert.equal(enter(people, named(name)).user.name, name);
    }
  });

  test("nobody may take the server's names in any language, or a name of the generated form", () => {
    const people = newPeople();
    for (const name of ["server", "Server", "SERVER", "ｓｅｒｖｅｒ", "ѕеrvеr", "Сервер", "сервер", "เซิร์ฟเวอร์"]) {
      assert.notEqual(suggested(people.enter(named(name))), name);
    }
    for (const name of ["🟢 Server", "Se rver", "--сервер--", "• เซิร์ฟเวอร์"]) suggested(people.enter(named(name)));
    for (const name of ["Server Ann", "🟢 Ann", "🟢"]) assert.equal(enter(people, named(name)).user.name, name);
    for (const name of ["user_abcdef12", "USER_ABCDEF12", "usеr_abcdef12", "user_illoil01"]) {
      const suggestion = suggested(people.enter(named(name)));
      assert.equal(enter(people, named(suggestion)).user.name, suggestion, "what is suggested may be had");
    }
    assert.equal(suggested(people.author(named("server"))), "server2");
    assert.equal(suggested(people.rename(enter(people, named("Ann")), displayName("Server"))), "Server2");
  });

  test("a suggestion is a free and allowed name, however long or odd the wanted one is", () => {
    const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 32 }).map((text) => parseDisplayName(text));
    const wanted = fc.oneof(
      fc.constantFrom("x".repeat(32), "🙂".repeat(32), "ก้".repeat(16), "a b ".repeat(8), "server", "user_abcdef12"),
      name.filter(({ ok }) => ok).map((parsed) => accepted(parsed)),
    );
    fc.assert(
      fc.property(wanted, (text) => {
        const people = newPeople();
        people.enter(named(text));
        for (let n = 0; n < 12; n++) {
          const suggestion = suggested(people.enter(named(text)));
          assert.deepEqual(parseDisplayName(suggestion), { ok: true, value: suggestion });
          assert.equal(enter(people, named(suggestion)).user.name, suggestion);
        }
      }),
    );
  });

  test("who comes back with their token is themselves, with the name they had", () => {
    const people = newPeople();
    const ann = enter(people, named("Ann"));
    const guest = enter(people, {});
    const [token, guestToken] = [people.tokenFor(ann, session), people.tokenFor(guest, session)];
    assert.equal(accepted(people.enter({ token })), ann, "still here: the same person");
    people.letGo(ann);
    people.letGo(guest);
    const again = enter(people, { token });
    assert.deepEqual([again.user, again.returned], [ann.user, true]);
    assert.deepEqual(enter(people, { token: guestToken }).user, guest.user, "a generated name is theirs to keep");
  });

  test("who comes back to find their name taken gets the suggestion instead", () => {
    const people = newPeople();
    const ann = enter(people, named("Ann"));
    const token = people.tokenFor(ann, session);
    people.letGo(ann);
    enter(people, named("ann"));
    const back = enter(people, { token });
    assert.deepEqual([back.user.id, back.user.name], [ann.user.id, "Ann2"]);
  });

  test("who comes back may bring another name; if that is taken, they get its suggestion", () => {
    const people = newPeople();
    const ann = enter(people, named("Ann"));
    const token = people.tokenFor(ann, session);
    people.letGo(ann);
    const anna = enter(people, named("Анна", token));
    assert.deepEqual(anna.user, { id: ann.user.id, name: "Анна" });
    people.letGo(anna);
    enter(people, named("Боб"));
    assert.equal(enter(people, named("боб", token)).user.name, "боб2");
  });

  test("a token that does not verify makes a new guest", () => {
    const people = newPeople();
    const ann = enter(people, named("Ann"));
    const token = people.tokenFor(ann, session);
    const foreign = tokensOf(new Uint8Array(32)).issue(ann.user, session);
    for (const wrong of ["", "x", ".", `${token}x`, token.slice(0, -1), token.replace(".", ".."), foreign]) {
      const guest = enter(people, { token: wrong });
      assert.notEqual(guest.user.id, ann.user.id, wrong);
      assert.equal(guest.returned, false);
    }
  });

  test("a rename frees the old name, takes the new one, and changes nothing that was said before", () => {
    const people = newPeople();
    const ann = enter(people, named("Ann"));
    const said = ann.user;
    assert.deepEqual(accepted(people.rename(ann, displayName("Анна"))), { was: "Ann" });
    assert.equal(said.name, "Ann");
    assert.deepEqual(ann.user, { id: said.id, name: "Анна" });
    const bob = enter(people, named("ann"));
    assert.equal(suggested(people.rename(bob, displayName("АННА"))), "АННА2");
    assert.equal(bob.user.name, "ann", "a refused rename changes nothing");
    assert.deepEqual(
      accepted(people.rename(bob, displayName("ANN"))),
      { was: "ann" },
      "one's own name otherwise written",
    );
    people.letGo(bob);
    assert.equal(enter(people, named("Ann")).user.name, "Ann");
  });

  test("who posts without a line is their token's owner, a free name, or a generated one", () => {
    const people = newPeople();
    const ann = enter(people, named("Ann"));
    assert.deepEqual(accepted(people.author({ token: people.tokenFor(ann, session) })), ann.user);
    accepted(people.rename(ann, displayName("Анна")));
    assert.equal(
      accepted(people.author({ token: tokens.issue({ ...ann.user }, session) })).name,
      "Анна",
      "as they are called now",
    );
    assert.equal(accepted(people.author(named("CI"))).name, "CI");
    assert.match(accepted(people.author({})).name, generatedNameForm);
    assert.equal(suggested(people.author(named("анна"))), "анна2");
  });

  test("who posts with a token whose name is somebody else's by now gets the suggestion, as on a line", () => {
    const people = newPeople();
    const before = enter(people, named("Ann"));
    const token = people.tokenFor(before, session);
    people.letGo(before);
    enter(people, named("Ann"));
    assert.deepEqual(accepted(people.author({ token })), { id: before.user.id, name: "Ann2" });
    const guest = enter(people, {});
    const guestToken = people.tokenFor(guest, session);
    people.letGo(guest);
    assert.deepEqual(accepted(people.author({ token: guestToken })), guest.user);
  });

  test("[B2] past ten who have a name, a free one is drawn by lot: counting through many would keep everybody waiting", () => {
    const people = newPeople();
    enter(people, named("Ann"));
    const names = Array.from({ length: 300 }, () => {
      const suggestion = suggested(people.enter(named("Ann"))) ?? "";
      return enter(people, named(suggestion)).user.name;
    });
    assert.deepEqual(names.slice(0, 2), ["Ann2", "Ann3"]);
    assert.equal(new Set(names).size, 300);
    const inOrder = Array.from({ length: 300 }, (_, index) => `Ann${index + 2}`);
    assert.ok(inOrder.filter((name, index) => name === names[index]).length < 20);
  });

  test("somebody is here until the last hold is let go", () => {
    const people = newPeople();
    const ann = enter(people, named("Ann"));
    people.hold(ann);
    people.letGo(ann);
    assert.equal(people.find(ann.user.id), ann);
    people.letGo(ann);
    assert.equal(people.find(ann.user.id), undefined);
  });
});
