import { names } from "./measure.ts";
import type { Plot } from "./plot.ts";
import { figureOf, quietPercent, type Rounds } from "./rounds.ts";
import { type Point, type Spread, short } from "./statistics.ts";

export interface Table {
  readonly title: string;
  /** The first is the heading. */
  readonly rows: readonly (readonly string[])[];
}

/** Something that was aimed at, and what became of it. */
export interface Goal {
  readonly what: string;
  readonly goal: string;
  readonly measured: string;
  /** `undefined` where no figure stands. */
  readonly met: boolean | undefined;
}

/** Points of a cost against what it grows with. */
export interface Curve {
  readonly name: string;
  /** What it grows with, and what it costs, each with its unit. */
  readonly x: string;
  readonly y: string;
  readonly points: readonly Point[];
}

/** What a scenario found. */
export interface Report {
  readonly goals: readonly Goal[];
  readonly tables: readonly Table[];
  /** Whole sentences. */
  readonly notes: readonly string[];
  readonly plots?: readonly Plot[];
  readonly curves?: readonly Curve[];
}

const judged = (value: number, met: boolean) => (Number.isNaN(value) ? undefined : met);
const shown = (value: number, unit: string) => (Number.isNaN(value) ? "no figure stands" : short(value) + unit);

export const atMost = (what: string, value: number, bound: number, unit: string): Goal => ({
  what,
  goal: `≤ ${short(bound)}${unit}`,
  measured: shown(value, unit),
  met: judged(value, value <= bound),
});

export const atLeast = (what: string, value: number, bound: number, unit: string): Goal => ({
  what,
  goal: `≥ ${short(bound)}${unit}`,
  measured: shown(value, unit),
  met: judged(value, value >= bound),
});

const range = ({ median, least, most }: Spread): string =>
  least === most ? short(median) : `${short(median)} (${short(least)}–${short(most)})`;

/** A table for each thing that was done: a row a figure, a column a subject, medians with the least and the most. */
export function tablesOf(rounds: Rounds): readonly Table[] {
  const all = [...rounds.of.values()].flat();
  return [...new Set(all.flatMap(Object.keys))].map((title) => {
    const figures = [...new Set(all.flatMap((round) => Object.keys(round[title] ?? {})))];
    const rows = figures.map((name) => [
      name,
      ...rounds.subjects.map((subject) => {
        const figure = figureOf(rounds, subject, title, name);
        return figure ? range(figure) : "–";
      }),
    ]);
    return { title, rows: [["", ...rounds.subjects], ...rows] };
  });
}

/** Rounds agree on a figure when no two differ by more than this share of the median. */
const agreement = 0.15;
/** How many that differ are named; the tables show them all. */
const mostTold = 8;
/** The figures that rounds must agree on; the others are shown as they are. */
const agreed: readonly string[] = [names.yardstick, names.p50, names.p99, names.cpuPerDelivery, names.cpuPerMember];

/** What a reader has to know of the rounds: whose figures do not stand, whether it was quiet, whether they agree. */
export function notesOf(rounds: Rounds): readonly string[] {
  const notes = [...rounds.failed].map(([name, why]) => `❌ ${name}: ${why}. Its figures do not stand.`);
  if (rounds.others > quietPercent)
    notes.push(`The machine was not quiet: others used up to ${Math.round(rounds.others)} % of a core.`);
  if (rounds.again > 0)
    notes.push(`${rounds.again} measured again, for others used more than ${quietPercent} % of a core meanwhile.`);
  const apart = [...rounds.of].flatMap(([subject, [first]]) =>
    Object.entries(first ?? {}).flatMap(([title, figures]) =>
      Object.keys(figures)
        .filter((name) => {
          const figure = figureOf(rounds, subject, title, name);
          return agreed.includes(name) && figure && figure.most - figure.least > agreement * figure.median;
        })
        .map((name) => `${subject} – ${title} – ${name}`),
    ),
  );
  const told = [...apart.slice(0, mostTold), ...(apart.length > mostTold ? [`${apart.length - mostTold} more`] : [])];
  if (apart.length > 0)
    notes.push(
      `The rounds differ by more than ${agreement * 100} % of the median, so that these are no better than their range: ${told.join("; ")}.`,
    );
  return notes;
}

/** A table as text for a terminal. */
export function asText({ title, rows }: Table): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  "),
  );
  return `${title}\n${lines.join("\n")}\n`;
}

/** A table's rows as Markdown. */
export function asMarkdown({ rows: [head = [], ...rows] }: Table): string {
  const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

const verdicts = { true: "✅ met", false: "❌ **not met**", undefined: "❌ **no figure**" } as const;

/** Goals as a table, those that were not met among the others. */
export const goalTable = (goals: readonly Goal[]): Table => ({
  title: "Goals",
  rows: [
    ["", "goal", "measured", "verdict"],
    ...goals.map(({ what, goal, measured, met }) => [what, goal, measured, verdicts[`${met}`]]),
  ],
});
