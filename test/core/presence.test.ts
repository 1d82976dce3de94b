import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { graceMs } from "../../src/core/members.ts";
import { presenceListLimit } from "../../src/protocol/limits.ts";
import { World } from "../support/world.ts";

/** A world that did not start just now. */
async function settledWorld(): Promise<World> {
  const world = new World();
  world.clock.advance(graceMs);
  return world;
}

describe("presence", () => {
  test("tells the others who comes and who leaves, and whoever comes who is there", async () => {
    const world = await settledWorld();
    const ann = await world.join({ name: "Ann" });
    ann.news();
    const som = await world.join({ name: "ส้ม" });
    assert.deepEqual(ann.news(), ["+ส้ม 2"]);
    assert.deepEqual(
      som.last("joined").members?.map(({ name }) => name),
      ["Ann", "ส้ม"],
    );
    assert.deepEqual(som.news(), ["welcome", "joined", "history"], "nobody is told of their own coming");
    som.send({ type: "leave" });
    await world.quiet();
    assert.deepEqual([ann.news(), som.news()], [["-ส้ม 1"], ["-ส้ม 1"]], "the own notice confirms it");
    som.send({ type: "message", text: "?" });
    await world.quiet();
    assert.deepEqual([ann.news(), som.news()], [[], ["! not_joined"]]);
  });

  test("[K5] close 1000 leaves at once; a broken line leaves after 10 s", async () => {
    const world = await settledWorld();
    const ann = await world.join({ name: "Ann" });
    const bob = await world.join({ name: "Bob" });
    const eve = await world.join({ name: "Eve" });
    ann.news();
    bob.leave();
    await world.quiet();
    assert.deepEqual(ann.news(), ["-Bob 2"]);
    eve.cut();
    world.clock.advance(graceMs - 100);
    await world.quiet();
    assert.deepEqual(ann.news(), []);
    world.clock.advance(100);
    await world.quiet();
    assert.deepEqual(ann.news(), ["-Eve 1"]);
  });

  test("[K5] who comes back within 10 s never left, however often their line breaks", async () => {
    const world = await settledWorld();
    const ann = await world.join({ name: "Ann" });
    let bob = await world.join({ name: "Bob" });
    const { token } = bob.last("welcome");
    ann.news();
    for (let n = 0; n < 5; n++) {
      bob.cut();
      world.clock.advance(graceMs * 0.8);
      bob = await world.join({ token });
      assert.equal(bob.last("welcome").user.name, "Bob");
    }
    assert.deepEqual(ann.news(), []);
  });

  test("[K5] the grace period begins anew with every break, and the last one counts", async () => {
    const world = await settledWorld();
    const ann = await world.join({ name: "Ann" });
    const bob = await world.join({ name: "Bob" });
    const { token } = bob.last("welcome");
    bob.cut();
    world.clock.advance(5_000);
    const again = await world.join({ token });
    ann.news();
    again.cut();
    world.clock.advance(graceMs - 1_000);
    await world.quiet();
    assert.deepEqual(ann.news(), [], "10 s after the first break, but 9 s after the second");
    world.clock.advance(1_000);
    await world.quiet();
    assert.deepEqual(ann.news(), ["-Bob 1"]);
  });

  test("[K5] a name is kept while its owner may still come back, and is free after", async () => {
    const world = await settledWorld();
    const bob = await world.join({ name: "Bob" });
    bob.cut();
    assert.deepEqual((await world.join({ name: "bob" })).news(), ["! name_taken"]);
    world.clock.advance(graceMs);
    assert.equal((await world.join({ name: "bob" })).last("welcome").user.name, "bob");
  });

  test("two lines with one token are one member: the last to go is the one who leaves", async () => {
    const world = await settledWorld();
    const ann = await world.join({ name: "Ann" });
    const tab = await world.join({ name: "Оксана" });
    ann.news();
    const other = await world.join({ token: tab.last("welcome").token });
    assert.equal(other.last("joined").count, 2);
    assert.deepEqual(other.last("welcome").user, tab.last("welcome").user);
    assert.deepEqual(ann.news(), []);
    tab.leave();
    await world.quiet();
    assert.deepEqual(ann.news(), []);
    other.leave();
    await world.quiet();
    assert.deepEqual(ann.news(), ["-Оксана 1"]);
  });

  test("[R4] joining again announces nothing", async () => {
    const world = await settledWorld();
    const ann = await world.join({ name: "Ann" });
    const bob = await world.join({ name: "Bob" });
    ann.news();
    bob.news();
    bob.send({ type: "join" });
    await world.quiet();
    assert.deepEqual([ann.news(), bob.news()], [[], ["joined", "history"]]);
    ann.send({ type: "message", text: "สวัสดี" });
    await world.quiet();
    assert.deepEqual(bob.news(), ["Ann: สวัสดี"], "and one seat only is left");
  });

  test("[K5] for 10 s after a start, returns with a token are counted and told together", async () => {
    const world = new World();
    const key = new Uint8Array(32);
    const before = new World({ key });
    const tokens: string[] = [];
    for (const name of ["Ann", "Боб", "ส้ม"]) tokens.push((await before.join({ name })).last("welcome").token);
    const after = new World({ key });
    const ann = await after.join({ token: tokens[0] });
    await after.join({ token: tokens[1] });
    const som = await after.join({ token: tokens[2] });
    assert.equal(som.last("joined").count, 3);
    assert.equal((await after.join({ name: "New" })).last("joined").count, 4);
    assert.deepEqual(ann.news(), ["welcome", "joined", "history", "+New 4"]);
    after.clock.advance(graceMs);
    await after.quiet();
    assert.deepEqual(ann.news(), ["here: Ann, Боб, ส้ม, New"]);
    await after.join({ token: (await world.join({ name: "Eve" })).last("welcome").token, name: "Eve" });
    assert.deepEqual(ann.news(), ["+Eve 5"]);
  });

  test("[R4] who is renamed while somebody is coming in is shown to them by the new name", async () => {
    const world = await settledWorld();
    const ann = await world.join({ name: "Ann" });
    for (let n = 0; n < 400; n++) ann.send({ type: "message", text: `${n} ${"x".repeat(2_000)}` });
    await world.quiet();
    const { epoch } = ann.last("joined");
    const slow = world.connect();
    const drained = Promise.withResolvers<void>();
    slow.drain = () => drained.promise;
    slow.send({ type: "join", name: "Slow", since: { epoch, seq: 100 } });
    await world.quiet();
    for (let n = 0; n < 10; n++) ann.send({ type: "message", text: "x" });
    ann.send({ type: "rename", name: "Анна" });
    await world.quiet();
    drained.resolve();
    await world.quiet();
    const known = slow.frames.flatMap((frame) =>
      frame.type === "joined" || frame.type === "members" ? [frame.members?.[0]?.name] : [],
    );
    const renamed = slow.all("user_renamed").map(({ user }) => user.name);
    assert.equal([...known, ...renamed].at(-1), "Анна");
  });

  test("past 200 members a room tells its count once a second, and under 200 again who is there", async () => {
    const world = await settledWorld();
    const ann = await world.join({ name: "Ann" });
    const others = [];
    for (let n = 1; n < presenceListLimit; n++) others.push(await world.join({ name: `Guest ${n}` }));
    assert.equal(ann.all("user_joined").length, presenceListLimit - 1);
    ann.news();
    for (let n = 0; n < 50; n++) others.push(await world.join({ name: `Late ${n}` }));
    assert.equal(others.at(-1)?.last("joined").members, undefined);
    assert.equal(others.at(-1)?.last("joined").count, 250);
    world.clock.advance(1_000);
    await world.quiet();
    assert.deepEqual(ann.news(), ["250 here"], "fifty came within the second");
    for (const other of others.splice(0, 100)) other.leave();
    await world.quiet();
    assert.deepEqual(ann.news(), []);
    world.clock.advance(1_000);
    await world.quiet();
    const [roll, ...rest] = ann.news();
    assert.deepEqual([roll?.split(", ").length, rest], [150, []]);
    await world.join({ name: "Back to names" });
    assert.deepEqual(ann.news(), ["+Back to names 151"]);
  });

  test("who types is shown to the others, not to themselves; a message or leaving ends it", async () => {
    const world = await settledWorld();
    const ann = await world.join({ name: "Ann" });
    const bob = await world.join({ name: "Боб" });
    ann.news();
    bob.news();
    bob.send({ type: "typing" });
    await world.quiet();
    bob.send({ type: "message", text: "привіт" });
    await world.quiet();
    assert.deepEqual(ann.news(), ["Боб types", "Боб rests", "Боб: привіт"]);
    assert.deepEqual(bob.news(), ["ack", "Боб: привіт"]);
    bob.send({ type: "typing" });
    await world.quiet();
    bob.leave();
    await world.quiet();
    assert.deepEqual(ann.news(), ["Боб types", "Боб rests", "-Боб 1"]);
  });

  test("a room that everybody has left leaves no timer and no name behind", async () => {
    const world = await settledWorld();
    const idle = world.clock.pending;
    for (const room of ["a", "кухня", "ห้องเรียน"]) {
      const guest = await world.join({ name: "Ann", room });
      guest.send({ type: "typing" });
      guest.leave();
      await world.quiet();
    }
    assert.equal(world.clock.pending, idle);
    assert.equal(world.hub.sessions.size, 0);
  });
});
