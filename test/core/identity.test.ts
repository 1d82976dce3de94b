import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { refreshMs } from "../../src/core/account-watch.ts";
import { Accounts, releaseName } from "../../src/core/accounts.ts";
import { nameKeys } from "../../src/core/name-keys.ts";
import { StoreError } from "../../src/core/ports.ts";
import { claim, login, named, passphrase, settledWorld } from "../support/claims.ts";
import { displayName, userId } from "../support/drafts.ts";
import { MemoryStore, newMemory } from "../support/memory-store.ts";

describe("names that are kept", () => {
  test("[I2] what changed in the store is asked once for all who ask meanwhile, and never at once with another", async () => {
    const answers: PromiseWithResolvers<void>[] = [];
    const { accounts: store } = new MemoryStore();
    const { changes } = store;
    let underWay = 0;
    const held = async (since: number) => {
      const answer = Promise.withResolvers<void>();
      answers.push(answer);
      assert.equal(++underWay, 1);
      await answer.promise.finally(() => underWay--);
      return changes(since);
    };
    const accounts: Accounts = new Accounts({ ...store, changes: held }, () => void accounts.refresh());
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const first = accounts.changed();
    await turn();
    await store.keepName({ user: userId("ann"), name: displayName("Ann"), keys: nameKeys("Ann"), proof: "" });
    const later = Promise.all(Array.from({ length: 10 }, () => accounts.refresh()));
    await turn();
    assert.equal(answers.length, 1);
    answers[0]?.reject(new StoreError("away", { fatal: false }));
    await assert.rejects(first, StoreError);
    await turn();
    answers[1]?.resolve();
    await later;
    assert.deepEqual([answers.length, accounts.nameOf(userId("ann"))], [2, "Ann"]);
  });

  test("[I2] a name that went from one to another is the other's, in whatever order their changes are told", async () => {
    const { accounts: store } = new MemoryStore();
    const accounts = new Accounts(store);
    const keep = (user: string, name: string) =>
      store.keepName({ user: userId(user), name: displayName(name), keys: nameKeys(name), proof: "" });
    await keep("ann", "Оля");
    await accounts.refresh();
    await keep("ann", "Ann");
    await keep("bob", "Оля");
    await keep("ann", "Анна");
    await accounts.refresh();
    assert.deepEqual(
      ["Оля", "Анна", "Ann"].map((name) => accounts.ownerOf(displayName(name))),
      [userId("bob"), userId("ann"), undefined],
    );
  });

  test("[I1] without a claim nothing is written down, and a name is free again when its holder has left", async () => {
    const memory = newMemory();
    const world = settledWorld({ store: new MemoryStore(memory) });
    const ann = await world.join({ name: "Ann" });
    ann.send({ type: "rename", name: "Анна" });
    ann.send({ type: "sessions" });
    await world.quiet();
    assert.equal(ann.last("sessions").sessions.length, 1);
    assert.equal(ann.last("welcome").claimed, undefined);
    ann.leave();
    const other = await world.join({ name: "Анна" });
    assert.equal(other.last("welcome").user.name, "Анна");
    assert.deepEqual([memory.accounts.names.size, memory.accounts.sessions.size, memory.accounts.version], [0, 0, 0]);
  });

  test("[I2] [I3] a name is kept only with the session that claims it, which another passphrase then ends", async () => {
    const memory = newMemory();
    const store = new MemoryStore(memory);
    const { addSession } = store.accounts;
    let isAway = true;
    store.accounts.addSession = (session) =>
      isAway ? Promise.reject(new StoreError("away", { fatal: false })) : addSession(session);
    const world = settledWorld({ store });
    const ann = await world.join({ name: "Ann" });
    await claim(world, ann);
    assert.equal(ann.last("error").code, "unavailable");
    assert.equal(memory.accounts.names.size, 0);
    isAway = false;
    await claim(world, ann);
    assert.equal(ann.last("welcome").claimed, "Ann");
    const phone = world.connect();
    await login(world, phone, "Ann");
    phone.send({ type: "change_passphrase", passphrase, new_passphrase: "ein neues Wort" });
    await world.quiet();
    assert.deepEqual([ann.closed, phone.closed], ["removed", undefined]);
  });

  test("[I2] a claimed name is nobody else's, whether its owner is there or not, in whatever way it is written", async () => {
    const world = settledWorld();
    const ann = await named(world, "admin");
    ann.leave();
    for (const name of ["admin", "ADMIN", "аdmin", "ａｄｍｉｎ"]) {
      const guest = await world.join({ name });
      assert.deepEqual([guest.last("error").code, guest.last("error").suggestion], ["name_taken", `${name}2`]);
      const eve = await world.join({});
      eve.send({ type: "rename", name });
      await world.quiet();
      assert.equal(eve.last("error").code, "name_taken");
      assert.equal(world.hub.people.author({ name: name as never }).ok, false);
    }
  });

  test("[I2] whoever has the passphrase goes on as the same person, in every room of that line", async () => {
    const world = settledWorld();
    const ann = await named(world, "Оля 🙂");
    const { id } = ann.last("welcome").user;
    ann.leave();
    const bob = await world.join({ name: "Bob", room: "кухня" });
    const guest = await world.join({ name: "visitor", room: "кухня" });
    guest.send({ type: "join", room: "general" });
    await world.quiet();
    bob.news();
    guest.news();
    await login(world, guest, "ОЛЯ 🙂");
    assert.deepEqual(guest.last("welcome").user, { id, name: "Оля 🙂" });
    assert.deepEqual(bob.news(), ["+Оля 🙂 3", "-visitor 2"]);
    assert.deepEqual(guest.news().slice(0, 1), ["welcome"]);
    guest.send({ type: "message", room: "кухня", text: "я вдома" });
    await world.quiet();
    assert.deepEqual(bob.news(), ["Оля 🙂: я вдома"]);
    assert.deepEqual(guest.news(), ["ack", "Оля 🙂: я вдома"]);
    const visitor = await world.join({ name: "visitor" });
    assert.equal(visitor.last("welcome").user.name, "visitor", "who it was has left");
  });

  test("[I2] a login may be the first word, and its token brings them back", async () => {
    const world = settledWorld();
    const ann = await named(world, "Ann");
    const { user } = ann.last("welcome");
    const phone = world.connect();
    phone.session.expectWord();
    await login(world, phone, "ann");
    assert.deepEqual(phone.last("welcome").user, user);
    phone.send({ type: "join" });
    await world.quiet();
    assert.equal(phone.last("joined").count, 1, "two lines of one person");
    phone.cut();
    const back = await world.join({ token: phone.last("welcome").token });
    assert.deepEqual(back.last("welcome").user, user);
    assert.equal(back.last("welcome").claimed, "Ann");
  });

  test("[I2] a claim is harmless to send again, and with another name that one is kept instead", async () => {
    const world = settledWorld();
    const ann = await named(world, "Ann");
    await claim(world, ann);
    assert.equal(ann.all("error").length, 0);
    await claim(world, ann, "Анна");
    assert.equal(ann.last("welcome").claimed, "Анна");
    assert.equal((await world.join({ name: "Ann" })).last("welcome").user.name, "Ann");
    ann.send({ type: "claim", name: "Anna", passphrase: "not the passphrase" });
    await world.quiet();
    assert.equal(ann.last("error").code, "wrong_passphrase");
    assert.equal(ann.last("welcome").claimed, "Анна");
    assert.equal(ann.last("user_renamed").user.name, "Анна", "who is refused is called as before");
  });

  test("[I2] another passphrase makes the old one void and ends every other session", async () => {
    const world = settledWorld();
    const ann = await named(world, "Ann");
    const phone = world.connect();
    await login(world, phone, "Ann");
    ann.send({ type: "change_passphrase", passphrase: "wrong by far", new_passphrase: "ein neues Wort" });
    await world.quiet();
    assert.deepEqual([ann.last("error").code, phone.closed], ["wrong_passphrase", undefined]);
    ann.send({ type: "change_passphrase", passphrase, new_passphrase: "ein neues Wort" });
    await world.quiet();
    assert.deepEqual([ann.closed, phone.closed], [undefined, "removed"]);
    const other = world.connect();
    await login(world, other, "Ann");
    assert.equal(other.last("error").code, "wrong_passphrase");
    await login(world, other, "Ann", "ein neues Wort");
    assert.equal(other.last("welcome").user.name, "Ann");
  });

  test("[I2] whoever is let in by the old passphrase in the moment in which another is set does not stay", async () => {
    const store = new MemoryStore();
    const { addSession } = store.accounts;
    let meanwhile = async () => {};
    store.accounts.addSession = async (session) => {
      await meanwhile();
      return addSession(session);
    };
    const world = settledWorld({ store });
    const ann = await named(world, "Ann");
    const other = world.connect();
    const welcomes = ann.all("welcome").length;
    meanwhile = async () => {
      ann.send({ type: "change_passphrase", passphrase, new_passphrase: "ein neues Wort" });
      while (ann.all("welcome").length === welcomes) await new Promise((resolve) => setImmediate(resolve));
    };
    await login(world, other, "Ann");
    assert.deepEqual([other.all("welcome"), other.last("error").code], [[], "wrong_passphrase"]);
    ann.send({ type: "sessions" });
    await world.quiet();
    assert.equal(ann.last("sessions").sessions.length, 1);
  });

  test("[I2] who gives a name up keeps who they are; others may have the name once it is not in use", async () => {
    const world = settledWorld();
    const ann = await named(world, "Ann");
    ann.send({ type: "unclaim", passphrase: "not the passphrase" });
    await world.quiet();
    assert.equal(ann.last("error").code, "wrong_passphrase");
    ann.send({ type: "unclaim", passphrase });
    await world.quiet();
    assert.equal(ann.last("welcome").claimed, undefined);
    assert.equal((await world.join({ name: "Ann" })).last("error").code, "name_taken", "still in use");
    const { token, user } = ann.last("welcome");
    ann.leave();
    assert.equal((await world.join({ name: "Ann" })).last("welcome").user.name, "Ann");
    assert.deepEqual((await world.join({ token })).last("welcome").user, { id: user.id, name: "Ann2" });
    const guest = await world.join({});
    for (const frame of [
      { type: "unclaim", passphrase } as const,
      { type: "change_passphrase", passphrase, new_passphrase: passphrase } as const,
    ]) {
      guest.send(frame);
      await world.quiet();
      assert.equal(guest.last("error").code, "not_claimed");
    }
  });

  test("[I5] the operator frees a name: its owner stays who they are, and may claim it anew", async () => {
    const memory = newMemory();
    const world = settledWorld({ store: new MemoryStore(memory), looksElsewhere: true });
    const ann = await named(world, "Ann");
    const { accounts } = new MemoryStore(memory);
    assert.equal(await releaseName(accounts, displayName("nobody")), undefined);
    assert.equal(await releaseName(accounts, displayName("ANN")), "Ann");
    world.clock.advance(refreshMs);
    await world.quiet();
    ann.send({ type: "claim", passphrase: "another passphrase" });
    await world.quiet();
    assert.equal(ann.last("welcome").claimed, "Ann");
  });
});

test("[D7] neither a token nor a passphrase is in what the server logs of these", async () => {
  const world = settledWorld();
  const ann = await named(world, "Ann");
  await login(world, world.connect(), "Ann", "wrong passphrase");
  const lines = world.log.lines.join("\n");
  for (const secret of [passphrase, "wrong passphrase", ann.last("welcome").token]) assert.ok(!lines.includes(secret));
});
