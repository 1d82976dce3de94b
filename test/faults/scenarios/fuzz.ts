import { randomInt } from "node:crypto";
import { fuzz } from "../fuzz/fuzz.ts";
import type { Scenario } from "../scenario.ts";
import { ServerUnderTest } from "../server-under-test.ts";

/** V8 keeps what it once had for a while; a leak of 1 KiB an input would be past this in full. */
const flatMiB = 96;

export const malformed: Scenario = {
  name: "fuzz",
  fault: "malformed frames, lines, requests",
  rules: "[B2]",
  rounds: { full: 100_000, short: 0 },
  async run(rounds, scope) {
    const server = new ServerUnderTest(scope);
    await server.start(["--tcp-port", "0", "--tcp-echo-port", "0"]);
    const { url, tcpPort = 0, tcpEchoPort = 0 } = server;
    const seed = randomInt(2 ** 31);
    const report = await fuzz({ url, tcpPort, tcpEchoPort, count: rounds, seed, memory: () => server.memory() });
    const { warmMiB = 0, endMiB = 0 } = report.memory;
    const grown = endMiB - warmMiB;
    return {
      times: report.inputs,
      figures: {
        seed: `${seed}`,
        connections: report.connections,
        "well-behaved messages meanwhile": `${report.pair.exchanged}, ${Math.round(report.pair.slowestMs)} ms at most`,
        "sign of life": `${Math.round(report.health.slowestMs)} ms at most`,
        "memory grown": `${Math.round(grown)} MiB`,
      },
      violations: [...report.violations, ...(grown > flatMiB ? [`memory grew by ${Math.round(grown)} MiB`] : [])],
    };
  },
};
