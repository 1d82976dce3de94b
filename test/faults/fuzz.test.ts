import assert from "node:assert/strict";
import { test } from "node:test";
import { fuzz, smallHeap } from "./fuzz/fuzz.ts";
import { ServerUnderTest } from "./server-under-test.ts";

/** The same every time; another may be given, and the number of inputs. */
const seed = Number(process.env["FUZZ_SEED"] ?? 8_765);
const count = Number(process.env["FUZZ_COUNT"] ?? 2_000);

test(`[B2] ${count} mutated frames, lines and requests (seed ${seed}) end nothing, swell nothing, and disturb nobody`, async (t) => {
  const server = new ServerUnderTest(t);
  await server.start(["--tcp-port", "0", "--tcp-echo-port", "0"], smallHeap);
  const { url, tcpPort = 0, tcpEchoPort = 0 } = server;
  const report = await fuzz({ url, tcpPort, tcpEchoPort, count, seed, memory: () => server.memory() });
  t.diagnostic(JSON.stringify(report));
  assert.deepEqual(report.violations, []);
  assert.ok(report.pair.exchanged > 0 && report.health.asked > 0);
});
