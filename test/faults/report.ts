import { inspect } from "node:util";
import type { Outcome, Scenario, Skipped } from "./scenario.ts";

/** What came of one fault, and how long it took to find out. */
export interface Result {
  readonly name: string;
  readonly fault: string;
  readonly seconds: number;
  readonly outcome: Outcome | Skipped;
}

/** Violations of one fault that are told; the rest is counted. */
const toldViolations = 10;
/** Characters of one that stand on its line; the JSON has it whole. */
const toldCharacters = 500;

/** Injects one fault, so many times. What it throws is a violation like any other. */
export async function inject(scenario: Scenario, run: () => Promise<Outcome | Skipped>): Promise<Result> {
  const began = performance.now();
  const outcome = await run().catch((error: unknown) => ({
    times: 0,
    figures: {},
    violations: [`it could not be tried: ${inspect(error)}`],
  }));
  const { name, fault } = scenario;
  return { name, fault, seconds: Math.round((performance.now() - began) / 100) / 10, outcome };
}

export const holds = ({ outcome }: Result): boolean => "skipped" in outcome || outcome.violations.length === 0;

const verdictOf = (result: Result): string => {
  if ("skipped" in result.outcome) return "skipped";
  return holds(result) ? "holds" : "DOES NOT HOLD";
};

const figuresOf = ({ outcome }: Result): string =>
  "skipped" in outcome
    ? `skipped: ${outcome.skipped}`
    : Object.entries(outcome.figures)
        .map(([name, figure]) =>
          typeof figure === "number" ? `${figure.toLocaleString("en")} ${name}` : `${name}: ${figure}`,
        )
        .join("; ");

const timesOf = ({ outcome }: Result): string => ("skipped" in outcome ? "–" : outcome.times.toLocaleString("en"));

/** One line, and one more for each thing that did not hold. */
export function asLines(result: Result): string {
  const line = `${result.fault} × ${timesOf(result)}: ${verdictOf(result)}. ${figuresOf(result)} (${result.seconds} s)`;
  const violations = "skipped" in result.outcome ? [] : result.outcome.violations;
  const told = violations.slice(0, toldViolations).map((violation) => `    ✖ ${violation.slice(0, toldCharacters)}`);
  const rest = violations.length - told.length;
  return [line, ...told, ...(rest > 0 ? [`    ✖ and ${rest} more`] : [])].join("\n");
}

/** What a page is called, and what it is about. */
interface Page {
  readonly title: string;
  readonly about: string;
}

export const serverPage: Page = {
  title: "What was done to Parlance, and what held",
  about: `Faults are injected into a real server process under load, and everything that its clients saw is held against its log:
whatever was acknowledged is in it exactly once, nothing is in it that was not sent, each sender's order is kept, and
what every reader got has no hole and equals the log. A violation of any of it is said below, and ends
the run with a status other than 0. The faults stand in \`test/faults/scenarios\`, the rules in [SPEC.md](SPEC.md).`,
};

export const clusterPage: Page = {
  title: "What was done to several nodes, and what held",
  about: `Three nodes on one Postgres and one NATS, each a process of its own, with two who talk and one who only reads at
each of them; a fault at a time, under load. Everything that the clients saw is held against the log as each node
reads it: whatever was acknowledged is in it exactly once, nothing is in it that was not sent, each sender's order is
kept, and what every reader got has no hole and equals the log. The longest gap is the longest time in which
one of the nine readers got nothing, while others went on talking. A violation of anything but times is said below, and ends the
run with a status other than 0. The faults stand in \`test/faults/cluster\`, the rules in [SPEC.md](SPEC.md); what one
node goes through is in [FAULTS.md](FAULTS.md).`,
};

/** A page with everything, for people. */
export function asMarkdown(page: Page, results: readonly Result[], circumstances: readonly string[]): string {
  const rows = results.map(
    (result) =>
      `| ${result.fault} | ${timesOf(result)} | ${verdictOf(result)} | ${figuresOf(result).replaceAll("; ", "<br>")} |`,
  );
  return `# ${page.title}

${page.about}

${circumstances.map((line) => `- ${line}`).join("\n")}

| fault | times | | figures |
|---|---:|---|---|
${rows.join("\n")}
`;
}
