import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { Hint, NodeId } from "../../src/core/hints.ts";
import type { Appends, Bus } from "../../src/core/ports.ts";
import type { Epoch } from "../../src/protocol/ids.ts";
import { displayName, roomName, storedEvent, userId } from "../support/drafts.ts";

const epoch = "0123456789abcdef" as Epoch;

/** What is appended to a room at `seq`, and after it. */
const appends = (room: string, ...seqs: number[]): Appends => ({
  room: roomName(room),
  epoch,
  events: seqs.map((seq) => storedEvent(seq, { room: roomName(room), text: "สวัสดี 👩‍👩‍👧" })),
});

/** A listener, and a promise of the first `count` that it hears. */
function listener(bus: Bus, count: number) {
  const heard: Appends[] = [];
  const { promise, resolve } = Promise.withResolvers<readonly Appends[]>();
  const stop = bus.subscribe((one) => {
    heard.push(one);
    if (heard.length === count) resolve(heard);
  });
  return { heard, enough: promise, stop };
}

const node = "fedcba9876543210" as NodeId;
const general = roomName("ห้องเรียน");
const ann = { id: userId("ann"), name: displayName("Аня 👋") };
const bob = { id: userId("bob"), name: displayName("น้อย"), renames: 2 };
/** One of each. */
const hints: readonly Hint[] = [
  { type: "alive", node, version: 0, lines: 2 },
  {
    type: "news",
    node,
    version: 1,
    lines: 2,
    changes: [
      { room: general, in: [{ ...ann, quiet: true }, bob], out: [userId("eve")] },
      { room: general, members: [bob] },
      { room: roomName("кухня"), count: 1_000 },
    ],
    renamed: [bob],
  },
  { type: "roll", node, version: 1, lines: 2, part: 0, parts: 1, rooms: [{ room: general, members: [ann] }] },
  { type: "ask", node, of: node },
  { type: "look" },
  { type: "accounts" },
  { type: "read", user: ann.id, room: general, seq: 7 },
  { type: "typing", node, typists: [{ room: general, user: ann, active: true }] },
  { type: "notice", node, id: "0123456789", text: "Сервер перезапускається" },
];

/** Who hears what is told in passing, and a promise of the first `count` of it. */
function hearer(bus: Bus, count: number) {
  const heard: Hint[] = [];
  const { promise, resolve } = Promise.withResolvers<readonly Hint[]>();
  const stop = bus.hear((hint) => {
    heard.push(hint);
    if (heard.length === count) resolve(heard);
  });
  return { heard, enough: promise, stop };
}

/** What every bus must do. `open` gives two ends: of two nodes, or the same one twice where there is one node only. */
export function busContract(name: string, open: (t: TestContext) => Promise<readonly [Bus, Bus]>): void {
  describe(`the bus contract, on ${name}`, () => {
    test("carries what is published to every listener, the publisher's own too, exactly as it is", async (t) => {
      const [here, there] = await open(t);
      const listeners = [listener(here, 1), listener(here, 1), listener(there, 1)];
      const published = { ...appends("кухня", 1, 2, 3), countedFor: ["2001:db8:0:7::/64", null, false as const] };
      here.publish(published);
      for (const { enough } of listeners) assert.deepEqual(await enough, [published]);
    });

    test("[R1] carries each room's in the order of publishing", async (t) => {
      const [here, there] = await open(t);
      const { enough } = listener(there, 200);
      for (let seq = 1; seq <= 100; seq++) {
        here.publish(appends("a", seq));
        here.publish(appends("b", seq));
      }
      const heard = await enough;
      for (const room of ["a", "b"]) {
        const seqs = heard.filter((one) => one.room === room).map(({ events }) => events[0]?.seq);
        assert.deepEqual(
          seqs,
          Array.from({ length: 100 }, (_, index) => index + 1),
        );
      }
    });

    test("a listener hears nothing from before it listened, and nothing after it ended", async (t) => {
      const [here] = await open(t);
      here.publish(appends("a", 1));
      const short = listener(here, 1);
      const long = listener(here, 2);
      here.publish(appends("a", 2));
      await short.enough;
      short.stop();
      short.stop();
      here.publish(appends("a", 3));
      await long.enough;
      assert.deepEqual(short.heard, [appends("a", 2)]);
      assert.deepEqual(long.heard, [appends("a", 2), appends("a", 3)]);
    });

    test("a function that listens twice hears everything twice, and each answer ends its own", async (t) => {
      const [here] = await open(t);
      const heard: number[] = [];
      const hear = ({ events }: Appends) => heard.push(...events.map(({ seq }) => seq));
      const stops = [here.subscribe(hear), here.subscribe(hear)];
      const { enough } = listener(here, 2);
      here.publish(appends("a", 1));
      stops[0]?.();
      here.publish(appends("a", 2));
      await enough;
      assert.deepEqual(heard, [1, 1, 2]);
    });

    test("tells who hears whether they published it themselves", async (t) => {
      const [here, there] = await open(t);
      const own = (bus: Bus) => new Promise((resolve) => bus.subscribe((_, isOwn) => resolve(isOwn)));
      const heard = [own(here), own(there)];
      here.publish(appends("a", 1));
      assert.deepEqual(await Promise.all(heard), [true, here === there]);
    });

    test("[N5] carries what is told in passing to every listener, exactly as it is and in the order of telling", async (t) => {
      const [here, there] = await open(t);
      const told = [...hints, ...hints.toReversed()];
      const heard = [hearer(here, told.length), hearer(there, told.length)];
      for (const hint of told) here.tell(hint);
      for (const { enough } of heard) assert.deepEqual(await enough, told);
      for (const { stop } of heard) stop();
      here.tell({ type: "bye", node });
      const last = hearer(here, 1);
      here.tell({ type: "ask", node });
      assert.deepEqual(await last.enough, [{ type: "ask", node }]);
      assert.equal(heard[0]?.heard.length, told.length);
    });

    test("carries nothing once it is closed", async (t) => {
      const [here] = await open(t);
      const { heard } = listener(here, 1);
      const hints = hearer(here, 1);
      await here.close();
      here.publish(appends("a", 1));
      here.tell({ type: "bye", node });
      await here.close();
      assert.deepEqual([heard, hints.heard], [[], []]);
    });
  });
}
