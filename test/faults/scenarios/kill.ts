import { randomInt } from "node:crypto";
import { judge, roundsForTimes, type Scenario, settle, spread, startTalk } from "../scenario.ts";

const readyWithinMs = 3_000;

export const kill: Scenario = {
  name: "kill",
  fault: "`kill -9` of the server under load",
  rules: "[L2] [L3] [S1] [R2] [R3]",
  rounds: { full: 100, short: 2 },
  async run(rounds, scope) {
    const { recorder, server, proxy, members } = await startTalk(scope, 20);
    const readyMs: number[] = [];
    const violations: string[] = [];
    let unknown = 0;
    for (let round = 1; round <= rounds; round++) {
      const goal = recorder.counts.acknowledged + randomInt(100, 1_000);
      if (!(await recorder.until(() => recorder.counts.acknowledged >= goal))) {
        violations.push(`after ${round - 1} kills, nobody came back to send on`);
        break;
      }
      await server.kill();
      const { sent, acknowledged } = recorder.counts;
      unknown += sent - acknowledged;
      const integrity = server.integrity();
      if (integrity !== "ok") violations.push(`after kill ${round} the database is damaged: ${integrity}`);
      readyMs.push(await server.start());
      proxy.aim(server.url);
    }
    violations.push(...(await settle(recorder, members)));
    if (rounds >= roundsForTimes && Math.max(...readyMs) > readyWithinMs) {
      violations.push(`not ready again within ${readyWithinMs} ms`);
    }
    const verdict = judge(recorder, await server.log());
    return {
      times: readyMs.length,
      figures: { ...verdict.figures, "under way at a kill, in all": unknown, "ready again": spread(readyMs) },
      violations: [...violations, ...verdict.violations],
    };
  },
};
