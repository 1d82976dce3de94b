import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { graceMs } from "../../src/core/members.ts";
import { leaseMs, renewMs } from "../../src/core/name-register.ts";
import { StoreError } from "../../src/core/ports.ts";
import { generatedNameForm } from "../../src/protocol/names.ts";
import { displayName } from "../support/drafts.ts";
import type { Guest } from "../support/guest.ts";
import { SeveralNodes } from "../support/several-nodes.ts";

const nameOf = (guest: Guest) => guest.last("welcome").user.name;
const away = () => Promise.reject(new StoreError("Postgres: away", { fatal: false }));
const answers = async () => {};

/** Two nodes that did not start just now. */
async function twoNodes() {
  const nodes = new SeveralNodes();
  const [here, there] = [nodes.start(), nodes.start()];
  await nodes.pass(graceMs);
  return { nodes, here, there };
}

describe("names, on several nodes", () => {
  test("[N6] a name that somebody has on another node is refused in every way of asking, with a free one", async () => {
    const { nodes, here, there } = await twoNodes();
    await here.world.join({ name: "admin" });
    await here.world.join({ name: "admin2" });
    const refused = await there.world.join({ name: "аdmin" });
    assert.deepEqual(refused.news(), ["! name_taken"]);
    assert.equal((await there.world.join({ name: "ADMIN" })).last("error").suggestion, "ADMIN3");
    const bob = await there.world.join({ name: "Bob" });
    bob.news();
    bob.send({ type: "rename", name: "Admin" });
    await nodes.quiet();
    assert.deepEqual(bob.news(), ["! name_taken"]);
    const { names } = there.world.hub.members;
    const author = await names.author({ name: displayName("admin") });
    assert.ok(!author.ok && author.error.suggestion === "admin3");
    assert.ok((await names.author({ name: displayName("Bobby") })).ok);
  });

  test("[N6] a name is free on all nodes once its owner has left, or is called otherwise", async () => {
    const { nodes, here, there } = await twoNodes();
    const ann = await here.world.join({ name: "Ann" });
    ann.send({ type: "rename", name: "Анна" });
    await nodes.quiet();
    const other = await there.world.join({ name: "Ann" });
    assert.equal(nameOf(other), "Ann");
    ann.leave();
    await nodes.quiet();
    other.send({ type: "rename", name: "анна" });
    await nodes.quiet();
    assert.equal(nameOf(other), "анна");
    assert.equal(nameOf(await here.world.join({ name: "Ann" })), "Ann");
  });

  test("[N6] who comes back to another node has their name there, and finds it changed where they changed it", async () => {
    const { nodes, here, there } = await twoNodes();
    const ann = await here.world.join({ name: "Ann" });
    const { token } = ann.last("welcome");
    const tab = await there.world.join({ token });
    assert.equal(nameOf(tab), "Ann");
    const reader = await there.world.join({ name: "น้อย" });
    reader.news();
    ann.send({ type: "rename", name: "Анна" });
    await nodes.quiet();
    assert.equal(nameOf(tab), "Анна", "the other line is told");
    assert.deepEqual(reader.news(), ["Ann=Анна"]);
    tab.leave();
    assert.equal(nameOf(await there.world.join({ token })), "Анна", "though the token is older");
  });

  test("[N6] who comes back to find their name somebody else's gets a free one", async () => {
    const { nodes, here, there } = await twoNodes();
    const ann = await here.world.join({ name: "Ann" });
    ann.leave();
    await nodes.quiet();
    await there.world.join({ name: "Ann" });
    const back = await here.world.join({ token: ann.last("welcome").token });
    assert.deepEqual([nameOf(back), back.last("welcome").user.id], ["Ann2", ann.last("welcome").user.id]);
  });

  test("[N6] names of a node that died are free within 30 s; of one that ended they wait for their owners", async () => {
    const { nodes, here, there } = await twoNodes();
    const bob = await there.world.join({ name: "Bob" });
    await there.stop();
    assert.deepEqual((await here.world.join({ name: "bob" })).news(), ["! name_taken"]);
    const back = await here.world.join({ token: bob.last("welcome").token });
    assert.equal(nameOf(back), "Bob");
    const third = nodes.start();
    await third.world.join({ name: "Eve" });
    third.kill();
    assert.deepEqual((await here.world.join({ name: "Eve" })).news(), ["! name_taken"]);
    await nodes.pass(leaseMs + 2 * renewMs);
    assert.equal(nameOf(await here.world.join({ name: "Eve" })), "Eve");
    assert.deepEqual((await here.world.join({ name: "Bob" })).news(), ["! name_taken"]);
  });

  test("[N6] who brings no name asks nobody, and those who come in one turn ask once", async () => {
    const { nodes, here } = await twoNodes();
    let asked = 0;
    nodes.names.step = async () => void asked++;
    for (let n = 0; n < 100; n++) here.world.connect().send({ type: "join" });
    await nodes.quiet();
    assert.equal(asked, 0);
    for (let n = 0; n < 100; n++) here.world.connect().send({ type: "join", name: `Гість ${n}` });
    await nodes.quiet();
    assert.equal(asked, 1);
    assert.equal(here.world.hub.people.count, 200);
  });

  test("[N6] [N3] while the store is away everybody is let in; after it, of two with one name the second is called otherwise", async () => {
    const { nodes, here, there } = await twoNodes();
    const ann = await here.world.join({ name: "Ann" });
    nodes.names.step = away;
    const bob = await here.world.join({ name: "Bob" });
    const other = await there.world.join({ name: "Ann" });
    assert.deepEqual([nameOf(bob), nameOf(other)], ["Bob", "Ann"]);
    other.news();
    ann.news();
    nodes.names.step = answers;
    await nodes.pass(2_000);
    assert.equal(nameOf(other), "Ann2");
    assert.deepEqual(ann.news(), ["Ann=Ann2"]);
    assert.deepEqual((await there.world.join({ name: "Bob" })).news(), ["! name_taken"]);
  });

  test("[N6] after the store was away, a node says as often as before that it lives", async () => {
    const { nodes } = await twoNodes();
    const renewals = async () => {
      let count = 0;
      nodes.names.step = async (what) => void (what === "renew" && count++);
      await nodes.pass(4 * renewMs);
      return count;
    };
    const before = await renewals();
    nodes.names.step = away;
    await nodes.pass(2 * renewMs);
    await renewals();
    assert.equal(await renewals(), before);
  });

  test("[I3] who comes by a session that ends while their name is claimed does not come in", async () => {
    const { nodes, here, there } = await twoNodes();
    const ann = await there.world.join({ name: "Ann" });
    const { token } = ann.last("welcome");
    const claimed = Promise.withResolvers<void>();
    nodes.names.step = (what) => (what === "claim" ? claimed.promise : answers());
    const tab = here.world.connect();
    tab.send({ type: "join", token });
    await new Promise((resolve) => setImmediate(resolve));
    ann.send({ type: "sessions" });
    await there.world.quiet();
    ann.send({ type: "end_session", session: ann.last("sessions").sessions[0]?.id ?? "" });
    await there.world.quiet();
    await here.world.hub.identity.accounts.refresh();
    claimed.resolve();
    await nodes.quiet();
    assert.deepEqual([tab.last("error").code, tab.closed, tab.all("welcome")], ["session_ended", "removed", []]);
    assert.equal(here.world.hub.people.count, 0);
  });

  test("[N6] a node that could not reach the store for so long that its names went to others claims them anew", async () => {
    const { nodes, here, there } = await twoNodes();
    const ann = await there.world.join({ name: "Ann" });
    const bob = await there.world.join({ name: "Bob" });

    nodes.names.forget(there.id);
    assert.equal(nameOf(await here.world.join({ name: "Ann" })), "Ann");
    ann.news();
    await nodes.pass(2 * renewMs);
    assert.deepEqual([nameOf(ann), nameOf(bob)], ["Ann2", "Bob"]);
    assert.deepEqual((await here.world.join({ name: "Bob" })).news(), ["! name_taken"]);
  });

  test("[N6] somebody who leaves while their name is asked for leaves nothing behind", async () => {
    const { nodes, here, there } = await twoNodes();
    const held = Promise.withResolvers<void>();
    nodes.names.step = () => held.promise;
    const ann = here.world.connect();
    ann.send({ type: "join", name: "Ann" });
    const bob = here.world.connect();
    bob.send({ type: "join" });
    await new Promise((resolve) => setImmediate(resolve));
    bob.send({ type: "rename", name: "Bob" });
    ann.cut();
    bob.leave();
    held.resolve();
    await nodes.pass(graceMs);
    assert.equal(here.world.hub.people.count, 0);
    for (const name of ["Ann", "Bob"]) assert.equal(nameOf(await there.world.join({ name })), name);
  });

  test("[I2] a name that turns out to be kept for somebody while another asks for it is its owner's, on that node too", async () => {
    const { nodes, here, there } = await twoNodes();
    const owner = await there.world.join({ name: "Kept" });
    owner.send({ type: "claim", passphrase: "correct horse battery" });
    await nodes.quiet();
    const { token } = owner.last("welcome");
    owner.leave();
    const bob = await here.world.join({ name: "Bob" });
    await nodes.quiet();
    const held = Promise.withResolvers<void>();
    nodes.names.step = () => held.promise;
    bob.send({ type: "rename", name: "Kept" });
    await new Promise((resolve) => setImmediate(resolve));
    await here.world.hub.identity.accounts.refresh();
    nodes.names.step = answers;
    held.resolve();
    await nodes.quiet();
    assert.equal(bob.last("error").code, "name_taken");
    assert.deepEqual(bob.all("user_renamed"), [], "who asked for it is called as before");
    bob.leave();
    await nodes.quiet();
    assert.equal(nameOf(await here.world.join({ token })), "Kept");
  });

  test("[N6] no two people have one name in the end, whatever the bus and the store do", async () => {
    const act = fc.constantFrom(
      "join",
      "join",
      "rename",
      "leave",
      "cut",
      "return",
      "wait",
      "away",
      "back",
      "deaf",
      "hears",
    );
    const property = fc.asyncProperty(
      fc.array(fc.tuple(act, fc.nat({ max: 2 }), fc.nat({ max: 5 })), { minLength: 5, maxLength: 30 }),
      async (acts) => {
        const nodes = new SeveralNodes();
        const three = [nodes.start(), nodes.start(), nodes.start()];
        const guests: Guest[] = [];
        const tokens = new Set<string>();
        for (const [what, which, who] of acts) {
          const node = three[which] ?? assert.fail();
          const guest = guests.at(who % Math.max(1, guests.length));
          const name = ["Ann", "Анна", "ann", "Bob", "น้อย", "Аnn"][who] ?? "";
          const token = [...tokens][who];
          if (what === "join") guests.push(await node.world.join({ name }));
          if (what === "return" && token) guests.push(await node.world.join({ token }));
          if (what === "rename") guest?.send({ type: "rename", name });
          if (what === "leave") guest?.leave();
          if (what === "cut") guest?.cut();
          if (what === "away") nodes.names.step = away;
          if (what === "back") nodes.names.step = answers;
          if (what === "deaf" || what === "hears") nodes.hear(node.id, what === "hears");
          await (what === "wait" ? nodes.pass(4_000) : nodes.quiet());
          for (const one of guests.slice(-1)) for (const welcome of one.all("welcome")) tokens.add(welcome.token);
        }
        nodes.names.step = answers;
        for (const { id } of three) nodes.hear(id, true);
        await nodes.pass(2 * graceMs + leaseMs + 2 * renewMs);
        const holders = new Map<string, string>();
        for (const { world } of three) {
          for (const [key, id] of world.hub.people.keysInUse) {
            assert.equal(holders.get(key) ?? id, id, `${key} is used by two`);
            holders.set(key, id);
          }
        }
        // What is not in use can be had.
        for (const guest of guests) guest.leave();
        await nodes.pass(graceMs + 2_000);
        for (const name of ["Ann", "Анна", "Bob", "น้อย"]) {
          const [first] = three;
          const guest = first && (await first.world.join({ name }));
          assert.equal(guest && nameOf(guest), name);
        }
      },
    );
    await fc.assert(property, { numRuns: 40 });
  });

  test("[N6] somebody whose free name is taken as well, again and again, is called by a generated one", async () => {
    const { nodes, here, there } = await twoNodes();
    const ann = await there.world.join({ name: "Ann" });
    ann.leave();
    await nodes.quiet();
    await here.world.join({ name: "Ann" });
    for (const name of ["Ann2", "Ann22", "Ann222"]) await here.world.join({ name });
    nodes.names.step = (what) => (what === "taken" ? away() : answers());
    const back = await there.world.join({ token: ann.last("welcome").token });
    assert.match(nameOf(back), generatedNameForm);
  });
});
