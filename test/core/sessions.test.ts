import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { refreshMs } from "../../src/core/account-watch.ts";
import { touchMs } from "../../src/core/identity.ts";
import { StoreError } from "../../src/core/ports.ts";
import { tokenMs } from "../../src/server/tokens.ts";
import { login, named, passphrase, settledWorld, twoNodes } from "../support/claims.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { MemoryStore, newMemory } from "../support/memory-store.ts";

describe("sessions", () => {
  test("[I3] are listed with what they came by, and end one by one, with all their lines", async () => {
    const world = settledWorld();
    const ann = await named(world, "Ann");
    const phone = world.connect();
    await login(world, phone, "Ann");
    const tab = await world.join({ token: phone.last("welcome").token });
    ann.send({ type: "sessions", ref: "s" });
    await world.quiet();
    const { sessions, ref } = ann.last("sessions");
    assert.equal(ref, "s");
    assert.deepEqual(
      sessions.map(({ current }) => current),
      [true, false],
    );
    const [, other] = sessions;
    ann.send({ type: "end_session", session: "s_00000000000000000000" });
    await world.quiet();
    assert.equal(ann.last("error").code, "no_such_session");
    ann.send({ type: "end_session", session: other?.id ?? "" });
    await world.quiet();
    assert.equal(ann.last("sessions").sessions.length, 1);
    assert.deepEqual([ann.closed, phone.closed, tab.closed], [undefined, "removed", "removed"]);
  });

  test("[I3] a session that has ended is over for every token of it, after a restart too", async () => {
    const memory = newMemory();
    const clock = new FakeClock();
    const open = () => settledWorld({ store: new MemoryStore(memory), key: memory.key, clock, looksElsewhere: true });
    const world = open();
    const ann = await named(world, "Ann");
    const first = ann.last("welcome").token;
    clock.advance(5_000);
    const again = await world.join({ token: first });
    const second = again.last("welcome").token;
    assert.notEqual(second, first, "a new one with each welcome");
    assert.equal((await world.join({ token: first })).closed, undefined, "the old one is good for a while");
    ann.send({ type: "end_session", session: "others" });
    await world.quiet();
    assert.equal(ann.closed, undefined, "no other session");
    const { sessions } = ann.last("sessions");
    ann.send({ type: "end_session", session: sessions[0]?.id ?? "" });
    await world.quiet();
    assert.equal(ann.closed, "removed");
    for (const where of [world, open()]) {
      await where.quiet();
      for (const token of [first, second]) {
        const guest = await where.join({ token });
        assert.deepEqual([guest.last("error").code, guest.closed], ["session_ended", "removed"]);
        const author = where.hub.people.author({ token });
        assert.equal(author.ok ? undefined : author.error.code, "session_ended");
      }
    }
  });

  test("[I3] a guest's session can be ended, too; it is written down only then", async () => {
    const memory = newMemory();
    const world = settledWorld({ store: new MemoryStore(memory) });
    const guest = await world.join({ name: "น้อย" });
    const { token } = guest.last("welcome");
    guest.send({ type: "sessions" });
    await world.quiet();
    const [own] = guest.last("sessions").sessions;
    assert.equal(memory.accounts.sessions.size, 0);
    guest.send({ type: "end_session", session: own?.id ?? "" });
    await world.quiet();
    assert.equal(guest.closed, "removed");
    assert.equal((await world.join({ token })).last("error").code, "session_ended");
  });

  test("[I3] a token is good for half a year", async () => {
    const world = settledWorld();
    const ann = await world.join({ name: "Ann" });
    const { token, user } = ann.last("welcome");
    ann.leave();
    world.clock.advance(tokenMs - 60_000);
    const back = await world.join({ token });
    assert.equal(back.last("welcome").user.id, user.id);
    back.leave();
    world.clock.advance(120_000);
    assert.notEqual((await world.join({ token })).last("welcome").user.id, user.id);
    assert.equal((await world.join({ token: back.last("welcome").token })).last("welcome").user.id, user.id);
  });

  test("[I3] when a session was seen is written down now and then, not with each return", async () => {
    const memory = newMemory();
    const world = settledWorld({ store: new MemoryStore(memory) });
    const ann = await named(world, "Ann");
    const { token } = ann.last("welcome");
    const seen = () => [...memory.accounts.sessions.values()].map((session) => session.seen);
    const [first = 0] = seen();
    world.clock.advance(60_000);
    for (let n = 0; n < 3; n++) await world.join({ token });
    assert.deepEqual(seen(), [first]);
    world.clock.advance(touchMs);
    await world.quiet();
    const [later = 0] = seen();
    assert.ok(later >= first + 60_000 && later < first + 60_000 + touchMs, `${later - first}`);
  });

  test("[I3] the hundred-and-first session of a person ends the one unseen for longest", async () => {
    const memory = newMemory();
    const world = settledWorld({ store: new MemoryStore(memory) });
    const ann = await named(world, "Ann");
    for (let n = 0; n < 101; n++) {
      world.clock.advance(10);
      await login(world, world.connect(), "Ann");
    }
    assert.equal(ann.closed, "removed");
    const left = await world.hub.identity.sessions({
      user: ann.last("welcome").user,
      session: "s_x" as never,
      agent: "",
      address: undefined,
    });
    assert.equal(left.length, 101, "a hundred, and who asks");
  });
});

describe("names and sessions on several nodes", () => {
  test("[I2] a name claimed on one is taken on the other; who was using it there has another from then on", async () => {
    const [here, there] = twoNodes();
    const guest = await there.join({ name: "ann" });
    const bob = await there.join({ name: "Bob" });
    await named(here, "Ann");
    there.clock.advance(refreshMs);
    await there.quiet();
    assert.deepEqual(bob.news().slice(-1), ["ann=ann2"]);
    assert.deepEqual(guest.news().slice(-1), ["ann=ann2"]);
    assert.equal((await there.join({ name: "Ann" })).last("error").code, "name_taken");
    const phone = there.connect();
    await login(there, phone, "Ann");
    assert.equal(phone.last("welcome").claimed, "Ann");
  });

  test("[I2] of two that claim one name at once, one gets it, and the other a free one", async () => {
    const [here, there] = twoNodes();
    const [ann, other] = [await here.join({ name: "Ann" }), await there.join({ name: "Ann" })];
    ann.send({ type: "claim", passphrase });
    other.send({ type: "claim", passphrase });
    await Promise.all([here.quiet(), there.quiet()]);
    const owners = [ann, other].filter((guest) => guest.all("error").length === 0);
    assert.equal(owners.length, 1);
    const [loser] = [ann, other].filter((guest) => guest.all("error").length > 0);
    assert.equal(loser?.last("error").code, "name_taken");
    assert.equal(loser?.last("user_renamed").user.name, "Ann2");
  });

  test("[I3] a session ended on one is over on the other", async () => {
    const [here, there] = twoNodes();
    const ann = await named(here, "Ann");
    const phone = await there.join({ token: ann.last("welcome").token });
    const { token } = phone.last("welcome");
    ann.send({ type: "sessions" });
    await here.quiet();
    ann.send({ type: "end_session", session: ann.last("sessions").sessions[0]?.id ?? "" });
    await here.quiet();
    there.clock.advance(refreshMs);
    await there.quiet();
    assert.equal(phone.closed, "removed");
    assert.equal((await there.join({ token })).last("error").code, "session_ended");
  });

  test("[I1] while the store is away guests still come in, and names that are known as kept stay so", async () => {
    const memory = newMemory();
    let isAway = false;
    const store = new MemoryStore(memory, async (what) => {
      if (isAway && what === "account") throw new StoreError("away", { fatal: false });
    });
    const world = settledWorld({ store, key: memory.key, looksElsewhere: true });
    await named(world, "Ann");
    isAway = true;
    world.clock.advance(refreshMs);
    await world.quiet();
    assert.equal((await world.join({ name: "Bob" })).last("welcome").user.name, "Bob");
    assert.equal((await world.join({ name: "Ann" })).last("error").code, "name_taken");
    const phone = world.connect();
    await login(world, phone, "Ann");
    assert.equal(phone.last("error").code, "unavailable");
    isAway = false;
    await login(world, phone, "Ann");
    assert.equal(phone.last("welcome").user.name, "Ann");
  });
});
