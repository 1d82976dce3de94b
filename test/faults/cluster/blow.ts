import { randomInt } from "node:crypto";
import { nats, postgres } from "../../../scripts/servers.mjs";
import type { Member } from "../members.ts";
import { judge, type Outcome, type Scenario, type Skipped, settle, spread } from "../scenario.ts";
import type { Scope } from "../scope.ts";
import { Cluster, type Node } from "./cluster.ts";
import { TimedRecorder } from "./timed-recorder.ts";

/** What is done to several nodes under load, and undone again. */
interface Blow extends Pick<Scenario, "name" | "fault" | "rules"> {
  /** How often in full. */
  readonly times: number;
  /** Does it once, and lets it pass. Answers what did not go as it should, in words. */
  strike(cluster: Cluster, round: number): Promise<readonly string[]>;
  /** The nodes that it leaves alone: how long their readers got nothing is told, too. */
  others?(cluster: Cluster, round: number): readonly Node[];
}

/** Each writer keeps so many under way, and sends the next so long after an acknowledgement, in milliseconds. */
const underWay = 10;
const thinkMs = 100;

/** Has somebody talk as everybody here does. */
export const talk = (writer: Member): void => writer.talk(underWay, thinkMs);

/** One blow after another on a cluster whose members go on talking. */
export const underBlows = (blow: Blow): Scenario => ({
  name: blow.name,
  fault: blow.fault,
  rules: blow.rules,
  rounds: { full: blow.times, short: 0 },
  run: (rounds, scope) => run(blow, rounds, scope),
});

async function run({ strike, others }: Blow, rounds: number, scope: Scope): Promise<Outcome | Skipped> {
  for (const { folder, name, debian } of [postgres, nats]) {
    if (!folder) return { skipped: `${name} is not installed (apt-get install ${debian})` };
  }
  const recorder = new TimedRecorder();
  const cluster = await Cluster.start(scope, recorder);
  const everybody = cluster.members.map(({ name }) => name);
  const violations: string[] = [];
  const gaps: number[] = [];
  const gapsOfOthers: number[] = [];
  let unknown = 0;
  for (const writer of cluster.writers) talk(writer);
  for (let round = 0; round < rounds; round++) {
    const goal = recorder.counts.acknowledged + randomInt(100, 1_000);
    await recorder.until(() => recorder.counts.acknowledged >= goal);
    const { sent, acknowledged } = recorder.counts;
    unknown += sent - acknowledged;
    recorder.watch();
    violations.push(...(await strike(cluster, round)).map((problem) => `round ${round + 1}: ${problem}`));
    // Everybody has what was said during it, and something said after it.
    const head = Math.max(...everybody.map((reader) => recorder.position(reader)));
    if (!(await recorder.until(() => everybody.every((reader) => recorder.position(reader) > head), 60_000))) {
      const behind = everybody.filter((reader) => recorder.position(reader) <= head);
      violations.push(`round ${round + 1}: after 60 s ${behind.join(", ")} had nothing beyond ${head}`);
      break;
    }
    gaps.push(recorder.longestGapMs(everybody));
    const left = others?.(cluster, round).flatMap(({ readers }) => readers);
    if (left) gapsOfOthers.push(recorder.longestGapMs(left));
  }
  violations.push(...(await settle(recorder, cluster.members)));
  const logs = await cluster.logs();
  for (const [node, log] of logs.entries()) {
    if (JSON.stringify(log) !== JSON.stringify(logs[0])) violations.push(`node ${node + 1} reads another log`);
  }
  const verdict = judge(recorder, logs[0] ?? { epoch: "", messages: [] });
  const resets = recorder.runs.filter(({ isReset }) => isReset).length;
  return {
    times: gaps.length,
    figures: {
      ...verdict.figures,
      "under way at a fault, in all": unknown,
      "sent to the newest page": resets,
      "longest gap in delivery": spread(gaps),
      ...(gapsOfOthers.length > 0 && { "at the other nodes": spread(gapsOfOthers) }),
    },
    violations: [...violations, ...verdict.violations],
  };
}
