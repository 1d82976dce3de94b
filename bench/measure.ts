import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { cpus, platform } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Child } from "./child.ts";
import type { LoadDuties, Pace, Ran } from "./load.ts";
import type { ServerDuties } from "./servers/subject.ts";

/** A server that is measured. */
export interface Subject {
  readonly name: string;
  /** Its program, beside this file. */
  readonly script: string;
}

export interface Plan {
  readonly members: number;
  readonly paces: readonly Pace[];
  /** How long messages are sent at each pace. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

/** Figures of one round, or what several rounds come to: by name, in the unit that the name ends in. */
export type Figures = Readonly<Record<string, number>>;

export interface Round {
  readonly subject: string;
  readonly entering: Figures;
  /** As many as there are paces, in their order. */
  readonly sending: readonly Figures[];
}

/** The same for every round on a machine that is equally fast in all of them. */
export const machineSpeed = "yardstick: a fixed piece of work (ms)";
const othersCpu = "all others' CPU (% of a core)";
/** What others may use of a core, in per cent, on a machine that is called quiet; it cannot be told to less than 10. */
export const quietPercent = 20;

/** How much the rest of the machine did during a round: the most at any pace, in per cent of a core. */
export const othersDuring = ({ sending }: Round): number =>
  Math.max(...sending.map((figures) => figures[othersCpu] ?? 0));

/** What was delivered is not what was sent: no figure of such a run stands. */
export class AuditFailed extends Error {
  override readonly name = "AuditFailed";
}

/** How long everything is left alone before idle memory is read: collectors have run by then, and timers. */
const idleMs = 3_000;

/**
 * CPU time that is gone from this machine, in microseconds: used by anybody on it, or taken by a hypervisor for others.
 * Counted in ticks, so good to about 0.1 of a core.
 */
function machineCpuMicros(): number {
  const used = cpus().reduce((sum, { times }) => sum + (times.user + times.nice + times.sys + times.irq) * 1000, 0);
  if (platform() !== "linux") return used;
  // What `os.cpus` leaves out: softirq and steal, in hundredths of a second. proc_stat(5)
  const [, , , , , , , softirq = 0, steal = 0] = readFileSync("/proc/stat", "utf8").split(/\s+/, 9).map(Number);
  return used + (softirq + steal) * 10_000;
}

/** How long this machine takes now for a piece of work that is always the same: CPU time in milliseconds. */
function yardstick(): number {
  const block = Buffer.alloc(64 * 1024);
  const before = process.cpuUsage();
  for (let count = 0; count < 4_000; count++) createHash("sha256").update(block).digest();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Starts a server and a load of their own, measures one round, and ends both. */
export async function measure({ name, script }: Subject, plan: Plan): Promise<Round> {
  await using server = new Child<ServerDuties>(script);
  await using load = new Child<LoadDuties>("./load.ts");
  const entrance = await server.ask("entrance");

  const before = await server.ask("usage");
  const enteredMs = await load.ask("enter", entrance, plan.members);
  const connected = await server.ask("usage");
  await sleep(idleMs);
  const idle = await server.ask("usage");
  const perConnection = (bytes: number) => (bytes - before.residentBytes) / 1024 / plan.members;
  const entering = {
    [machineSpeed]: yardstick(),
    "all in after (ms)": enteredMs,
    "server CPU per member (µs)": (connected.cpuMicros - before.cpuMicros) / plan.members,
    "server memory before (MiB)": before.residentBytes / 1024 ** 2,
    "memory per member, just in (KiB)": perConnection(connected.residentBytes),
    "memory per member, idle (KiB)": perConnection(idle.residentBytes),
  };

  const sending: Figures[] = [];
  for (const pace of plan.paces) {
    await load.ask("run", pace, plan.warmUpSeconds).then(judge);
    const serverBefore = await server.ask("usage");
    const loadBefore = await load.ask("usage");
    const machineBefore = machineCpuMicros();
    const ran = await load.ask("run", pace, plan.seconds);
    const machineMicros = machineCpuMicros() - machineBefore;
    const serverAfter = await server.ask("usage");
    const loadMicros = (await load.ask("usage")).cpuMicros - loadBefore.cpuMicros;
    judge(ran);
    const serverMicros = serverAfter.cpuMicros - serverBefore.cpuMicros;
    const percentOfCore = (micros: number) => micros / 10 / ran.ms;
    sending.push({
      "send to delivery, p50 (ms)": ran.p50,
      "send to delivery, p99 (ms)": ran.p99,
      "send to delivery, latest (ms)": ran.max,
      "messages a second": (ran.messages * 1000) / ran.ms,
      "deliveries a second": (ran.deliveries * 1000) / ran.ms,
      "bytes per delivery": ran.bytes / ran.deliveries,
      "commits a second": ((serverAfter.commits - serverBefore.commits) * 1000) / ran.ms,
      "server CPU per delivery (µs)": serverMicros / ran.deliveries,
      "server CPU (% of a core)": percentOfCore(serverMicros),
      "server memory after (MiB)": serverAfter.residentBytes / 1024 ** 2,
      "load's CPU per delivery (µs)": loadMicros / ran.deliveries,
      "load's CPU (% of a core)": percentOfCore(loadMicros),
      [othersCpu]: percentOfCore(Math.max(0, machineMicros - serverMicros - loadMicros)),
      "load's latest send, late by (ms)": ran.late,
      "deliveries audited": ran.deliveries,
    });
  }
  return { subject: name, entering, sending };

  function judge({ missing, doubled, lost }: Ran): void {
    if (missing === 0 && doubled === 0 && lost === 0) return;
    throw new AuditFailed(`${name}: ${missing} deliveries missing, ${doubled} doubled, ${lost} members lost`);
  }
}
