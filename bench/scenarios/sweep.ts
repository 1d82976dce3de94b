import { AuditFailed, type Figures, names, runOnce } from "../measure.ts";
import { atMost, notesOf } from "../report.ts";
import { alternate, figureOf, medianOf, type Rounds } from "../rounds.ts";
import { short } from "../statistics.ts";
import { bareWs, floorEach, floorTurn, parlance, present, socketIo } from "../subjects.ts";
import { type Crowded, withCrowd } from "./crowd.ts";
import type { Scenario } from "./scenario.ts";

const members = 1_000;
const rates = [50, 100, 250, 500, 1_000, 2_000, 5_000, 10_000];
const secondsEach = 2;
/** Deliveries that come later than this after the last send were queued: more is sent than comes through. */
const overloadedMs = 500;
const subjects = present(parlance, bareWs, socketIo, floorEach, floorTurn);
const titleOf = (rate: number) => `${rate.toLocaleString("en")} messages a second`;
const overloaded = "overloaded";
const missing = "deliveries missing, and members lost";

/** Raises the rate until more is sent than comes through. */
async function sweepOnce({ server, load }: Crowded): Promise<Record<string, Figures>> {
  const round: Record<string, Figures> = {};
  const first = rates[0] ?? 0;
  await runOnce(server, load, { kind: "open", rate: first }, 1);
  for (const rate of rates) {
    const [figures, ran] = await runOnce(server, load, { kind: "open", rate }, secondsEach);
    const gone = ran.missing + ran.lost;
    const isOver = gone > 0 || ran.ms - secondsEach * 1000 > overloadedMs;
    // Late is what an overload is; twice, or in a wrong room, nothing may ever be.
    if (ran.doubled > 0) throw new AuditFailed(`${ran.doubled} deliveries doubled at ${titleOf(rate)}`);
    // Where a delivery is missing, no other figure stands.
    round[titleOf(rate)] = { ...(gone === 0 && figures), [overloaded]: isOver ? 1 : 0, [missing]: gone };
    if (isOver) break;
  }
  return round;
}

/** The lowest rate at which most rounds were overloaded, or a delivery was missing in any. */
export function limitOf(rounds: Pick<Rounds, "of">, subject: string): number {
  const count = rounds.of.get(subject)?.length ?? 0;
  const holds = (rate: number) => {
    const all = (rounds.of.get(subject) ?? []).map((round) => round[titleOf(rate)]);
    const held = all.filter((figures) => figures?.[overloaded] === 0).length;
    return held > count / 2 && all.every((figures) => (figures?.[missing] ?? 0) === 0);
  };
  return count === 0 ? Number.NaN : (rates.find((rate) => !holds(rate)) ?? Number.POSITIVE_INFINITY);
}

/** More and more messages into one room. */
export const sweep: Scenario = {
  name: "sweep",
  title: "More and more messages",
  about: `${members.toLocaleString("en")} members of one room; ${rates.map(short).join(", ")} messages a second for ${secondsEach} s each, whatever becomes of them. A server is overloaded where most rounds had deliveries more than ${overloadedMs} ms after the last send, or any had one missing.`,
  minutes: 3.5,
  async run(bench) {
    const rounds = await alternate(
      { ...bench, repeats: 0 },
      subjects.map((subject) => ({
        name: subject.name,
        measure: () => withCrowd(subject, { members, rooms: 1 }, sweepOnce),
      })),
    );
    const limits = new Map(subjects.map(({ name }) => [name, limitOf(rounds, name)]));
    const limit = limits.get(parlance.name) ?? Number.NaN;
    const calm = (subject: string) => rates.filter((rate) => rate < (limits.get(subject) ?? 0));
    const points = (subject: string, name: string, of = calm(subject)) =>
      of.map((rate) => [rate, medianOf(rounds, subject, titleOf(rate), name)] as const);
    const worst = Math.max(
      ...rates.filter((rate) => rate <= 5_000).map((rate) => medianOf(rounds, parlance.name, titleOf(rate), names.p99)),
    );
    const cell = (subject: string, rate: number) => {
      const cpu = figureOf(rounds, subject, titleOf(rate), names.cpu);
      const p99 = figureOf(rounds, subject, titleOf(rate), names.p99);
      if (!cpu || !p99) return "–";
      return rate < (limits.get(subject) ?? 0) ? `${short(p99.median)} ms, ${short(cpu.median)} %` : "overloaded";
    };
    const plot = (file: string, name: string, scale: "linear" | "log") => ({
      file,
      title: `${members.toLocaleString("en")} members of one room: ${name}`,
      x: { label: "messages a second", scale: "log" as const },
      y: { label: name, scale },
      series: subjects.map((subject) => ({ name: subject.name, points: points(subject.name, name) })),
    });
    return {
      goals: [
        {
          what: "the lowest rate with an overload",
          goal: "none before 5,000",
          measured: limit === Number.POSITIVE_INFINITY ? `none up to ${short(rates.at(-1) ?? 0)}` : short(limit),
          met: Number.isNaN(limit) ? undefined : limit >= 5_000,
        },
        atMost("the highest p99 up to 5,000 messages a second", worst, 20, " ms"),
        atMost("CPU at 1,000 messages a second", medianOf(rounds, parlance.name, titleOf(1_000), names.cpu), 60, " %"),
      ],
      tables: [
        {
          title: "p99 and server CPU (% of a core)",
          rows: [
            ["messages a second", ...subjects.map(({ name }) => name)],
            ...rates.map((rate) => [short(rate), ...subjects.map(({ name }) => cell(name, rate))]),
          ],
        },
        {
          title: "Parlance: medians of what was measured",
          rows: [
            ["", ...rates.map(short)],
            ...Object.keys(rounds.of.get(parlance.name)?.[0]?.[titleOf(rates[0] ?? 0)] ?? {}).map((name) => [
              name,
              ...rates.map((rate) => short(medianOf(rounds, parlance.name, titleOf(rate), name))),
            ]),
          ],
        },
      ],
      notes: notesOf(rounds),
      plots: [plot("sweep-p99", names.p99, "log"), plot("sweep-cpu", names.cpu, "linear")],
      curves: [
        {
          name: "message rate",
          x: "messages a second into one room of 1,000",
          y: names.cpu,
          points: points(parlance.name, names.cpu),
        },
      ],
    };
  },
};
