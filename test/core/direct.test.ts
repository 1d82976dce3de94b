import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { directRoom } from "../../src/protocol/direct.ts";
import { login, named, settledWorld } from "../support/claims.ts";
import { tokenOf, userOf } from "../support/guest.ts";
import { MemoryStore, newMemory } from "../support/memory-store.ts";
import { say, World } from "../support/world.ts";

describe("direct conversations", () => {
  test("[P1] are the same room whoever begins, by name or id, and are told to the other one's every line", async () => {
    const world = new World();
    const ann = await world.join({ name: "Ann" });
    const bob = await world.join({ name: "Боб" });
    const bobsPhone = await world.join({ token: tokenOf(bob), room: "кухня" });
    const eve = await world.join({ name: "Eve" });
    const room = directRoom(userOf(ann).id, userOf(bob).id);
    ann.send({ type: "direct", user: "боб", ref: "d" });
    await world.quiet();
    const { ref, direct, head, members } = ann.last("joined");
    assert.deepEqual([ann.last("joined").room, ref, direct, head], [room, "d", { user: userOf(bob) }, 0]);
    assert.deepEqual(members, [userOf(ann)]);
    assert.deepEqual(bob.all("invited"), [], "nothing was said yet");
    await say(world, ann, "між нами", room);
    for (const line of [bob, bobsPhone]) {
      assert.deepEqual(line.all("invited"), [{ type: "invited", room, head: 1, direct: { user: userOf(ann) } }]);
    }
    assert.deepEqual([eve.all("invited"), ann.all("invited")], [[], []]);
    bob.send({ type: "direct", user: userOf(ann).id });
    await world.quiet();
    assert.deepEqual([bob.last("joined").room, bob.last("joined").direct], [room, { user: userOf(ann) }]);
    assert.deepEqual(
      bob.last("history").messages.map(({ text }) => text),
      ["між нами"],
    );
    await say(world, bob, "так", room);
    assert.equal(bobsPhone.all("invited").length, 2);
    assert.equal(bob.all("invited").length, 1, "who is in the room reads the room");
    ann.send({ type: "react", room, target: ann.last("ack").id, emoji: "👍" });
    await world.quiet();
    assert.equal(bobsPhone.all("invited").length, 2, "a reaction is no news");
  });

  test("[P1] are listed with the other one's name also when they are away, and after a restart", async () => {
    const memory = newMemory();
    const open = () => new World({ store: new MemoryStore(memory), key: memory.key });
    const world = open();
    const ann = await world.join({ name: "Ann" });
    const bob = await world.join({ name: "น้ำ" });
    ann.send({ type: "direct", user: userOf(bob).id });
    await world.quiet();
    const { room } = ann.last("joined");
    await say(world, ann, "psst", room);
    const later = open();
    const alone = await later.join({ token: tokenOf(ann) });
    alone.send({ type: "rooms" });
    alone.send({ type: "direct", user: userOf(bob).id });
    await later.quiet();
    const listed = alone.last("rooms").rooms.find((one) => one.room === room);
    assert.deepEqual([listed?.direct, listed?.head, listed?.count], [{ user: userOf(bob) }, 1, 0]);
    assert.deepEqual(alone.last("joined").direct, { user: userOf(bob) });
    alone.leave();
    const back = await later.join({ token: tokenOf(bob) });
    back.send({ type: "rooms" });
    await later.quiet();
    assert.deepEqual(back.last("rooms").rooms.find((one) => one.room === room)?.direct, { user: userOf(ann) });
  });

  test("[P1] begin with who is here, whose name is kept, or who spoke of late in one's room, and with nobody else", async () => {
    const world = settledWorld();
    const kept = await named(world, "Kept");
    kept.leave();
    const ann = await world.join({ name: "Ann" });
    const gone = await world.join({ name: "Їжак" });
    const hidden = await world.join({ name: "Hidden", room: "elsewhere" });
    await world.join({ name: "Keeper", room: "elsewhere" });
    await say(world, gone, "бувай");
    await say(world, hidden, "not in your room");
    for (const guest of [gone, hidden]) guest.leave();
    await world.quiet();
    for (const user of ["kept", "Їжак", "їжак", userOf(gone).id, "Ann", "ann"]) {
      ann.send({ type: "direct", user, ref: user });
      await world.quiet();
      assert.equal(ann.last("joined").ref, user);
    }
    assert.deepEqual(ann.last("joined").direct, { user: userOf(ann) }, "with oneself too");
    for (const user of ["Hidden", userOf(hidden).id, "Аnn", "u_00000000000000000000", "", "a:b"]) {
      ann.send({ type: "direct", user });
      await world.quiet();
      assert.equal(ann.last("error").code, "no_such_user", user);
    }
  });

  test("[P1] nobody else comes in: not by joining, nor by going on as somebody else on a line that is in", async () => {
    const world = settledWorld();
    const ann = await named(world, "Ann");
    const bob = await world.join({ name: "Bob" });
    const eve = await named(world, "Eve");
    ann.send({ type: "direct", user: "Bob" });
    await world.quiet();
    const { room } = ann.last("joined");
    await say(world, ann, "secret", room);
    const nowhere = directRoom(userOf(eve).id.replace(/.$/, "_") as never, userOf(bob).id);
    for (const name of [room, nowhere]) {
      eve.news();
      eve.send({ type: "join", room: name });
      eve.send({ type: "message", room: name, text: "hi" });
      eve.send({ type: "history", room: name });
      eve.send({ type: "read", room: name, seq: 1 });
      eve.send({ type: "typing", room: name });
      await world.quiet();
      const refusals = eve.news();
      assert.ok(refusals.length === 5 && refusals.every((line) => line.startsWith("! ")), refusals.join());
    }
    bob.send({ type: "join", room });
    await world.quiet();
    await login(world, bob, "Eve");
    bob.news();
    await say(world, ann, "secret too", room);
    assert.deepEqual(bob.news(), [], "the line is Eve's now");
    bob.send({ type: "history", room });
    await world.quiet();
    assert.deepEqual(bob.news(), ["! not_joined"]);
    assert.equal(world.hub.rooms.get(room)?.presence.count, 1);
  });
});
