import { type Figures, names } from "../measure.ts";
import { atLeast, atMost, type Curve, notesOf, tablesOf } from "../report.ts";
import { alternate, medianOf } from "../rounds.ts";
import { bareWs, parlance, socketIo } from "../subjects.ts";
import { withCrowd } from "./crowd.ts";
import type { Scenario } from "./scenario.ts";

const members = 10_000;
/** Crowds of these sizes too enter one room at once: what one more costs must not grow with those who are there. */
const smaller = [1_250, 2_500, 5_000];
const subjects = [parlance, bareWs, socketIo];
const titleOf = (count: number) => `${count.toLocaleString("en")} enter one room and say nothing`;

/** What somebody costs who is only there, and what it costs that everybody comes at once. */
export const idle: Scenario = {
  name: "idle",
  title: "Idle members, and how they come in",
  about: `${members.toLocaleString("en")} members enter one room as fast as they are let in, and are left alone. Memory is what the operating system counts as the server's own, less what it had before anybody came.`,
  minutes: 2.5,
  async run(bench) {
    const rounds = await alternate(
      bench,
      subjects.map((subject) => ({
        name: subject.name,
        measure: () =>
          withCrowd(subject, { members, rooms: 1, idles: true }, async ({ entering }) => ({
            [titleOf(members)]: entering,
          })),
      })),
    );
    const storms = await alternate(bench, [
      {
        name: parlance.name,
        measure: async () => {
          const round: Record<string, Figures> = {};
          for (const count of smaller) round[titleOf(count)] = await storm(count);
          return round;
        },
      },
    ]);
    const costs = (name: string) => [
      ...smaller.map((count) => [count, medianOf(storms, parlance.name, titleOf(count), name)] as const),
      [members, medianOf(rounds, parlance.name, titleOf(members), name)] as const,
    ];
    const ofMember = costs(names.cpuPerMember);
    const memory = costs(names.memoryIdle);
    const last = ofMember.at(-1)?.[1] ?? Number.NaN;
    const curves: readonly Curve[] = [
      {
        name: "a join storm",
        x: "members who enter one room at once",
        y: "server CPU for all of them (ms)",
        points: ofMember.map(([count, micros]) => [count, (count * micros) / 1000] as const),
      },
      {
        name: "memory of idle members",
        x: "members",
        y: "server memory for all of them (MiB)",
        points: memory.map(([count, kibibytes]) => [count, (count * kibibytes) / 1024] as const),
      },
    ];
    const of = (name: string) => medianOf(rounds, parlance.name, titleOf(members), name);
    return {
      goals: [
        atMost(`${members.toLocaleString("en")} idle members: memory each`, of(names.memoryIdle), 12, " KiB"),
        atLeast(`${members.toLocaleString("en")} members: let in per second`, of(names.joins), 4_000, ""),
        atMost(
          "a join storm: CPU per member among 10,000 ÷ among 2,500 (4 if it grew with the room)",
          last / (ofMember[1]?.[1] ?? Number.NaN),
          1.5,
          "×",
        ),
      ],
      tables: [...tablesOf(rounds), ...tablesOf(storms)],
      notes: [...notesOf(rounds), ...notesOf(storms)],
      curves,
    };
  },
};

const storm = (members: number) =>
  withCrowd(parlance, { members, rooms: 1, idles: true }, async ({ entering }) => entering);
