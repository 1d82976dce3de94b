import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { asked } from "../scripts/asked.ts";
import { circumstances, dataFolder } from "./machine.ts";
import { loadIs } from "./native.ts";
import { asSvg } from "./plot.ts";
import { measureProtocols } from "./protocols.ts";
import { asMarkdown, asText, goalTable, type Report } from "./report.ts";
import type { Bench } from "./rounds.ts";
import { cluster } from "./scenarios/cluster.ts";
import { curves } from "./scenarios/curves.ts";
import { day } from "./scenarios/day.ts";
import { fanOut } from "./scenarios/fan-out.ts";
import { gateways } from "./scenarios/gateways.ts";
import { history } from "./scenarios/history.ts";
import { idle } from "./scenarios/idle.ts";
import { largeRoom } from "./scenarios/large-room.ts";
import { manyRooms } from "./scenarios/rooms.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { searching } from "./scenarios/search.ts";
import { sweep } from "./scenarios/sweep.ts";
import { simulate } from "./simulation/report.ts";

/** How many rounds of all may be measured again on a machine that is not quiet: a few minutes. */
const repeats = 8;

const flags = asked(readFlags);
const scenarios: readonly Scenario[] = [
  fanOut(flags.members, flags.rate),
  manyRooms,
  idle,
  largeRoom,
  gateways,
  sweep,
  history,
  searching,
  cluster,
  curves,
  day,
];

const help = `Measures Parlance beside other servers on this machine, in alternating rounds.

  npm run bench                    everything: about ${minutesOf(scenarios)} minutes
  npm run bench -- fan-out idle    some of it:

${scenarios.map(({ name, title, minutes }) => `  ${name.padEnd(20)} ${title} (${minutes} min)`).join("\n")}

  --members <number>   members of the one room of fan-out (1000)
  --rate <number>      messages a second there, at the open pace (50)
  --seconds <number>   how long messages are sent at each pace, in a round (4)
  --rounds <number>    rounds of each server (3)
  --json               print what was found as JSON
  --write              also write bench/RESULTS.md and bench/plots

  protocols            instead: what each way to read a room costs (--write: bench/PROTOCOLS.md)
  simulation           instead: up to 100 nodes with 1,000,000 connections, simulated (--write: bench/SIMULATION.md)
`;

function readFlags() {
  const number = (fallback: string) => ({ type: "string", default: fallback }) as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      members: number("1000"),
      rate: number("50"),
      seconds: number("4"),
      rounds: number("3"),
      json: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const positive = (name: "members" | "rate" | "seconds" | "rounds"): number => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes a whole number from 1`);
    return value;
  };
  return {
    members: positive("members"),
    rate: positive("rate"),
    seconds: positive("seconds"),
    rounds: positive("rounds"),
    json: values.json,
    write: values.write,
    help: values.help,
    wanted: positionals,
  };
}

function minutesOf(some: readonly Scenario[]): number {
  return Math.ceil(some.reduce((sum, { minutes }) => sum + minutes, 0));
}

const folderOf = (name: string) => new URL(name, import.meta.url);
const list = (facts: readonly string[]) => facts.map((fact) => `- ${fact}`).join("\n");

/** A scenario that cannot be measured does not keep the others from it. */
async function runAll(some: readonly Scenario[], bench: Bench): Promise<ReadonlyMap<string, Report>> {
  const reports = new Map<string, Report>();
  for (const scenario of some) {
    bench.say(`— ${scenario.title}`);
    try {
      reports.set(scenario.name, await scenario.run(bench, reports));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      console.error(error);
      reports.set(scenario.name, {
        goals: [{ what: scenario.title, goal: "to be measured", measured: `ended: ${why}`, met: false }],
        tables: [],
        notes: [`❌ It ended with an error: ${why}`],
      });
    }
  }
  return reports;
}

/** Everything as one page. */
function page(some: readonly Scenario[], reports: ReadonlyMap<string, Report>, facts: readonly string[]): string {
  const sections = some.map(({ name, title, about }) => {
    const { tables, notes, plots } = reports.get(name) ?? { tables: [], notes: [] };
    return [
      `## ${title}`,
      about,
      ...notes,
      ...tables.map((table) => `### ${table.title}\n\n${asMarkdown(table)}`),
      ...(plots ?? []).map((plot) => `![${plot.title}](plots/${plot.file}.svg)`),
    ].join("\n\n");
  });
  const goals = [...reports.values()].flatMap((report) => report.goals);
  return `${[
    "# Measured",
    list(facts),
    `Medians of ${flags.rounds} alternating rounds, with the least and the most where they differ; messages are sent for ${flags.seconds} s at each pace, unless it is said. All servers speak over loopback to ${loadIs}, which accounts for every delivery: one that is missing, doubled or in a wrong room, and no figure of that server stands. CPU time and memory are the operating system's. Times include what the load needs to read its turn's deliveries. "Others" are whoever else used this machine, and other guests of a virtual machine's host; told to about 10 % of a core. A round during which they used more than 20 % was measured again, as long as there was time.`,
    `## Goals\n\n${asMarkdown(goalTable(goals))}`,
    ...sections,
  ].join("\n\n")}\n`;
}

async function main(): Promise<void> {
  if (flags.help) return console.log(help);
  const names = [...scenarios.map(({ name }) => name), "protocols", "simulation"];
  const unknown = flags.wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    console.error(`❌ There is no ${unknown.join(", ")}. There are: ${names.join(", ")}.`);
    process.exitCode = 2;
    return;
  }
  mkdirSync(dataFolder, { recursive: true });
  const facts = circumstances();
  if (flags.wanted.includes("protocols")) {
    const measured = `# What each way to read a room costs\n\n${list(facts)}\n\n${await measureProtocols()}`;
    console.log(measured);
    if (flags.write) writeFileSync(folderOf("PROTOCOLS.md"), measured);
    return;
  }
  if (flags.wanted.includes("simulation")) {
    const folder = flags.write ? folderOf("simulation/") : undefined;
    const simulated = await simulate(list(facts), { say: (text) => console.error(text), folder });
    console.log(simulated);
    if (flags.write) writeFileSync(folderOf("SIMULATION.md"), simulated);
    return;
  }
  const some = scenarios.filter(({ name }) => flags.wanted.length === 0 || flags.wanted.includes(name));
  const begun = performance.now();
  const at = () => `${((performance.now() - begun) / 60_000).toFixed(1)} min`.padStart(9);
  const bench: Bench = {
    rounds: flags.rounds,
    seconds: flags.seconds,
    say: (text) => console.error(`${at()}  ${text}`),
    repeats,
  };
  const reports = await runAll(some, bench);
  if (flags.json) console.log(JSON.stringify({ facts, ...Object.fromEntries(reports) }, null, 2));
  else {
    for (const { tables, notes } of reports.values())
      console.log(`${[...notes, ...tables.map(asText)].join("\n\n")}\n`);
    console.log(asText(goalTable([...reports.values()].flatMap(({ goals }) => goals))));
  }
  if (!flags.write) return;
  writeFileSync(folderOf("RESULTS.md"), page(some, reports, facts));
  rmSync(folderOf("plots"), { recursive: true, force: true });
  mkdirSync(folderOf("plots"));
  for (const plot of [...reports.values()].flatMap(({ plots }) => plots ?? []))
    writeFileSync(folderOf(`plots/${plot.file}.svg`), asSvg(plot));
}

await main();
