import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ban, Subnet } from "../../src/core/account-store.ts";
import { refreshMs } from "../../src/core/account-watch.ts";
import { graceMs } from "../../src/core/members.ts";
import { readBannedAddresses } from "../../src/server/banned-addresses.ts";
import { login, named, settledWorld, twoNodes } from "../support/claims.ts";
import { MemoryStore, newMemory } from "../support/memory-store.ts";
import type { World } from "../support/world.ts";

/** What a command writes down beside the nodes, which look for it later. */
async function write(nodes: readonly World[], ban: Ban): Promise<void> {
  const [first] = nodes;
  await first?.store.accounts.writeBan(ban);
  first?.clock.advance(refreshMs);
  for (const node of nodes) await node.quiet();
}

test("[D8] whoever is banned is told so and sent away on every node, and comes in by no token and no passphrase", async () => {
  const nodes = twoNodes();
  const [here, there] = nodes;
  const ann = await named(here, "Оля 🙂");
  const { user, token } = ann.last("welcome");
  const phone = await there.join({ token });
  const bob = await there.join({ name: "น้อย" });
  await write(nodes, { who: user.id, name: user.name, since: 1_000 });
  for (const line of [ann, phone]) assert.deepEqual([line.last("error").code, line.closed], ["banned", "removed"]);
  assert.equal(bob.closed, undefined);
  there.clock.advance(graceMs / 2);
  await there.quiet();
  assert.deepEqual(bob.news().slice(-1), ["-Оля 🙂 1"], "nobody waits for them to come back");
  for (const node of nodes) {
    const back = await node.join({ token });
    assert.deepEqual([back.last("error").code, back.closed, back.all("welcome")], ["banned", "removed", []]);
    const author = node.hub.people.author({ token });
    assert.equal(author.ok ? undefined : author.error.code, "banned");
    const anew = node.connect();
    await login(node, anew, "Оля 🙂", "not the passphrase");
    assert.equal(anew.last("error").code, "wrong_passphrase", "only who proves to be them is told");
    await login(node, anew, "Оля 🙂");
    assert.equal(anew.last("error").code, "banned");
    assert.equal((await node.join({ name: "ОЛЯ 🙂" })).last("error").code, "name_taken", "their name stays theirs");
  }
  await write(nodes, { who: user.id, name: user.name, since: null });
  for (const node of nodes) assert.deepEqual((await node.join({ token })).last("welcome").user, user);
});

test("[D8] a guest without a token of their own is sent away by their id, and whoever comes from a banned address by that", async () => {
  const nodes = twoNodes();
  const [here, there] = nodes;
  const guest = await here.join({ name: "Eve" });
  await write(nodes, { who: guest.last("welcome").user.id, name: "Eve", since: 1_000 });
  assert.equal(guest.closed, "removed");
  const [ann, bob, local] = [
    await here.join({ name: "Ann" }, { address: "203.0.113.7" }),
    await there.join({ name: "Bob" }, { address: "2001:db8:0:1::/64" }),
    await there.join({ name: "Zoe" }),
  ];
  const silent = there.connect({ address: "2001:db8:0:ffff::/64" });
  await write(nodes, { who: "203.0.113.0/24" as Subnet, name: "", since: 1_000 });
  assert.deepEqual([ann.closed, bob.closed, silent.closed], ["removed", undefined, undefined]);
  await write(nodes, { who: "2001:db8::/48" as Subnet, name: "", since: 1_000 });
  assert.deepEqual([bob.closed, silent.closed, local.closed], ["removed", "removed", undefined]);
});

for (const [what, life, versions] of [
  ["gave their versions to others", "another", 3],
  ["tells of fewer versions, if of no other life", "", 1],
] as const) {
  test(`[N4] [D8] a store that lost its last bans and ${what} is believed: bans that it lost hold no more, others do`, async () => {
    const memory = newMemory();
    const world = settledWorld({ store: new MemoryStore(memory), looksElsewhere: true });
    const isAddressBanned = readBannedAddresses(world.hub.identity.accounts);
    const bob = await world.join({ name: "น้อย" });
    const { user } = bob.last("welcome");
    for (const n of [1, 2, 3]) await write([world], { who: `203.0.113.${n}` as Subnet, name: "", since: 1_000 });
    memory.accounts.bans.clear();
    Object.assign(memory.accounts, { life, version: versions - 1 });
    assert.deepEqual([isAddressBanned("203.0.113.1"), bob.closed], [true, undefined]);
    await write([world], { who: user.id, name: user.name, since: 1_000 });
    assert.equal(memory.accounts.version, versions);
    assert.deepEqual([isAddressBanned("203.0.113.1"), bob.closed], [false, "removed"]);
  });
}
