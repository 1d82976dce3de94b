import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StoreError } from "../../src/core/ports.ts";
import { markEveryMs, stayMs } from "../../src/core/read-markers.ts";
import type { Epoch } from "../../src/protocol/ids.ts";
import { roomName } from "../support/drafts.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { tokenOf, userOf } from "../support/guest.ts";
import { MemoryStore, newMemory } from "../support/memory-store.ts";
import { say, World } from "../support/world.ts";

describe("read markers", () => {
  test("[P3] are told to one's other lines, only forward, and are there when one comes back", async () => {
    const memory = newMemory();
    const clock = new FakeClock();
    const open = () => new World({ store: new MemoryStore(memory), key: memory.key, clock });
    const world = open();
    const ann = await world.join({ name: "Ann" });
    const bob = await world.join({ name: "Боб" });
    for (const text of ["раз", "два", "สาม"]) await say(world, bob, text);
    const tab = await world.join({ token: tokenOf(ann) });
    assert.equal(tab.last("joined").read, undefined);
    ann.send({ type: "read", seq: 2 });
    ann.send({ type: "read", seq: 1 });
    await world.quiet();
    assert.deepEqual(tab.all("read"), [{ type: "read", room: "general", seq: 2 }]);
    assert.deepEqual([ann.all("read"), bob.all("read")], [[], []]);
    tab.send({ type: "read", seq: 99 });
    tab.send({ type: "rooms" });
    await world.quiet();
    assert.equal(ann.last("read").seq, 3, "nobody has read what is not there");
    assert.equal(tab.last("rooms").rooms[0]?.read, 3, "the list knows it at once");
    await say(world, bob, "ще");
    const third = await world.join({ token: tokenOf(ann) });
    assert.deepEqual([third.last("joined").read, third.last("joined").unread], [3, 1]);
    clock.advance(stayMs + markEveryMs);
    await world.quiet();
    const later = open();
    const back = await later.join({ token: tokenOf(ann) });
    assert.deepEqual([back.last("joined").read, back.last("joined").unread], [3, 1]);
    const other = await later.join({ token: tokenOf(bob) });
    assert.equal(other.last("joined").read, undefined);
  });

  test("[P3] [N4] move anew in a room whose log is another one now: what was read of the old one says nothing of it", async () => {
    const memory = newMemory();
    const world = new World({ store: new MemoryStore(memory), key: memory.key, clock: new FakeClock() });
    const general = roomName("general");
    const ann = await world.join({ name: "Ann" });
    for (const text of ["раз", "два", "สาม"]) await say(world, ann, text);
    const token = tokenOf(await world.join({ token: tokenOf(ann) }));
    ann.send({ type: "read", seq: 3 });
    const room = world.hub.rooms.get(general);
    memory.rooms.set(general, { epoch: "0123456789abcdef" as Epoch, events: [] });
    if (room) world.hub.lose(room);
    const [back, tab] = [await world.join({ token }), await world.join({ token })];
    const bob = await world.join({ name: "Боб" });
    await say(world, bob, "нове");
    await say(world, bob, "ещё");
    back.send({ type: "read", seq: 1 });
    await world.quiet();
    assert.deepEqual(tab.all("read"), [{ type: "read", room: "general", seq: 1 }]);
    tab.send({ type: "rooms" });
    await world.quiet();
    assert.deepEqual(tab.last("rooms").rooms[0]?.unread, 1);
  });

  test("[P3] what one says oneself is unread on none of one's devices, if the room was ever marked there", async () => {
    const memory = newMemory();
    const world = new World({ store: new MemoryStore(memory), key: memory.key, clock: new FakeClock() });
    const ann = await world.join({ name: "Аня" });
    const bob = await world.join({ name: "Боб" });
    await say(world, ann, "ยังไม่ได้ทำเครื่องหมาย");
    const phone = await world.join({ token: tokenOf(ann) });
    assert.equal(phone.last("joined").unread, undefined, "who never marked has no count");
    await say(world, bob, "שלום");
    phone.send({ type: "read", seq: 2 });
    await world.quiet();
    await say(world, bob, "непрочитане");
    await say(world, ann, "сказане з іншого пристрою 🙂");
    assert.deepEqual(phone.all("read"), [{ type: "read", room: "general", seq: 4 }]);
    await say(world, bob, "і ще");
    const third = await world.join({ token: tokenOf(ann) });
    assert.deepEqual([third.last("joined").read, third.last("joined").unread], [4, 1]);
    assert.deepEqual(bob.all("read"), []);
  });

  test("[P3] of many moves one commit a second is made, none for a guest who was here for a moment", async () => {
    const memory = newMemory();
    const clock = new FakeClock();
    const store = new MemoryStore(memory);
    const commits: number[] = [];
    const { markRead } = store.directory;
    store.directory.markRead = (markers) => {
      commits.push(markers.length);
      return markRead(markers);
    };
    const world = new World({ store, clock, key: memory.key });
    const passing = await world.join({ name: "Passing" });
    const guest = await world.join({ name: "Guest" });
    const known = await Promise.all(
      [1, 2, 3].map(async () => {
        const before = await world.join();
        before.leave();
        return world.join({ token: tokenOf(before) });
      }),
    );
    const first = await world.join({ name: "First" });
    for (let n = 0; n < 20; n++) await say(world, first, `${n}`);
    for (let seq = 1; seq <= 20; seq++) {
      for (const reader of [passing, guest, ...known]) reader.send({ type: "read", seq });
    }
    clock.advance(2 * markEveryMs);
    await world.quiet();
    assert.deepEqual(commits, [3], "those of guests wait");
    passing.leave();
    await world.quiet();
    clock.advance(stayMs + markEveryMs);
    await world.quiet();
    assert.deepEqual(commits, [3, 1]);
    clock.advance(10 * markEveryMs);
    await world.quiet();
    assert.deepEqual(commits, [3, 1], "and no timer goes on");
  });

  test("[P3] what is said while the store looks up what was read is unread too", async () => {
    const store = new MemoryStore();
    const { readStates } = store.directory;
    store.directory.readStates = async (asked) => {
      const states = await readStates(asked);
      bob.send({ type: "message", text: "два" });
      await new Promise((resolve) => setImmediate(resolve));
      return states;
    };
    const world = new World({ store });
    const [ann, bob] = [await world.join({ name: "Ann" }), await world.join({ name: "Боб" })];
    await say(world, ann, "раз");
    ann.send({ type: "read", seq: 1 });
    const tab = await world.join({ token: tokenOf(ann) });
    assert.deepEqual([tab.last("joined").head, tab.last("joined").unread], [2, 1]);
  });

  test("[P3] what one reads elsewhere while the store looks up what was read is not unread", async () => {
    const store = new MemoryStore();
    const { readStates } = store.directory;
    store.directory.readStates = async (asked) => {
      const states = await readStates(asked);
      ann.send({ type: "read", seq: 2 });
      await new Promise((resolve) => setImmediate(resolve));
      return states;
    };
    const world = new World({ store });
    const ann = await world.join({ name: "Ann" });
    for (const text of ["раз", "два", "три"]) await say(world, ann, text);
    ann.send({ type: "read", seq: 1 });
    const tab = await world.join({ token: tokenOf(ann) });
    const { read, unread } = tab.last("joined");
    assert.deepEqual({ read, unread }, { read: 2, unread: 1 });
  });

  test("[P3] a thousand who come back at once are one question to the store", async () => {
    const memory = newMemory();
    const store = new MemoryStore(memory);
    const world = new World({ store, key: memory.key });
    const tokens = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const guest = await world.join();
        guest.cut();
        return tokenOf(guest);
      }),
    );
    const asked: number[] = [];
    const { readStates } = store.directory;
    store.directory.readStates = (all) => {
      asked.push(all.length);
      return readStates(all);
    };
    const returned = new World({ store, key: memory.key });
    await returned.join();
    const lines = tokens.map((token) => {
      const line = returned.connect();
      line.send({ type: "join", token });
      return line;
    });
    await returned.quiet();
    assert.deepEqual(asked, [50]);
    for (const line of lines) assert.equal(line.all("joined").length, 1);
  });

  test("[P3] [N3] while the store is away people come in all the same, and nothing that was read is lost", async () => {
    const memory = newMemory();
    const clock = new FakeClock();
    let isAway = false;
    const store = new MemoryStore(memory, async (what) => {
      if (isAway && what === "directory") throw new StoreError("away", { fatal: false });
    });
    const world = new World({ store, clock, key: memory.key });
    const ann = await world.join({ name: "Ann" });
    await say(world, ann, "1");
    isAway = true;
    const tab = await world.join({ token: tokenOf(ann) });
    tab.send({ type: "read", seq: 1 });
    const again = await world.join({ token: tokenOf(ann) });
    assert.equal(again.all("joined").length, 1);
    clock.advance(stayMs + 5 * markEveryMs);
    await world.quiet();
    isAway = false;
    clock.advance(stayMs + markEveryMs);
    await world.quiet();
    assert.deepEqual(
      await store.directory.readStates([{ user: userOf(ann).id, room: ann.last("joined").room, upTo: 1 }]),
      [{ seq: 1, unread: 0 }],
    );
  });

  test("[P3] [B1] up to 20,000 wait for the store, and what is moved again takes no more room", async () => {
    const store = new MemoryStore();
    const written: number[] = [];
    const { markRead } = store.directory;
    store.directory.markRead = (all) => {
      written.push(all.length);
      return markRead(all);
    };
    const world = new World({ store });
    const ann = await world.join({ name: "Ann" });
    const { person } = ann.session;
    assert.ok(person);
    for (const seq of [1, 2]) {
      for (let n = 0; n < 20_010; n++) world.hub.lobby.markers.move(person, roomName(`r${n}`), seq);
    }
    world.clock.advance(stayMs + markEveryMs);
    await world.quiet();
    assert.deepEqual(written, [20_000]);
  });

  test("[P3] what waits is written down when the server stops in good order", async () => {
    const memory = newMemory();
    const world = new World({ store: new MemoryStore(memory), key: memory.key });
    const ann = await world.join({ token: tokenOf(await world.join({ name: "Ann" })) });
    await say(world, ann, "1");
    ann.send({ type: "read", seq: 1 });
    await world.hub.close();
    assert.equal(memory.directory.read.get(`${userOf(ann).id}/general`), 1);
  });
});
