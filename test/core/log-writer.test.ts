import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import fc from "fast-check";
import { createMemoryBus } from "../../src/bus/memory.ts";
import { LogWriter } from "../../src/core/log-writer.ts";
import { type Draft, type Store, StoreError } from "../../src/core/ports.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { displayName, draft, roomName, userId } from "../support/drafts.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { MemoryStore, newMemory } from "../support/memory-store.ts";
import { keptLog, temporaryFolder } from "../support/server.ts";
import { uncounted } from "../support/uncounted.ts";

/** A store that notes its groups, and whose commits end when and as the test says. */
class HeldStore extends MemoryStore {
  readonly groups: number[] = [];
  readonly #commits: { resolve(): void; reject(error: unknown): void }[];

  constructor() {
    const commits: { resolve(): void; reject(error: unknown): void }[] = [];
    super(newMemory(), (what) => {
      if (what !== "append") return Promise.resolve();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      commits.push({ resolve, reject });
      return promise;
    });
    this.#commits = commits;
  }

  override append(drafts: readonly Draft[]) {
    this.groups.push(drafts.length);
    return super.append(drafts);
  }

  /** Ends the commit that is under way, and lets what follows from it happen. */
  async end(error?: StoreError): Promise<void> {
    await turn();
    const commit = this.#commits.shift() ?? assert.fail("no commit is under way");
    if (error) commit.reject(error);
    else commit.resolve();
    await turn();
  }

  get committing(): number {
    return this.#commits.length;
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A log writer whose every outcome and publication is noted, in order. */
function watched<S extends Store>(store: S) {
  const noted: string[] = [];
  const bus = createMemoryBus();
  bus.subscribe(({ room, events }) => noted.push(`${room} hears ${events.map(({ text }) => text).join(", ")}`));
  const log = keptLog();
  const clock = new FakeClock();
  const writer = new LogWriter({ store, bus, log, clock, metrics: uncounted });
  const append = (n: number | string, changes: Partial<Draft> = {}) => {
    const one = draft(n, { text: `${n}`, ...changes });
    writer.append(one, (outcome) => {
      if (!outcome.ok) noted.push(`${n}: ${outcome.error.code}`);
      else noted.push(`${n} is ${outcome.value.event.seq}${outcome.value.dup ? " again" : ""}`);
    });
  };
  return { store, writer, noted, log, append, clock };
}

async function openSqlite(t: TestContext): Promise<Store> {
  const store = await openSqliteStore(`${temporaryFolder(t)}/parlance.db`);
  t.after(() => store.close());
  return store;
}

describe("the log writer", () => {
  test("[L2] commits, then acknowledges the whole group, then publishes a room at a time", async () => {
    const { store, noted, append, writer } = watched(new HeldStore());
    append(1);
    append(2, { room: roomName("кухня") });
    append(3);
    await turn();
    assert.deepEqual([noted, store.groups], [[], [3]], "nobody hears of what is not on disk");
    await store.end();
    assert.deepEqual(noted, ["1 is 1", "2 is 1", "3 is 2", "general hears 1, 3", "кухня hears 2"]);
    await writer.stop();
  });

  test("[S1] acknowledges duplicates and refuses conflicts without publishing either", async (t) => {
    const { noted, append, writer } = watched(await openSqlite(t));
    append(1);
    append(1);
    append(1, { text: "another" });
    append(2);
    await writer.stop();
    assert.deepEqual(noted, ["1 is 1", "1 is 1 again", "1: id_conflict", "2 is 2", "general hears 1, 2"]);
  });

  test("[S1] publishes nothing when a group is all duplicates", async (t) => {
    const store = await openSqlite(t);
    await store.append([draft(1, { text: "1" })]);
    const { noted, append, writer } = watched(store);
    append(1, { user: { id: userId("bob"), name: displayName("Bob") } });
    await writer.stop();
    assert.deepEqual(noted, ["1 is 1 again"]);
  });

  test("[L2] makes of what comes during a commit the next group, of 1,000 at the most", async () => {
    const { store, append, writer } = watched(new HeldStore());
    append("first");
    await turn();
    for (let n = 0; n < 2_250; n++) append(n);
    await turn();
    assert.equal(store.committing, 1, "one commit at a time");
    for (let n = 0; n < 4; n++) await store.end();
    assert.deepEqual(store.groups, [1, 1_000, 1_000, 250]);
    assert.equal(store.committing, 0);
    await writer.stop();
  });

  test("[L2] the store has the next group before anybody hears of the one that it stored", async () => {
    const store = new HeldStore();
    const bus = createMemoryBus();
    const atWork: number[] = [];
    bus.subscribe(() => atWork.push(store.groups.length));
    const writer = new LogWriter({ store, bus, log: keptLog(), clock: new FakeClock(), metrics: uncounted });
    const append = (n: number) => writer.append(draft(n), () => {});
    append(1);
    await turn();
    append(2);
    await store.end();
    assert.deepEqual([atWork, store.committing], [[2], 1]);
    await store.end();
    assert.deepEqual(atWork, [2, 2]);
    await writer.stop();
  });

  test("[S2] keeps the order of coming, whatever the groups, on a real disk", async (t) => {
    const store = await openSqlite(t);
    const { append, writer, noted } = watched(store);
    for (let n = 1; n <= 1_000; n++) {
      append(n);
      if (n % 97 === 0) await turn();
    }
    await writer.stop();
    const acknowledged = noted.filter((line) => !line.includes("hears"));
    assert.deepEqual(
      acknowledged,
      Array.from({ length: 1_000 }, (_, index) => `${index + 1} is ${index + 1}`),
    );
    const heard = noted.flatMap((line) => line.match(/hears (.*)/)?.[1]?.split(", ") ?? []);
    assert.deepEqual(
      heard,
      Array.from({ length: 1_000 }, (_, index) => `${index + 1}`),
    );
  });

  test("[L3] [S2] a failure that passes refuses its group and what waited behind it, and what comes after is stored", async () => {
    const { store, noted, append, writer, log, clock } = watched(new HeldStore());
    append(1);
    append(2);
    await turn();
    append(3);
    assert.equal(writer.isFailing, false);
    await store.end(new StoreError("the disk is full", { fatal: false }));
    assert.equal(writer.isFailing, true);
    clock.advance(10_000);
    assert.equal(writer.isFailing, false, "nobody knows by now");
    assert.deepEqual(noted, ["1: unavailable", "2: unavailable", "3: unavailable"]);
    assert.match(log.lines.join(), /the disk is full/);
    append(1);
    await turn();
    await store.end(new StoreError("the disk is full", { fatal: false }));
    assert.equal(writer.isFailing, true);
    append(1);
    await turn();
    await store.end();
    assert.equal(writer.isFailing, false);
    assert.deepEqual(noted.slice(4), ["1 is 1", "general hears 1"]);
    await writer.stop();
  });

  test("[L3] after a fatal failure its group is never answered, and whatever else comes is refused", async () => {
    const { store, noted, append, writer } = watched(new HeldStore());
    append(1);
    await turn();
    append(2);
    await store.end(new StoreError("an I/O error", { fatal: true }));
    assert.deepEqual(noted, ["2: unavailable"], "whether 1 is on disk cannot be known; 2 never reached it");
    append(3);
    assert.deepEqual(noted, ["2: unavailable", "3: unavailable"]);
    await writer.stop();
    assert.deepEqual(store.groups, [1]);
    assert.equal(noted.length, 2);
  });

  test("[K4] stop() refuses what comes, and ends when all before is stored, acknowledged and published", async () => {
    const { store, noted, append, writer } = watched(new HeldStore());
    append(1);
    await turn();
    append(2);
    let isStopped = false;
    const stopped = writer.stop().then(() => {
      isStopped = true;
    });
    append(3);
    assert.deepEqual(noted, ["3: unavailable"]);
    await store.end();
    assert.equal(isStopped, false, "2 is still on its way");
    await store.end();
    await stopped;
    assert.deepEqual(noted, ["3: unavailable", "1 is 1", "general hears 1", "2 is 2", "general hears 2"]);
  });

  test("[K4] stop() of an idle writer ends at once, and again", async () => {
    const { writer, noted, append } = watched(new MemoryStore());
    await writer.stop();
    await writer.stop();
    append(1);
    assert.deepEqual(noted, ["1: unavailable"]);
  });

  test("refuses what would make more than 20,000 wait for the disk", async () => {
    const { store, noted, append } = watched(new HeldStore());
    append("first");
    await turn();
    for (let n = 0; n <= 20_000; n++) append(n);
    assert.deepEqual(noted, ["20000: unavailable"]);
    await store.end();
    assert.equal(noted.at(1), "first is 1");
  });

  test("refuses what would make more than 32 MiB of text wait for the disk, and takes as much again once that is on its way", async () => {
    const { store, noted, append } = watched(new HeldStore());
    const text = "x".repeat(8 * 1024 * 1024);
    const outcomes = () => noted.filter((one) => !one.includes(" hears "));
    append("first");
    await turn();
    for (let n = 1; n <= 5; n++) append(n, { text });
    assert.deepEqual(outcomes(), ["5: unavailable"]);
    await store.end();
    for (let n = 6; n <= 10; n++) append(n, { text });
    assert.deepEqual(outcomes(), ["5: unavailable", "first is 1", "10: unavailable"]);
    await store.end(new StoreError("disk full", { fatal: false }));
    for (let n = 11; n <= 15; n++) append(n, { text });
    assert.equal(outcomes().at(-1), "15: unavailable");
  });

  test("[L2] [L3] whatever the timing and the failures: each is answered once or not at all, and heard once and in order", async () => {
    const act = fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: fc.constant("append" as const), id: fc.nat({ max: 12 }) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant("commit" as const), id: fc.constant(0) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("fail" as const), id: fc.constant(0) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), fc.boolean(), async (acts, endsFatally) => {
        const { store, noted, append, writer } = watched(new HeldStore());
        let asked = 0;
        for (const one of acts) {
          if (one.do === "append") {
            append(one.id);
            asked++;
          }
          await turn();
          if (one.do === "append" || store.committing === 0) continue;
          await store.end(one.do === "fail" ? new StoreError("full", { fatal: false }) : undefined);
        }
        const isFatal = endsFatally && store.committing > 0;
        const lost = isFatal ? (store.groups.at(-1) ?? 0) : 0;
        if (isFatal) await store.end(new StoreError("dead", { fatal: true }));
        while (store.committing > 0) await store.end();
        await writer.stop();
        const answers = noted.filter((line) => !line.includes("hears"));
        assert.equal(answers.length + lost, asked);
        const seqs = answers.flatMap((line) => line.match(/^(\d+) is (\d+)$/)?.slice(1) ?? []);
        const heard = noted.flatMap((line) => line.match(/hears (.*)/)?.[1]?.split(", ") ?? []);
        assert.deepEqual(
          heard.flatMap((text, index) => [text, String(index + 1)]),
          seqs,
          "what was newly acknowledged is what was heard, in the order of the log",
        );
      }),
      { numRuns: 60 },
    );
  });
});
