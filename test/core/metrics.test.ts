import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryBus } from "../../src/bus/memory.ts";
import { Audience, Seat } from "../../src/core/audience.ts";
import { LogWriter } from "../../src/core/log-writer.ts";
import { type Connection, type Format, StoreError } from "../../src/core/ports.ts";
import { createMetrics, type Readings } from "../../src/ops/metrics.ts";
import { displayName, draft, roomName, userId } from "../support/drafts.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { MemoryStore, newMemory } from "../support/memory-store.ts";
import { keptLog } from "../support/server.ts";
import { uncounted } from "../support/uncounted.ts";

const nothingOpen: Readings = {
  connections: new Map(),
  users: 0,
  rooms: 0,
  queueBytes: 0,
  waitingMessages: 0,
  databaseBytes: 0,
  walBytes: 0,
  diskFreeBytes: 0,
};

test("a group that could not be stored is a failed commit, and no commit [L3]", async () => {
  const counted: unknown[] = [];
  const store = new MemoryStore(newMemory(), async (what) => {
    if (what === "append") throw new StoreError("the disk is full", { fatal: false });
  });
  const writer = new LogWriter({
    store,
    bus: createMemoryBus(),
    log: keptLog(),
    clock: new FakeClock(),
    metrics: { ...uncounted, committed: (commit) => counted.push(commit), commitFailed: () => counted.push("failed") },
  });
  await new Promise((resolve) => writer.append(draft(1), resolve));
  assert.deepEqual(counted, ["failed"]);
});

test("a delivery is a message handed to a member: no presence, nobody who does not read messages", () => {
  const delivered: number[] = [];
  const audience = new Audience(new FakeClock(), { delivered: (count) => delivered.push(count) }, () => {});
  const line = (format: Format): Connection => ({
    format,
    gateway: "native",
    encode: () => undefined,
    address: undefined,
    acknowledges: true,
    isBehind: false,
    write() {},
    writeAll() {},
    writeSoon() {},
    writePage: async () => {},
    setLanguage() {},
    pause() {},
    resume() {},
    close() {},
  });
  const reader: Format = { encode: () => new Uint8Array(1) };
  for (let seat = 0; seat < 3; seat++) audience.add(new Seat(line(reader)));
  audience.add(new Seat(line({ encode: () => undefined })));
  const author = new Seat(line({ encode: () => new Uint8Array(1), encodeOwn: () => null }));
  audience.add(author);
  audience.send({ type: "presence", room: roomName("general"), count: 5 });
  assert.deepEqual(delivered, []);
  const user = { id: userId(1), name: displayName("Олена") };
  const message = { type: "message", room: roomName("general"), seq: 1, id: draft(1).id, user, text: "สวัสดี" } as const;
  audience.send({ ...message, ts: "2025-11-19T23:46:36.000Z" }, [author]);
  assert.deepEqual(delivered, [3]);
});

test("how late the event loop is is looked at twice a second, until the metrics are closed", async () => {
  class LateClock extends FakeClock {
    override after(ms: number, callback: () => void): () => void {
      return super.after(ms + 40, callback);
    }
  }
  const clock = new LateClock();
  const metrics = createMetrics({ version: "1.2.3", clock });
  clock.advance(540 * 10);
  const told = await metrics.report(nothingOpen);
  assert.match(told, /^parlance_event_loop_delay_seconds_bucket\{le="0\.025"\} 0$/m);
  assert.match(told, /^parlance_event_loop_delay_seconds_bucket\{le="0\.05"\} 10$/m);
  assert.match(told, /^parlance_info\{version="1\.2\.3"\} 1$/m);
  metrics[Symbol.dispose]();
  assert.equal(clock.pending, 0);
});

test("counters never go back, whoever reads them and how often", async () => {
  const metrics = createMetrics({ version: "1.2.3", clock: new FakeClock() });
  const read = async (name: string) =>
    Number(new RegExp(`^${name} (\\S+)$`, "m").exec(await metrics.report(nothingOpen))?.[1]);
  metrics.delivered(1_000);
  for (const name of ["process_cpu_seconds_total", "parlance_event_loop_active_seconds_total"]) {
    const [first, second] = [await read(name), await read(name)];
    assert.ok(first >= 0 && second >= first, name);
  }
  assert.deepEqual(
    await Promise.all([read("parlance_deliveries_total"), read("parlance_deliveries_total")]),
    [1_000, 1_000],
  );
  metrics[Symbol.dispose]();
});
