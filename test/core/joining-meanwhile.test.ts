import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { createMemoryBus } from "../../src/bus/memory.ts";
import type { Appends, Bus } from "../../src/core/ports.ts";
import { holeMs } from "../../src/core/room.ts";
import { pageBytes } from "../../src/protocol/limits.ts";
import { draft, roomName } from "../support/drafts.ts";
import type { Guest } from "../support/guest.ts";
import { MemoryStore, newMemory } from "../support/memory-store.ts";
import { range, seqsOf } from "../support/seqs.ts";
import { World } from "../support/world.ts";

const general = roomName("general");

type Fate = "now" | "lost" | "twice" | "late";

/** A bus that loses, repeats and delays what it is told, as long as there are `fates` left to say so. */
function lossyBus(fates: Fate[]): Bus {
  const bus = createMemoryBus();
  let late: Appends[] = [];
  return {
    ...bus,
    publish(appends) {
      const fate = fates.shift() ?? "now";
      const before = late;
      late = [];
      if (fate === "late") late.push(appends);
      if (fate === "now" || fate === "twice") bus.publish(appends);
      if (fate === "twice") bus.publish(appends);
      for (const one of before) bus.publish(one);
    },
  };
}

describe("joining while messages pour in", () => {
  const fate = fc.constantFrom<Fate>("now", "now", "lost", "twice", "late");
  const act = fc.oneof(
    { weight: 6, arbitrary: fc.constant("say" as const) },
    { weight: 3, arbitrary: fc.constant("join" as const) },
    { weight: 2, arbitrary: fc.constant("resume" as const) },
    { weight: 1, arbitrary: fc.constant("again" as const) },
    { weight: 1, arbitrary: fc.constant("leave" as const) },
    { weight: 4, arbitrary: fc.constant("wait" as const) },
  );

  // Of long ones a room that is opened has only the last few in memory: the rest is read from the store, meanwhile.
  const log = fc.oneof(
    fc.record({ stored: fc.nat({ max: 320 }), text: fc.constant("чай") }),
    fc.record({ stored: fc.nat({ max: 14 }), text: fc.constant("x".repeat(pageBytes / 4)) }),
  );

  test("[R1] [R2] [R4] everybody reads the log from where they came in, each event once, whatever the timing and the bus", async () => {
    const acts = fc.array(act, { minLength: 5, maxLength: 40 });
    const property = fc.asyncProperty(
      fc.scheduler(),
      acts,
      fc.array(fate, { maxLength: 30 }),
      log,
      fc.nat({ max: 12 }),
      async (scheduler, acts, whatever, { stored, text }, back) => {
        const fates = [...whatever];
        const memory = newMemory();
        await new MemoryStore(memory).append(range(1, stored).map((n) => draft(n, { text })));
        const isDone = { value: false };
        const step = (label: string) =>
          isDone.value ? Promise.resolve() : scheduler.schedule(Promise.resolve(), label);
        const world = new World({ store: new MemoryStore(memory, step), bus: lossyBus(fates) });
        const guests: Guest[] = [];
        const starts = new Map<Guest, number>();
        const author = world.connect();
        author.send({ type: "join", name: "Ann" });
        let said = 0;
        for (const one of acts) {
          if (one === "say") author.send({ type: "message", text: `สวัสดี ${++said}` });
          const guest = one === "again" || one === "leave" ? guests[said % Math.max(1, guests.length)] : undefined;
          if (one === "again") guest?.send({ type: "join", history: 10 });
          if (one === "leave") guest?.cut();
          if (one === "join" || one === "resume") {
            const guest = world.connect();
            guest.drain = () => step("drained");
            const epoch = memory.rooms.get(general)?.epoch;
            const seq = Math.max(0, (memory.rooms.get(general)?.events.length ?? 0) - back - said);
            if (one === "resume" && epoch) {
              guest.send({ type: "join", since: { epoch, seq } });
              starts.set(guest, seq);
            } else guest.send({ type: "join", history: 10 });
            guests.push(guest);
          }
          if (one === "wait" && scheduler.count() > 0) await scheduler.waitOne();
          world.clock.advance(1);
        }
        while (scheduler.count() > 0) await scheduler.waitAll();
        isDone.value = true;
        await world.quiet();
        // What the bus lost last is found out with what comes next.
        fates.length = 0;
        author.send({ type: "message", text: "last" });
        await world.quiet();
        world.clock.advance(2 * holeMs);
        await world.quiet();
        const head = memory.rooms.get(general)?.events.length ?? 0;
        for (const guest of [author, ...guests]) {
          const seqs = seqsOf(guest);
          if (guest.session.ended) {
            if (seqs.length > 0) assert.deepEqual(seqs, range(seqs[0] ?? 0, seqs.at(-1) ?? 0));
            continue;
          }
          const joined = guest.last("joined");
          const from = joined.recovered ? starts.get(guest) : joined.head - guest.last("history").messages.length;
          assert.deepEqual(seqs, range((from ?? assert.fail()) + 1, head));
        }
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });
});
