import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { graceMs } from "../../src/core/members.ts";
import { aliveMs, silentMs } from "../../src/core/nodes.ts";
import { presenceListLimit } from "../../src/protocol/limits.ts";
import type { Guest } from "../support/guest.ts";
import { type Fate, SeveralNodes, type TestNode } from "../support/several-nodes.ts";

/** Two nodes that did not start just now. */
async function twoNodes(): Promise<readonly [SeveralNodes, TestNode, TestNode]> {
  const nodes = new SeveralNodes();
  const both = [nodes.start(), nodes.start()] as const;
  await nodes.pass(graceMs);
  return [nodes, ...both];
}

const membersOf = (guest: Guest) => guest.last("joined").members?.map(({ name }) => name);

describe("who is here, on several nodes", () => {
  test("[N5] everybody is told of who comes and goes, on whatever node, and is shown to who comes", async () => {
    const [nodes, here, there] = await twoNodes();
    const ann = await here.world.join({ name: "Ann" });
    const som = await there.world.join({ name: "ส้ม" });
    await nodes.quiet();
    assert.deepEqual(membersOf(som), ["ส้ม", "Ann"]);
    assert.equal(som.last("joined").count, 2);
    const olya = await there.world.join({ name: "Оля" });
    await nodes.quiet();
    assert.deepEqual(ann.news(), ["welcome", "joined", "history", "+ส้ม 2", "+Оля 3"]);
    som.leave();
    olya.cut();
    await nodes.quiet();
    assert.deepEqual(ann.news(), ["-ส้ม 2"]);
    await nodes.pass(graceMs);
    assert.deepEqual(ann.news(), ["-Оля 1"]);
  });

  test("[N5] a node that starts later learns who is on the others, also in rooms that it has nobody in", async () => {
    const nodes = new SeveralNodes();
    const here = nodes.start();
    const ann = await here.world.join({ name: "Ann", room: "кухня" });
    const there = nodes.start();
    await nodes.pass(1_000);
    assert.deepEqual(membersOf(await there.world.join({ name: "Bob", room: "кухня" })), ["Bob", "Ann"]);
    ann.leave();
    await nodes.quiet();
    assert.deepEqual(membersOf(await there.world.join({ name: "Eve", room: "кухня" })), ["Bob", "Eve"]);
  });

  test("[K5] who comes back on another node within 10 s never left, also when theirs ends in good order", async () => {
    const [nodes, here, there] = await twoNodes();
    const ann = await there.world.join({ name: "Ann" });
    let bob = await here.world.join({ name: "Bob" });
    const eve = await here.world.join({ name: "Ева" });
    const { token } = bob.last("welcome");
    await nodes.quiet();
    ann.news();
    bob.cut();
    await nodes.pass(9_000);
    bob = await there.world.join({ token });
    assert.equal(bob.last("welcome").user.name, "Bob");
    await nodes.pass(2 * graceMs);
    assert.deepEqual(ann.news(), []);
    bob.cut();
    bob = await here.world.join({ token });
    await here.stop();
    await nodes.pass(5_000);
    assert.deepEqual(ann.news(), [], "nobody has left yet");
    bob = await there.world.join({ token });
    await nodes.pass(graceMs);
    assert.deepEqual(ann.news(), ["-Ева 2"]);
    assert.equal(eve.closed, "restarting");
  });

  test("[K5] nodes that are restarted one after the other show nobody coming or going", async () => {
    const [nodes, ...running] = await twoNodes();
    const guests = await Promise.all(
      running.flatMap(({ world }, node) => [1, 2, 3].map((n) => world.join({ name: `Guest ${node}${n}` }))),
    );
    const reader = await running[1].world.join({ name: "Reader" });
    await nodes.quiet();
    const tokens = guests.map((guest) => guest.last("welcome").token);
    await running[0].stop();
    const again = nodes.start();
    reader.news();
    for (const token of tokens.slice(0, 3)) await again.world.join({ token });
    await nodes.pass(3 * graceMs);
    assert.deepEqual(reader.news(), []);
    assert.deepEqual((await again.world.join({ name: "Late" })).last("joined").count, 8);
  });

  test("[K5] somebody with lines to two nodes is one member, and leaves with the last", async () => {
    const [nodes, here, there] = await twoNodes();
    const ann = await here.world.join({ name: "Ann" });
    const tab = await here.world.join({ name: "Оксана" });
    await nodes.quiet();
    ann.news();
    const other = await there.world.join({ token: tab.last("welcome").token });
    await nodes.quiet();
    assert.equal(other.last("joined").count, 2);
    assert.deepEqual(other.last("welcome").user, tab.last("welcome").user);
    tab.leave();
    await nodes.quiet();
    assert.deepEqual(ann.news(), []);
    other.leave();
    await nodes.quiet();
    assert.deepEqual(ann.news(), ["-Оксана 1"]);
  });

  test("[N5] the members of a node that died have left within 30 s", async () => {
    const [nodes, here, there] = await twoNodes();
    const ann = await here.world.join({ name: "Ann" });
    await there.world.join({ name: "Bob" });
    await nodes.quiet();
    ann.news();
    there.kill();
    await nodes.pass(silentMs - aliveMs);
    assert.deepEqual(ann.news(), []);
    await nodes.pass(2 * aliveMs);
    assert.deepEqual(ann.news(), ["-Bob 1"]);
  });

  test("[N5] while the bus is away nobody goes; once it is back, who came and went meanwhile is told", async () => {
    const [nodes, here, there] = await twoNodes();
    const ann = await here.world.join({ name: "Ann" });
    const bob = await there.world.join({ name: "Bob" });
    await there.world.join({ name: "Ева" });
    await nodes.quiet();
    ann.news();
    for (const { id } of [here, there]) nodes.hear(id, false);
    bob.leave();
    await there.world.join({ name: "น้อย" });
    await nodes.pass(4 * silentMs);
    assert.deepEqual(ann.news(), []);
    for (const { id } of [here, there]) nodes.hear(id, true);
    await nodes.pass(1_000);
    assert.deepEqual(ann.news(), ["-Bob 2", "+น้อย 3"]);
  });

  test("[N5] who comes in by one more node, and by another name, is renamed to everybody on every node", async () => {
    const nodes = new SeveralNodes();
    const three = [nodes.start(), nodes.start(), nodes.start()] as const;
    await nodes.pass(graceMs);
    const [here, there] = three;
    const readers = await Promise.all(three.map(({ world }) => world.join()));
    let ann = await here.world.join({ name: "Ann" });
    await nodes.quiet();
    for (const reader of readers) reader.news();
    const { token } = ann.last("welcome");
    await there.world.join({ name: "Ганна", token });
    await nodes.quiet();
    for (const reader of readers) assert.deepEqual(reader.news(), ["Ann=Ганна"]);
    assert.equal(ann.last("welcome").user.name, "Ганна");
    // Back by an older token, through a node that has heard of nobody.
    await there.stop();
    ann.leave();
    ann = await nodes.start().world.join({ token });
    assert.equal(ann.last("welcome").user.name, "Ann");
    await nodes.pass(graceMs + 1_000);
    for (const reader of [readers[0], readers[2]]) {
      assert.deepEqual(
        reader?.news().filter((line) => line.includes("=")),
        ["Ганна=Ann"],
      );
    }
  });

  test("[N5] who asks a node for another name, and comes into no room there, has it on the others too", async () => {
    const [nodes, here, there] = await twoNodes();
    const reader = await here.world.join({ name: "Reader" });
    const ann = await there.world.join({ name: "Ann" });
    await nodes.quiet();
    reader.news();
    here.world.connect().send({ type: "hello", name: "Ганна", token: ann.last("welcome").token });
    await nodes.quiet();
    assert.deepEqual(reader.news(), ["Ann=Ганна"]);
    assert.equal(ann.last("welcome").user.name, "Ганна");
  });

  test("[N5] of a room of more than 200 on all nodes together, each tells how many it has, once a second", async () => {
    const [nodes, here, there] = await twoNodes();
    const ann = await here.world.join({ name: "Ann" });
    const join = (node: TestNode, name: string) => node.world.join({ name });
    const some: Guest[] = [];
    for (let n = 0; n < presenceListLimit / 2; n++) {
      some.push(await join(here, `Here ${n}`), await join(there, `There ${n}`));
    }
    await nodes.pass(2_000);
    ann.news();
    nodes.told.length = 0;
    for (let n = 0; n < 50; n++) await join(there, `Late ${n}`);
    await nodes.pass(2_000);
    assert.deepEqual(ann.news().at(-1), "251 here");
    const news = nodes.told.filter(({ type }) => type === "news");
    assert.ok(news.length <= 4, `${news.length} news of fifty who came`);
    const late = await join(here, "Later");
    assert.deepEqual([late.last("joined").count, late.last("joined").members], [252, undefined]);
    for (const guest of some.slice(0, 100)) guest.leave();
    await nodes.pass(4_000);
    const [roll = ""] = ann.news().slice(-1);
    assert.equal(roll.split(", ").length, 152, "and under 200 again, who is there");
    assert.deepEqual(membersOf(await join(there, "Last"))?.length, 153);
  });

  test("[N5] who typed on another node is seen to type, until they say it, cease or are not heard any more", async () => {
    const [nodes, here, there] = await twoNodes();
    const ann = await here.world.join({ name: "Ann" });
    const bob = await there.world.join({ name: "Боб" });
    await nodes.quiet();
    ann.news();
    bob.news();
    bob.send({ type: "typing" });
    await nodes.quiet();
    bob.send({ type: "message", text: "привіт" });
    await nodes.quiet();
    assert.deepEqual(ann.news(), ["Боб types", "Боб rests", "Боб: привіт"]);
    bob.send({ type: "typing" });
    await nodes.quiet();
    bob.send({ type: "typing", active: false });
    await nodes.quiet();
    assert.deepEqual(ann.news(), ["Боб types", "Боб rests"]);
    bob.send({ type: "typing" });
    await nodes.quiet();
    there.kill();
    await nodes.pass(7_000);
    assert.deepEqual(ann.news(), ["Боб types", "Боб rests"]);
    assert.deepEqual(bob.news(), ["ack", "Боб: привіт"], "nobody sees themselves type");
  });

  test("[N8] the operator's notice is read on all nodes, once, and counts everybody who has a line", async () => {
    const [nodes, here, there] = await twoNodes();
    const guests = [await here.world.join({ name: "Ann" }), await there.world.join({ name: "Bob" })];
    await nodes.pass(aliveMs);
    assert.equal(here.world.hub.linesEverywhere, 2);
    nodes.fates.push("twice");
    here.world.hub.notice("เซิร์ฟเวอร์จะเริ่มใหม่");
    await nodes.quiet();
    for (const guest of guests)
      assert.deepEqual(
        guest.all("notice").map(({ text }) => text),
        ["เซิร์ฟเวอร์จะเริ่มใหม่"],
      );
  });

  test("[N5] [K5] what every node says of who is here is the same in the end, whatever the bus loses, repeats or delays", async () => {
    const fate = fc.constantFrom<Fate>("carried", "carried", "carried", "lost", "twice", "late");
    const act = fc.constantFrom("join", "join", "leave", "cut", "return", "rename", "wait", "away", "back");
    const property = fc.asyncProperty(
      fc.array(fc.tuple(act, fc.nat({ max: 2 }), fc.nat({ max: 5 })), { minLength: 5, maxLength: 30 }),
      fc.array(fate, { maxLength: 60 }),
      async (acts, fates) => {
        const nodes = new SeveralNodes();
        const three = [nodes.start(), nodes.start(), nodes.start()];
        await nodes.pass(graceMs);
        nodes.fates.push(...fates);
        const guests: Guest[] = [];
        const tokens: string[] = [];
        let count = 0;
        for (const [what, which, who] of acts) {
          const node = three[which] ?? assert.fail();
          const room = who % 2 === 0 ? "general" : "кухня";
          const guest = guests.at(who % Math.max(1, guests.length));
          if (what === "join") guests.push(await node.world.join({ name: `Гість ${++count}`, room }));
          if (what === "join") tokens.push(guests.at(-1)?.last("welcome").token ?? "");
          if (what === "return" && tokens[who]) guests.push(await node.world.join({ token: tokens[who], room }));
          if (what === "rename") guest?.send({ type: "rename", name: `ชื่อ ${++count}` });
          if (what === "leave") guest?.leave();
          if (what === "cut") guest?.cut();
          if (what === "away") nodes.hear(node.id, false);
          if (what === "back") nodes.hear(node.id, true);
          await (what === "wait" ? nodes.pass(4_000) : nodes.quiet());
        }
        nodes.fates.length = 0;
        for (const { id } of three) nodes.hear(id, true);
        await nodes.pass(graceMs + 2 * aliveMs);
        for (const room of ["general", "кухня"]) {
          const rolls: string[][] = [];
          for (const { world } of three) {
            const reader = await world.join({ room, name: `Reader ${++count}` });
            const members = reader.last("joined").members ?? [];
            rolls.push(
              members
                .map(({ id, name }) => `${id} ${name}`)
                .filter((one) => !one.includes("Reader"))
                .toSorted(),
            );
            reader.leave();
            await nodes.quiet();
          }
          assert.deepEqual(rolls[1], rolls[0]);
          assert.deepEqual(rolls[2], rolls[0]);
        }
      },
    );
    await fc.assert(property, { numRuns: 40 });
  });
});
