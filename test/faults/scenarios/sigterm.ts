import { randomInt } from "node:crypto";
import { judge, type Scenario, settle, spread, startTalk } from "../scenario.ts";

/** Long enough to spread clients out, short enough for many rounds. */
const drain = ["--drain", "0.3"];

export const sigterm: Scenario = {
  name: "sigterm",
  fault: "SIGTERM under load",
  rules: "[K4]",
  rounds: { full: 20, short: 1 },
  async run(rounds, scope) {
    const { recorder, server, proxy, members } = await startTalk(scope, 20, drain);
    const endMs: number[] = [];
    const violations: string[] = [];
    for (let round = 1; round <= rounds; round++) {
      const goal = recorder.counts.acknowledged + randomInt(100, 1_000);
      if (!(await recorder.until(() => recorder.counts.acknowledged >= goal))) {
        violations.push(`after ${round - 1} stops, nobody came back to send on`);
        break;
      }
      const { code, signal, ms } = await server.terminate();
      endMs.push(ms);
      if (code !== 0) violations.push(`stop ${round}: the server ended with ${code ?? signal}`);
      await server.start(drain);
      proxy.aim(server.url);
    }
    violations.push(...(await settle(recorder, members)));
    const verdict = judge(recorder, await server.log());
    return {
      times: endMs.length,
      figures: { ...verdict.figures, exit: spread(endMs) },
      violations: [...violations, ...verdict.violations],
    };
  },
};
