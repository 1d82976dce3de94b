import type { Pace } from "./load.ts";
import { type Figures, machineSpeed, othersDuring, type Plan, quietPercent, type Round } from "./measure.ts";

/** What the rounds of one subject come to, for one figure. */
interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Rounds agree on a figure when no two differ by more than this share of the median. */
const agreement = 0.15;
/** The figures that rounds must agree on; the others are shown as they are. */
const judged = [
  machineSpeed,
  "send to delivery, p50 (ms)",
  "send to delivery, p99 (ms)",
  "server CPU per delivery (µs)",
];

function spread(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const half = (sorted.length - 1) / 2;
  return { median: (at(Math.floor(half)) + at(Math.ceil(half))) / 2, least: at(0), most: at(sorted.length - 1) };
}

const agrees = ({ median, least, most }: Spread): boolean => most - least <= agreement * median;

/** Three digits that count. */
function short(value: number): string {
  const decimals = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

const range = ({ median, least, most }: Spread): string =>
  least === most ? short(median) : `${short(median)} (${short(least)}–${short(most)})`;

const heading = (pace: Pace): string =>
  pace.kind === "open" ? `At ${pace.rate} messages a second` : `Saturated, ${pace.outstanding} messages outstanding`;

interface Section {
  readonly title: string;
  readonly rows: readonly (readonly string[])[];
  /** The figures that the rounds do not agree on, with the subject they are of. */
  readonly disagreements: readonly string[];
}

/** What all rounds come to: the first subject is compared with each of the others. */
export function summarize(subjects: readonly string[], rounds: readonly Round[], plan: Plan): readonly Section[] {
  const section = (title: string, figuresOf: (round: Round) => Figures | undefined): Section => {
    const [first] = rounds;
    const names = Object.keys((first && figuresOf(first)) ?? {});
    const disagreements: string[] = [];
    const rows = names.map((name) => {
      const spreads = subjects.map((subject) =>
        spread(
          rounds.filter((round) => round.subject === subject).map((round) => figuresOf(round)?.[name] ?? Number.NaN),
        ),
      );
      for (const [index, subject] of subjects.entries()) {
        const of = spreads[index];
        if (of && judged.includes(name) && !agrees(of)) disagreements.push(`${subject}, ${name}`);
      }
      const [own, ...others] = spreads;
      const ratios = others.map((other) => (own && other.median > 0 ? `${short(own.median / other.median)}×` : "–"));
      return [name, ...spreads.map(range), ...ratios];
    });
    return { title, rows: [columns, ...rows], disagreements };
  };
  const [own = "", ...others] = subjects;
  const columns = ["", ...subjects, ...others.map((other) => `${own} ÷ ${other}`)];
  return [
    section(`${plan.members.toLocaleString("en")} members enter one room`, (round) => round.entering),
    ...plan.paces.map((pace, index) => section(heading(pace), (round) => round.sending[index])),
  ];
}

/** The sections as text for a terminal. */
export function asText(sections: readonly Section[]): string {
  return sections
    .map(({ title, rows }) => {
      const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
      const lines = rows.map((row) =>
        row
          .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
          .join("  "),
      );
      return `${title}\n${lines.join("\n")}\n`;
    })
    .join("\n");
}

/** The sections as Markdown. */
export function asMarkdown(sections: readonly Section[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return sections
    .map(({ title, rows: [head = [], ...rows] }) => {
      const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
      return `## ${title}\n\n${[head, rule, ...rows].map(line).join("\n")}\n`;
    })
    .join("\n");
}

/** What else the machine did, and how many rounds were therefore measured again. */
export function quietOf(rounds: readonly Round[], again: number): string {
  const most = Math.max(...rounds.map(othersDuring));
  const verdict =
    most <= quietPercent
      ? "The machine was quiet."
      : `The machine was not quiet: others used up to ${Math.round(most)} % of a core.`;
  const repeated = `${again} ${again === 1 ? "round was" : "rounds were"} measured again`;
  return again === 0
    ? verdict
    : `${verdict} ${repeated}, for others used more than ${quietPercent} % of a core meanwhile.`;
}

/** Whether the rounds agree: one sentence, or where they do not, a list. */
export function agreementOf(sections: readonly Section[], rounds: number): string {
  if (rounds < 2) return "A single round: nothing to agree with.";
  const bound = `${agreement * 100} % of the median`;
  const disagreements = sections.flatMap((section) => section.disagreements.map((of) => `- ${section.title}: ${of}`));
  return disagreements.length === 0
    ? `The rounds agree: the yardstick, latency (p50, p99) and CPU per delivery differ by no more than ${bound}.`
    : `The rounds differ by more than ${bound}; take these as no better than their range:\n\n${disagreements.join("\n")}`;
}
