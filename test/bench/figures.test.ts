import assert from "node:assert/strict";
import { syncBuiltinESMExports } from "node:module";
import { mock, test } from "node:test";
import { Audit } from "../../bench/audit.ts";
import { AuditFailed, measureEntering, measureSending } from "../../bench/measure.ts";
import { alternate } from "../../bench/rounds.ts";
import { limitOf } from "../../bench/scenarios/sweep.ts";

const seats = 3;
const frame = (number: string) => Buffer.from(`{"type":"message","text":"#${number} слова"}`);

/** Says some, each of which every seat reads, but for what `read` makes of it. */
function audited(say: number, read: (audit: Audit, number: string, seat: number) => void) {
  const audit = new Audit();
  const numbers = Array.from({ length: say }, () => audit.send(0, seats, 0));
  for (const number of numbers) for (let seat = 0; seat < seats; seat++) read(audit, number, seat);
  return audit;
}

const receive = (audit: Audit, number: string, seat: number, room = 0, at = 5) => {
  const bytes = frame(number);
  audit.receive(room, seat, at, bytes, 0, bytes.length);
};

test("the account of deliveries has each once: one that is missing, comes twice, or into a wrong room is told", () => {
  const counts = (audit: Audit) => {
    const { messages, deliveries, missing, doubled } = audit.verdict();
    return [messages, deliveries, missing, doubled, audit.incomplete];
  };
  assert.deepEqual(counts(audited(4, receive)), [4, 12, 0, 0, 0]);
  const isThis = (number: string, seat: number) => Number(number) === 2 && seat === 1;
  const lacking = audited(4, (audit, number, seat) => isThis(number, seat) || receive(audit, number, seat));
  assert.deepEqual(counts(lacking), [4, 11, 1, 0, 1]);
  const doubling = audited(4, (audit, number, seat) => {
    receive(audit, number, seat);
    if (isThis(number, seat)) receive(audit, number, seat);
  });
  assert.deepEqual(counts(doubling), [4, 12, 0, 1, 0]);
  const straying = audited(4, (audit, number, seat) => receive(audit, number, seat, isThis(number, seat) ? 1 : 0));
  assert.deepEqual(counts(straying), [4, 11, 1, 1, 1]);
  // What comes later than its own count was missing there, and is no delivery of the next one.
  lacking.begin();
  receive(lacking, "00000002", 1);
  assert.deepEqual(counts(lacking), [0, 0, 0, 0, 0]);
  const text = Buffer.from('{"type":"ack","id":"00000001-bench-message"}');
  lacking.receive(0, 0, 5, text, 0, text.length);
  assert.equal(lacking.verdict().doubled, 0, "what is no message is passed over");
});

test("a tenth that comes late shows in the p99 and the latest, and not in the middle", () => {
  const audit = audited(40, (audit, number, seat) => receive(audit, number, seat, 0, Number(number) < 4 ? 700 : 5));
  const { p50, p99, max } = audit.verdict();
  assert.deepEqual([Math.round(p50), Math.round(p99), max], [5, 700, 700]);
});

const ran = {
  missing: 0,
  doubled: 0,
  lost: 0,
  messages: 1,
  deliveries: 1,
  bytes: 1,
  p50: 1,
  p99: 1,
  max: 1,
  ms: 1,
  late: 0,
};
const server = { ask: async () => ({ cpuMicros: 0, residentBytes: 0, commits: 0 }) };
/** A load whose runs come to this, one after the other. */
const loadOf = (...runs: readonly object[]) => {
  const left = [...runs];
  const ask = async (duty: string) =>
    duty === "run" ? { ...ran, ...left.shift() } : duty === "enter" ? 1 : { cpuMicros: 0 };
  return { ask } as unknown as Parameters<typeof measureSending>[1];
};

test("no figure stands of a run, its warming up included, in which a delivery was missing or came twice, or a member was lost", async () => {
  const pace = { kind: "open", rate: 1 } as const;
  assert.ok(await measureSending(server, loadOf({}, {}), pace, 1));
  for (const fault of [{ missing: 1 }, { doubled: 1 }, { lost: 1 }]) {
    for (const runs of [[fault], [{}, fault]]) {
      await assert.rejects(measureSending(server, loadOf(...runs), pace, 1), AuditFailed);
    }
  }
  const bench = { rounds: 3, seconds: 1, say: () => {}, repeats: 0 };
  let round = 0;
  const measure = async () => ({
    talk: await measureSending(server, loadOf({}, { missing: ++round - 2 ? 0 : 1 }), pace, 1),
  });
  const rounds = await alternate(bench, [
    { name: "one", measure },
    { name: "other", measure: async () => ({ talk: {} }) },
  ]);
  assert.deepEqual([rounds.of.get("one"), round, rounds.of.get("other")?.length], [undefined, 2, 3]);
  assert.match(rounds.failed.get("one") ?? "", /^1 deliveries missing/);
});

test("nobody who is gone makes idle members cheaper: all of them still read what is said", async (t) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  syncBuiltinESMExports();
  t.after(() => {
    mock.timers.reset();
    syncBuiltinESMExports();
  });
  const entering = async (load: ReturnType<typeof loadOf>) => {
    const measured = measureEntering(server, load, [], { idles: true });
    measured.catch(() => {});
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    mock.timers.tick(60_000);
    return await measured;
  };
  assert.ok(await entering(loadOf({})));
  await assert.rejects(entering(loadOf({ lost: 2 })), AuditFailed);
});

test("a rate at which a delivery was missing in any round does not count as held, whatever the other rounds say", () => {
  const round = (gone: number) => ({
    "50 messages a second": { overloaded: 0, "deliveries missing, and members lost": 0 },
    "100 messages a second": { overloaded: gone > 0 ? 1 : 0, "deliveries missing, and members lost": gone },
    ...(gone === 0 && { "250 messages a second": { overloaded: 1, "deliveries missing, and members lost": 0 } }),
  });
  const of = new Map([
    ["complete", [round(0), round(0), round(0)]],
    ["lossy", [round(0), round(1), round(0)]],
  ]);
  assert.deepEqual(
    ["complete", "lossy", "failed"].map((subject) => limitOf({ of }, subject)),
    [250, 100, Number.NaN],
  );
});
