import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { asked } from "../../scripts/asked.ts";
import { nats, postgres, type TestServerProgram } from "../../scripts/servers.mjs";
import { clusterScenarios } from "./cluster/scenarios.ts";
import { asLines, asMarkdown, clusterPage, holds, inject, type Result, serverPage } from "./report.ts";
import { scenarios } from "./scenarios/index.ts";
import { OwnScope } from "./scope.ts";

const namesOf = (some: typeof scenarios) => some.map(({ name }) => name).join(", ");

const help = `Does to a server what should not happen to one, and shows that it keeps what it promises.

  npm run faults                one server: ${namesOf(scenarios)}
  npm run faults -- cluster     three nodes on one Postgres and one NATS: ${namesOf(clusterScenarios)}

  --only <name>      one of these faults; may be given several times
  --rounds <number>  how often each is injected, in place of its own number
  --json <file>      also write what came of each as JSON
  --write <file>     also write it as a page of Markdown, as docs/FAULTS.md and docs/FAULTS-CLUSTER.md are
`;

const { values, isCluster, chosen, rounds } = asked(readFlags);

const versionOf = ({ folder }: TestServerProgram, program: string) =>
  folder === undefined
    ? `no ${program}`
    : execFileSync(join(folder, program), ["--version"], { encoding: "utf8" }).trim();

/** What the figures are of, and where they were taken. */
function circumstances(): readonly string[] {
  const gibibytes = Math.round(totalmem() / 1024 ** 3);
  const commit = execFileSync("git", ["describe", "--always", "--dirty"], { encoding: "utf8" }).trim();
  const flags = process.argv.slice(2);
  const stores = isCluster
    ? `${versionOf(postgres, "postgres")}, ${versionOf(nats, "nats-server")}`
    : `SQLite ${process.versions.sqlite}`;
  return [
    `commit ${commit}, Node ${process.versions.node}, ${stores}`,
    `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${availableParallelism()} cores, ${gibibytes} GiB, ${type()} ${release()}; server and clients share it`,
    `${new Date().toISOString().slice(0, 10)}, \`npm run faults${flags.length > 0 ? " -- " : ""}${flags.join(" ")}\``,
  ];
}

function readFlags() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: "string", multiple: true, default: [] },
      rounds: { type: "string" },
      json: { type: "string" },
      write: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (positionals.length > 1 || (positionals[0] ?? "cluster") !== "cluster")
    throw new Error(`There is no ${positionals.join(" ")}: either "cluster", or nothing.`);
  const isCluster = positionals.length > 0;
  const all = isCluster ? clusterScenarios : scenarios;
  const unknown = values.only.filter((name) => !all.some((scenario) => scenario.name === name));
  if (unknown.length > 0) throw new Error(`--only does not know ${unknown.join(", ")}.`);
  if (values.rounds !== undefined && !/^[1-9]\d*$/.test(values.rounds))
    throw new Error("--rounds takes a whole number from 1.");
  return {
    values,
    isCluster,
    chosen: all.filter(({ name }) => values.only.length === 0 || values.only.includes(name)),
    rounds: values.rounds === undefined ? undefined : Number(values.rounds),
  };
}

async function main(): Promise<void> {
  if (values.help) return console.log(help);
  const results: Result[] = [];
  for (const scenario of chosen) {
    await using scope = new OwnScope();
    const result = await inject(scenario, () => scenario.run(rounds ?? scenario.rounds.full, scope));
    console.log(asLines(result));
    results.push(result);
  }
  const what = circumstances();
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ circumstances: what, results }, null, 2)}\n`);
  if (values.write) writeFileSync(values.write, asMarkdown(isCluster ? clusterPage : serverPage, results, what));
  if (!results.every(holds)) process.exitCode = 1;
}

await main();
