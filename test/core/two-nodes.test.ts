import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createMemoryBus } from "../../src/bus/memory.ts";
import { compareMs, watchHeads } from "../../src/core/head-watch.ts";
import type { Appends, Bus } from "../../src/core/ports.ts";
import { draft, messageId, roomName } from "../support/drafts.ts";
import { FakeClock } from "../support/fake-clock.ts";
import type { Guest } from "../support/guest.ts";
import { MemoryStore, newMemory } from "../support/memory-store.ts";
import { range } from "../support/seqs.ts";
import { SeveralNodes } from "../support/several-nodes.ts";
import { World } from "../support/world.ts";

const general = roomName("general");
const seqsOf = (guest: Guest) => guest.all("message").map(({ seq }) => seq);

/** What becomes of news on its way to the other node. */
type Fate = "carried" | "lost" | "twice" | "late" | "head only";

/** Two ends of a bus, each of which hears itself at once, and the other as `fates` have it. */
function flakyBuses(fates: Fate[]): readonly [Bus, Bus] {
  const ends = [createMemoryBus(), createMemoryBus()] as const;
  const end = (own: Bus, other: Bus): Bus => {
    let late: Appends[] = [];
    return {
      ...own,
      publish(appends) {
        own.publish(appends);
        const fate = fates.shift() ?? "lost";
        const before = late;
        late = fate === "late" ? [...late, appends] : [];
        const head = appends.events.at(-1)?.seq ?? 0;
        if (fate === "carried" || fate === "twice") other.publish(appends);
        if (fate === "twice") other.publish(appends);
        if (fate === "head only") other.publish({ ...appends, events: [], head });
        // What comes late comes after what was said later, the last first.
        if (fate !== "late") for (const one of before.toReversed()) other.publish(one);
      },
    };
  };
  return [end(ends[0], ends[1]), end(ends[1], ends[0])];
}

test("[N2] [R1] [R4] members of two nodes read one log, each event once and in order, whatever the bus loses, repeats, delays or turns round", async () => {
  const fate = fc.constantFrom<Fate>("carried", "carried", "lost", "twice", "late", "head only");
  const act = fc.constantFrom("say", "say", "say", "join", "resume", "wait");
  const property = fc.asyncProperty(
    fc.array(fc.tuple(act, fc.nat({ max: 1 })), { minLength: 3, maxLength: 40 }),
    fc.array(fate, { maxLength: 40 }),
    async (acts, fates) => {
      const memory = newMemory();
      const clock = new FakeClock();
      const buses = flakyBuses([...fates]);
      const worlds = buses.map((bus) => {
        const store = new MemoryStore(memory);
        const world = new World({ store, bus, clock, key: memory.key });
        watchHeads({ hub: world.hub, store, bus, clock, log: world.log });
        return world;
      });
      const quiet = async () => {
        for (const world of worlds) await world.quiet();
      };
      const [first, second] = worlds;
      assert.ok(first && second);
      const authors = [await first.join({ name: "Оля" }), await second.join({ name: "น้อย" })];
      const readers: { readonly guest: Guest; readonly from: number }[] = authors.map((guest) => ({ guest, from: 0 }));
      let said = 0;
      for (const [what, node] of acts) {
        const world = worlds[node];
        if (what === "say") authors[node]?.send({ type: "message", text: `สวัสดี ${++said}` });
        if (what === "wait") await quiet();
        if (what === "join" || what === "resume") {
          // From one node to the other: a position is good everywhere. [R3]
          const seq = seqsOf(authors[1 - node] ?? assert.fail()).at(-1) ?? 0;
          const { epoch } = authors[0]?.last("joined") ?? assert.fail();
          assert.ok(world);
          const guest = world.connect();
          guest.send({ type: "join", history: 0, ...(what === "resume" && { since: { epoch, seq } }) });
          await quiet();
          const joined = guest.last("joined");
          assert.equal(joined.recovered, what === "resume");
          if (what === "resume") {
            const read = await world.hub.reader.read(general, { after: seq }, 100, undefined);
            assert.ok(read.ok && read.value.head >= seq);
          }
          readers.push({ guest, from: joined.recovered ? seq : joined.head });
        }
      }
      await quiet();
      clock.advance(compareMs);
      await quiet();
      const head = memory.rooms.get(general)?.events.length ?? 0;
      assert.equal(head, said);
      for (const { guest, from } of readers) assert.deepEqual(seqsOf(guest), range(from + 1, head));
    },
  );
  await fc.assert(property, { numRuns: 150 });
});

test("[N2] [S1] what was stored by a node that could not tell of it is read on all once it has been sent again", async () => {
  const nodes = new SeveralNodes();
  const [here, there] = [nodes.start(), nodes.start()];
  const ann = await here.world.join({ name: "Ann" });
  const bob = await there.world.join({ name: "Боб" });
  await nodes.quiet();
  const { id, text } = draft(1);
  await new MemoryStore(nodes.memory).append([draft(1)]);
  ann.send({ type: "message", id, text });
  await nodes.quiet();
  assert.deepEqual([ann.last("ack").seq, ann.last("ack").dup], [1, true]);
  assert.deepEqual([seqsOf(ann), seqsOf(bob)], [[1], [1]]);
  const looks = () => nodes.told.filter(({ type }) => type === "look").length;
  const before = looks();
  ann.send({ type: "message", id, text });
  ann.send({ type: "message", id: messageId(2), text: "другий" });
  await nodes.quiet();
  assert.equal(looks(), before, "and what has been read is not looked for again");
});
