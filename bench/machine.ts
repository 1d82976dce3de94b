import { createHash } from "node:crypto";
import { closeSync, fdatasyncSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { availableParallelism, cpus, platform, release, totalmem, type } from "node:os";
import { fileURLToPath } from "node:url";
import { spread } from "./statistics.ts";

/** Where databases of the measurement lie: beside the program, as a system's folder for temporary files is often in memory. */
export const dataFolder = fileURLToPath(new URL("data/", import.meta.url));

/**
 * CPU time that is gone from this machine, in microseconds: used by anybody on it, or taken by a hypervisor for others.
 * Counted in ticks, so good to about 0.1 of a core.
 */
export function machineCpuMicros(): number {
  const used = cpus().reduce((sum, { times }) => sum + (times.user + times.nice + times.sys + times.irq) * 1000, 0);
  if (platform() !== "linux") return used;
  // What `os.cpus` leaves out: softirq and steal, in hundredths of a second. proc_stat(5)
  const [, , , , , , , softirq = 0, steal = 0] = readFileSync("/proc/stat", "utf8").split(/\s+/, 9).map(Number);
  return used + (softirq + steal) * 10_000;
}

/** How long this machine takes now for a piece of work that is always the same: CPU time in milliseconds. */
export function yardstick(): number {
  const block = Buffer.alloc(64 * 1024);
  const before = process.cpuUsage();
  for (let count = 0; count < 1_000; count++) createHash("sha256").update(block).digest();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** How long a write of 4 KiB takes to be durable here, in milliseconds: the median of many. */
function commitMs(): number {
  mkdirSync(dataFolder, { recursive: true });
  const path = `${dataFolder}commit-probe`;
  const file = openSync(path, "w");
  const block = Buffer.alloc(4096, "x");
  try {
    const times = Array.from({ length: 200 }, (_, index) => {
      const begun = performance.now();
      writeSync(file, block, 0, block.length, index * block.length);
      fdatasyncSync(file);
      return performance.now() - begun;
    });
    return spread(times).median;
  } finally {
    closeSync(file);
    rmSync(path);
  }
}

const versionOf = (manifest: string): string =>
  (JSON.parse(readFileSync(new URL(manifest, import.meta.url), "utf8")) as { version: string }).version;

/** What the figures are of, and where they are taken. */
export function circumstances(): readonly string[] {
  const gibibytes = Math.round(totalmem() / 1024 ** 3);
  const words = process.argv.slice(2);
  const modules = (name: string) => versionOf(`../node_modules/${name}/package.json`);
  return [
    `Parlance ${versionOf("../package.json")}, ws ${modules("ws")}, Socket.IO ${modules("socket.io")}, Node ${process.versions.node}, SQLite ${process.versions.sqlite}`,
    `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${availableParallelism()} cores, ${gibibytes} GiB, ${type()} ${release()}; servers and load share it`,
    `4 KiB are durable on its disk after ${commitMs().toFixed(2)} ms at the median`,
    `${new Date().toISOString().slice(0, 10)}, \`npm run bench${words.length > 0 ? " -- " : ""}${words.join(" ")}\``,
  ];
}
