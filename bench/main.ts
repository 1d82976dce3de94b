import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem, type } from "node:os";
import { parseArgs } from "node:util";
import type { Pace } from "./load.ts";
import { AuditFailed, measure, othersDuring, type Plan, quietPercent, type Round, type Subject } from "./measure.ts";
import { measureProtocols } from "./protocols.ts";
import { agreementOf, asMarkdown, asText, quietOf, summarize } from "./report.ts";

const help = `Measures Parlance beside a bare \`ws\` server, on this machine, in alternating rounds.

  --members <number>   members of the one room (1000)
  --rate <number>      messages a second, at the open pace (50)
  --seconds <number>   how long messages are sent at each pace, in a round (10)
  --rounds <number>    rounds of each server (3)
  --json               print every round as JSON instead of a table
  --write              also write bench/RESULTS.md

  protocols            instead: what each way to read a room costs (--write: bench/PROTOCOLS.md)
`;

const subjects: readonly Subject[] = [
  { name: "Parlance", script: "./servers/parlance.ts" },
  { name: "bare ws", script: "./servers/bare-ws.ts" },
];
/** Messages that not everybody has yet, when as many are sent as a server takes. */
const outstanding = 100;
const warmUpSeconds = 3;
/** How often a round is measured, at the most, to have it while nobody else uses the machine. */
const tries = 3;

function readFlags() {
  const number = (fallback: string) => ({ type: "string", default: fallback }) as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      members: number("1000"),
      rate: number("50"),
      seconds: number("10"),
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
    protocols: positionals.includes("protocols"),
  };
}

const versionOf = (manifest: string): string =>
  (JSON.parse(readFileSync(new URL(manifest, import.meta.url), "utf8")) as { version: string }).version;

/** What the figures are of, and where they were taken. */
function circumstances(): string {
  const gibibytes = Math.round(totalmem() / 1024 ** 3);
  return [
    `Parlance ${versionOf("../package.json")}, ws ${versionOf("../node_modules/ws/package.json")}, Node ${process.versions.node}, SQLite ${process.versions.sqlite}`,
    `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${availableParallelism()} cores, ${gibibytes} GiB, ${type()} ${release()}; servers and load share it`,
    `${new Date().toISOString().slice(0, 10)}, \`npm run bench${process.argv.slice(2).length > 0 ? " -- " : ""}${process.argv.slice(2).join(" ")}\``,
  ].join("\n");
}

const flags = readFlags();
if (flags.help) {
  console.log(help);
  process.exit();
}
if (flags.protocols) {
  const measured = `${circumstances()
    .split("\n")
    .map((fact) => `- ${fact}`)
    .join("\n")}\n\n${await measureProtocols()}`;
  console.log(measured);
  if (flags.write)
    writeFileSync(new URL("PROTOCOLS.md", import.meta.url), `# What each way to read a room costs\n\n${measured}`);
  process.exit();
}
const paces: readonly Pace[] = [
  { kind: "open", rate: flags.rate },
  { kind: "saturated", outstanding },
];
const plan: Plan = { members: flags.members, paces, seconds: flags.seconds, warmUpSeconds };
const rounds: Round[] = [];
let again = 0;

/** Measures until the machine was quiet meanwhile. Only that decides, never the figures. */
async function measureQuietly(subject: Subject): Promise<Round> {
  for (let tried = 1; ; tried++) {
    const round = await measure(subject, plan);
    if (othersDuring(round) <= quietPercent || tried === tries) return round;
    again++;
    console.error("the machine was not quiet: once more");
  }
}

try {
  for (let number = 1; number <= flags.rounds; number++) {
    // Each comes first as often as last: a machine that warms up or slows down favours neither.
    for (const subject of number % 2 === 1 ? subjects : subjects.toReversed()) {
      console.error(`round ${number} of ${flags.rounds}: ${subject.name}`);
      rounds.push(await measureQuietly(subject));
    }
  }
} catch (error) {
  if (!(error instanceof AuditFailed)) throw error;
  console.error(`❌ ${error.message}. The figures of this run do not stand.`);
  process.exit(1);
}
const sections = summarize(
  subjects.map(({ name }) => name),
  rounds,
  plan,
);
const facts = circumstances();
const about = `Medians of ${flags.rounds} alternating rounds of ${flags.seconds} s at each pace, with the least and the most.`;
const audited = "Every delivery was audited: none missing, none doubled.";
const verdict = `${audited} ${quietOf(rounds, again)} ${agreementOf(sections, flags.rounds)}`;
if (flags.json) console.log(JSON.stringify({ facts: facts.split("\n"), plan, again, rounds }, null, 2));
else console.log(`${facts}\n\n${about} ${verdict}\n\n${asText(sections)}`);
if (flags.write) {
  writeFileSync(
    new URL("RESULTS.md", import.meta.url),
    `# Measured

${facts
  .split("\n")
  .map((fact) => `- ${fact}`)
  .join("\n")}

${about} ${verdict}

Both servers speak WebSocket over loopback to one load process of raw sockets, which counts every delivery. Parlance has
each message on disk before anybody sees it, and acknowledges it to its sender; the bare server makes one JSON text, calls
\`ws.send\` for each client, and keeps nothing. Times include what the load process needs to read its turn's deliveries.
Others are whoever else used this machine, and other guests of a virtual machine's host; told to about 10 % of a core.

${asMarkdown(sections)}`,
  );
}
