import { randomInt } from "node:crypto";
import { setTimeout as passing } from "node:timers/promises";
import { judge, type Scenario, settle, spread, startTalk } from "../scenario.ts";
import type { ServerUnderTest } from "../server-under-test.ts";
import type { TcpProxy } from "../tcp-proxy.ts";

interface Place {
  readonly proxy: TcpProxy;
  readonly server: ServerUnderTest;
}

/** What is done to everybody's line, each in turn. */
const cuts: Readonly<Record<string, (place: Place) => void | Promise<void>>> = {
  reset: ({ proxy }) => proxy.reset(),
  "cut in mid-frame": ({ proxy }) => proxy.cutAfter(randomInt(1, 2_000)),
  // Nobody is told: only the want of any sign of life ends it. [K1]
  stall: ({ proxy }) => void proxy.stall(),
  "slow, then reset": ({ proxy }) => {
    proxy.weather = {
      latencyMs: randomInt(5, 30),
      bytesPerSecond: randomInt(50_000, 400_000),
      sliceBytes: randomInt(1, 200),
    };
    proxy.reset();
  },
  "server frozen": async ({ server }) => {
    server.freeze();
    await passing(randomInt(100, 1_000));
    server.thaw();
  },
};

export const cutLines: Scenario = {
  name: "cuts",
  fault: "every line cut (reset, in mid-frame, stalled, slow; the server frozen)",
  rules: "[R1] [R2] [R4] [K3]",
  rounds: { full: 200, short: 5 },
  async run(rounds, scope) {
    const { recorder, server, proxy, members } = await startTalk(scope, 2);
    const convergedMs: number[] = [];
    const violations: string[] = [];
    const kinds = Object.entries(cuts);
    for (let round = 0; round < rounds; round++) {
      const [kind, cut] = kinds[round % kinds.length] as (typeof kinds)[number];
      const before = recorder.counts.acknowledged + randomInt(20, 200);
      await recorder.until(() => recorder.counts.acknowledged >= before);
      proxy.clear();
      await cut({ proxy, server });
      const began = performance.now();
      // Everybody has what was said before the cut, and something said after it.
      const head = Math.max(...members.map(({ name }) => recorder.position(name)));
      const isBack = await recorder.until(() => members.every(({ name }) => recorder.position(name) > head));
      convergedMs.push(performance.now() - began);
      if (!isBack) {
        violations.push(`cut ${round + 1} (${kind}): not everybody came back within 30 s`);
        break;
      }
    }
    proxy.clear();
    proxy.reset();
    violations.push(...(await settle(recorder, members)));
    const verdict = judge(recorder, await server.log());
    const resets = recorder.runs.filter(({ isReset }) => isReset).length;
    return {
      times: convergedMs.length,
      figures: { ...verdict.figures, "sent to the newest page": resets, "everybody back": spread(convergedMs) },
      violations: [...violations, ...verdict.violations],
    };
  },
};
