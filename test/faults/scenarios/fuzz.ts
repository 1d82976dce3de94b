import { randomInt } from "node:crypto";
import { fuzz, smallHeap } from "../fuzz/fuzz.ts";
import type { Scenario } from "../scenario.ts";
import { ServerUnderTest } from "../server-under-test.ts";

export const malformed: Scenario = {
  name: "fuzz",
  fault: "malformed frames, lines, requests",
  rules: "[B2]",
  rounds: { full: 100_000, short: 0 },
  async run(rounds, scope) {
    const server = new ServerUnderTest(scope);
    await server.start(["--tcp-port", "0", "--tcp-echo-port", "0"], smallHeap);
    const { url, tcpPort = 0, tcpEchoPort = 0 } = server;
    const seed = randomInt(2 ** 31);
    const report = await fuzz({ url, tcpPort, tcpEchoPort, count: rounds, seed, memory: () => server.memory() });
    const grown = ({ warmMiB, endMiB }: typeof report.heap) =>
      warmMiB === undefined || endMiB === undefined ? "over too soon to tell" : `${Math.round(endMiB - warmMiB)} MiB`;
    return {
      times: report.inputs,
      figures: {
        seed: `${seed}`,
        connections: report.connections,
        "well-behaved messages meanwhile": `${report.pair.exchanged}, ${Math.round(report.pair.slowestMs)} ms at most`,
        "sign of life": `${Math.round(report.health.slowestMs)} ms at most`,
        "heap grown": grown(report.heap),
        "memory grown": grown(report.memory),
      },
      violations: report.violations,
    };
  },
};
