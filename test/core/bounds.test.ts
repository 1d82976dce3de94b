import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StoreError } from "../../src/core/ports.ts";
import { messageId } from "../support/drafts.ts";
import type { Guest } from "../support/guest.ts";
import { MemoryStore, newMemory } from "../support/memory-store.ts";
import { World } from "../support/world.ts";

const twoPerSecond = { sendRate: 2, sendBurst: 3 };
const texts = (guest: Guest) => guest.all("message").map(({ text }) => text);
const say = (guest: Guest, ...all: readonly string[]) => {
  for (const text of all) guest.send({ type: "message", text });
};

describe("the rate of messages", () => {
  test("past it a message is refused with the time to wait, and so is all that follows, so that order holds [S2]", async () => {
    const world = new World({ limits: twoPerSecond });
    const ann = await world.join({ name: "Ann" });
    assert.deepEqual([ann.last("welcome").limits.send_rate, ann.last("welcome").limits.send_burst], [2, 3]);
    const ids = [1, 2, 3, 4, 5].map(messageId);
    for (const id of ids) ann.send({ type: "message", text: id, id });
    await world.quiet();
    const errors = ann.all("error");
    assert.deepEqual(
      errors.map(({ code, id }) => [code, id]),
      [
        ["rate_limited", ids[3]],
        ["rate_limited", ids[4]],
      ],
    );
    assert.ok(errors.every(({ retry_after_ms: ms }) => ms && ms > 450 && ms <= 500));
    world.clock.advance(500);
    ann.send({ type: "message", text: ids[3] ?? "", id: ids[3] });
    await world.quiet();
    assert.deepEqual(texts(ann), ids.slice(0, 4));
  });

  test("what the disk refused holds up what follows until the time that was named, though it could be stored before [S2]", async () => {
    let isFull = true;
    const store = new MemoryStore(newMemory(), async (what) => {
      if (isFull && what === "append") throw new StoreError("disk full", { fatal: false });
    });
    const world = new World({ store });
    const ann = await world.join({ name: "Ann" });
    say(ann, "1");
    await world.quiet();
    isFull = false;
    world.clock.advance(400);
    say(ann, "2");
    await world.quiet();
    const [first, second] = ann.all("error");
    assert.deepEqual([first?.code, first?.retry_after_ms, second?.code], ["unavailable", 1_000, "unavailable"]);
    assert.ok((second?.retry_after_ms ?? 0) <= 600, "until the same moment");
    world.clock.advance(600);
    say(ann, "1", "2");
    await world.quiet();
    assert.deepEqual(texts(ann), ["1", "2"]);
  });

  test("holds for a person with a token on all their lines, for guests of one address together, and for programs of this machine each", async () => {
    const world = new World({ limits: { ...twoPerSecond, sendBurst: 1 } });
    const { token } = (await world.join({ name: "Оля" })).last("welcome");
    const refusals = async (guests: readonly Guest[]) => {
      for (const guest of guests) say(guest, "привіт");
      await world.quiet();
      return guests.map((guest) => guest.all("error").length);
    };
    const join = (options: { address?: string }, token?: string) => world.join({ ...(token && { token }) }, options);
    assert.deepEqual(
      await refusals([await join({ address: "a" }, token), await join({ address: "b" }, token)]),
      [0, 1],
    );
    assert.deepEqual(
      await refusals([await join({ address: "c" }), await join({ address: "c" }), await join({ address: "d" })]),
      [0, 1, 0],
    );
    assert.deepEqual(await refusals([await join({}), await join({})]), [0, 0]);
  });

  test("past it a client without acknowledgements is not read for a while, and nothing of it is lost", async () => {
    const world = new World({ limits: twoPerSecond });
    const reader = await world.join({ name: "Reader" });
    const ann = await world.join({ name: "Ann" }, { acknowledges: false });
    say(ann, "1", "2", "3", "4", "5");
    await world.quiet();
    assert.deepEqual([texts(reader), ann.isPaused], [["1", "2", "3"], true]);
    world.clock.advance(500);
    await world.quiet();
    assert.deepEqual(texts(reader), ["1", "2", "3", "4"]);
    world.clock.advance(500);
    await world.quiet();
    assert.deepEqual([texts(reader), ann.isPaused, ann.all("error")], [["1", "2", "3", "4", "5"], false, []]);
  });

  test("what was read of such a client is said at its pace though its line is gone, and only then does it leave", async () => {
    const world = new World({ limits: twoPerSecond });
    world.clock.advance(10_000);
    const reader = await world.join({ name: "Reader" });
    const ann = await world.join({ name: "น้อย" }, { acknowledges: false });
    reader.news();
    say(ann, "1", "2", "3", "4", "5");
    ann.leave();
    await world.quiet();
    assert.deepEqual(reader.news(), ["น้อย: 1", "น้อย: 2", "น้อย: 3"]);
    world.clock.advance(500);
    await world.quiet();
    world.clock.advance(500);
    await world.quiet();
    assert.deepEqual(reader.news(), ["น้อย: 4", "น้อย: 5", "-น้อย 1"]);
  });

  test("[B1] such a client leaves at once if it only said blanks; with more to say after a minute, and past sixteen of one address at once", async () => {
    const world = new World({ limits: twoPerSecond });
    world.clock.advance(10_000);
    const reader = await world.join({ name: "Reader" });
    const gone = async (...said: readonly string[]) => {
      const guest = await world.join({}, { acknowledges: false, address: "203.0.113.7" });
      for (const text of said) guest.session.say(text);
      guest.leave();
      await world.quiet();
      return world.hub.sessions.size;
    };
    assert.equal(await gone(...Array<string>(1_000).fill(" \u200b")), 1);
    assert.equal(await gone("1", "2", "3"), 1);
    for (let lines = 1; lines <= 16; lines++) assert.equal(await gone(...Array<string>(500).fill("รอ")), 1 + lines);
    assert.equal(await gone("too many"), 17);
    for (let ms = 0; ms < 60_000; ms += 500) {
      world.clock.advance(500);
      await world.quiet();
    }
    assert.equal(world.hub.sessions.size, 1);
    const said = texts(reader).filter((text) => text === "รอ").length;
    assert.ok(said >= 100 && said <= 130, `${said} at the pace of their address`);
    assert.equal(reader.last("user_left").count, 1);
  });

  test("[K4] a server that stops does not wait for what such a client has left to say", async () => {
    const world = new World({ limits: twoPerSecond });
    const ann = await world.join({ name: "Ann" }, { acknowledges: false });
    say(ann, "1", "2", "3", "4");
    ann.leave();
    await world.quiet();
    await world.hub.drain(0);
    await world.hub.close();
    assert.equal(world.hub.sessions.size, 0);
  });
});

describe("[K4] a server that stops", () => {
  test("tells each line another moment to come back, all over the time that it was given", async () => {
    const world = new World();
    const guests = await Promise.all(Array.from({ length: 20 }, () => world.join()));
    await world.hub.drain(10_000);
    const delays = guests.map((guest) => guest.last("reconnect").delay_ms).toSorted((a, b) => a - b);
    const gaps = [...delays, 10_000].map((ms, index) => ms - (delays[index - 1] ?? 0));
    assert.ok(Math.min(...delays) >= 0 && Math.max(...gaps) <= 2_000, delays.join());
    assert.ok(Math.min(...gaps.slice(1, -1)) >= 100, delays.join());
  });

  test("hands out what a busy room has gathered and not written yet", async () => {
    const world = new World();
    const [ann, bob] = [await world.join({ name: "Ann" }), await world.join({ name: "Боб" })];
    const turns = async () => {
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    };
    say(ann, "1");
    await turns();
    say(ann, "2");
    await turns();
    assert.deepEqual(texts(bob), ["1"], "it wrote within the last moment");
    await world.hub.drain(0);
    assert.deepEqual(texts(bob), ["1", "2"]);
  });
});

describe("other frames", () => {
  test("past their rate the line is closed with too_many_frames, and messages do not count", async () => {
    const world = new World({ limits: { frameRate: 20, frameBurst: 10 } });
    const ann = await world.join({ name: "Ann" });
    for (let index = 0; index < 50; index++) say(ann, "message");
    for (let index = 0; index < 9; index++) ann.send({ type: "typing" });
    assert.equal(ann.closed, undefined);
    ann.send({ type: "ping" });
    assert.equal(ann.closed, "too_many_frames");
  });

  test("go on at their rate, and no faster", async () => {
    const world = new World({ limits: { frameRate: 20, frameBurst: 2 } });
    const [steady, hasty] = [await world.join(), await world.join()];
    for (const [guest, ms] of [[steady, 50] as const, [hasty, 40] as const]) {
      guest.send({ type: "ping" });
      for (let index = 0; index < 10; index++) {
        world.clock.advance(ms);
        guest.send({ type: "ping" });
      }
    }
    assert.deepEqual([steady.closed, hasty.closed], [undefined, "too_many_frames"]);
  });

  test("what is no frame counts as well", async () => {
    const world = new World({ limits: { frameRate: 20, frameBurst: 3 } });
    const ann = world.connect();
    for (let index = 0; index < 4; index++) ann.session.refuseFrame({ code: "bad_json" }, {});
    assert.equal(ann.closed, "too_many_frames");
  });
});

describe("[K2] a line that is awaited to speak", () => {
  test("is closed after 10 s of silence, and not if it said anything at all", async () => {
    const world = new World();
    const [silent, ann, odd] = [world.connect(), world.connect(), world.connect()];
    for (const guest of [silent, ann, odd]) guest.session.expectWord();
    ann.send({ type: "join" });
    odd.session.refuseFrame({ code: "bad_json" }, {});
    world.clock.advance(9_999);
    assert.equal(silent.closed, undefined);
    world.clock.advance(1);
    await world.quiet();
    assert.deepEqual([silent.closed, ann.closed, odd.closed], ["said_nothing", undefined, undefined]);
  });

  test("is told nothing before it has said who it is, the operator's words neither", async () => {
    const world = new World();
    const ann = world.connect();
    ann.session.expectWord();
    world.hub.notice("перерва");
    ann.send({ type: "hello", name: "Ann" });
    world.hub.notice("далі");
    assert.deepEqual(ann.news(), ["welcome", "notice"]);
  });
});

describe("[B1] a reader who is behind", () => {
  test("is spared typing and who comes and goes, reads every message, and is told who is here once it has caught up", async () => {
    const world = new World();
    world.clock.advance(10_000);
    const slow = await world.join({ name: "Slow" });
    const ann = await world.join({ name: "Ann" });
    slow.news();
    slow.isBehind = true;
    say(ann, "1");
    await world.quiet();
    ann.send({ type: "typing" });
    const bob = await world.join({ name: "Боб" });
    say(ann, "2");
    await world.quiet();
    bob.leave();
    await world.quiet();
    assert.deepEqual(slow.news(), ["Ann: 1", "Ann: 2"]);
    assert.ok(ann.news().includes("+Боб 3"), "the others read it all");
    world.clock.advance(5_000);
    assert.deepEqual(slow.news(), [], "it is still behind");
    slow.isBehind = false;
    world.clock.advance(1_000);
    await world.quiet();
    assert.deepEqual(slow.news(), ["here: Slow, Ann"]);
    const timers = world.clock.pending;
    world.clock.advance(1_000);
    assert.ok(world.clock.pending <= timers, "nobody is looked at any more");
  });

  test("is looked at no more once it has left the room, and is not told who is there", async () => {
    const world = new World();
    world.clock.advance(10_000);
    const slow = await world.join({ name: "Slow" });
    const ann = await world.join({ name: "Ann" });
    const timers = world.clock.pending;
    slow.isBehind = true;
    say(ann, "1");
    await world.quiet();
    const bob = await world.join({ name: "Боб" });
    slow.send({ type: "leave" });
    bob.leave();
    await world.quiet();
    assert.equal(slow.news().at(-1), "-Slow 2");
    slow.isBehind = false;
    world.clock.advance(1_000);
    await world.quiet();
    assert.deepEqual(slow.news(), []);
    assert.ok(world.clock.pending <= timers);
  });
});
