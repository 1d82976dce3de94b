import { setTimeout as sleep } from "node:timers/promises";
import type { Child } from "./child.ts";
import type { Crowd, LoadDuties, Pace, Ran } from "./load.ts";
import { machineCpuMicros, yardstick } from "./machine.ts";
import type { Entrance, ServerUsage } from "./servers/subject.ts";

/** Figures of one round: by name, in the unit that the name ends in. */
export type Figures = Readonly<Record<string, number>>;

/** The figures that goals and curves are made of. */
export const names = {
  yardstick: "yardstick: a fixed piece of work (ms)",
  joins: "let in, per second",
  cpuPerMember: "server CPU per member (µs)",
  memoryIdle: "memory per member, idle (KiB)",
  p50: "send to delivery, p50 (ms)",
  p99: "send to delivery, p99 (ms)",
  messages: "messages a second",
  deliveries: "deliveries a second",
  cpuPerDelivery: "server CPU per delivery (µs)",
  cpu: "server CPU (% of a core)",
  memory: "server memory after (MiB)",
  others: "all others' CPU (% of a core)",
} as const;

/** What was delivered is not what was sent: no figure of such a run stands. */
export class AuditFailed extends Error {
  override readonly name = "AuditFailed";
}

/** Handshakes under way at a time, unless a scenario wants them otherwise. */
export const usualAtATime = 100;
/** How long everything is left alone before idle memory is read: collectors have run by then, and timers. */
const idleMs = 3_000;

/** What is measured: one process, or several as one. */
export interface Server {
  ask(duty: "usage"): Promise<ServerUsage>;
}
type Load = Child<LoadDuties>;

/**
 * Lets crowds in, each by its own entrance; what that cost, and with `idles` what they cost once they are in. Who is not
 * there any more then costs nothing: rejects with {@link AuditFailed} unless everybody still reads what is said.
 */
export async function measureEntering(
  server: Server,
  load: Load,
  crowds: readonly (readonly [entrance: Entrance, crowd: Crowd])[],
  { idles }: { readonly idles: boolean },
): Promise<Figures> {
  const members = crowds.reduce((sum, [, crowd]) => sum + crowd.members, 0);
  const before = await server.ask("usage");
  let ms = 0;
  for (const [entrance, crowd] of crowds) ms += await load.ask("enter", entrance, crowd);
  const connected = await server.ask("usage");
  const perMember = (bytes: number) => (bytes - before.residentBytes) / 1024 / members;
  const figures = {
    [names.yardstick]: yardstick(),
    "all in after (ms)": ms,
    [names.joins]: (members * 1000) / ms,
    [names.cpuPerMember]: (connected.cpuMicros - before.cpuMicros) / members,
    "server memory before (MiB)": before.residentBytes / 1024 ** 2,
    "memory per member, just in (KiB)": perMember(connected.residentBytes),
  };
  if (!idles) return figures;
  await sleep(idleMs);
  const idle = await server.ask("usage");
  judge(await load.ask("run", { kind: "open", rate: 1 }, 1));
  return { ...figures, [names.memoryIdle]: perMember(idle.residentBytes) };
}

/** Sends at a pace for so many seconds and accounts for what that cost. Nothing is judged. */
export async function runOnce(server: Server, load: Load, pace: Pace, seconds: number): Promise<[Figures, Ran]> {
  const serverBefore = await server.ask("usage");
  const loadBefore = await load.ask("usage");
  const machineBefore = machineCpuMicros();
  const ran = await load.ask("run", pace, seconds);
  const machineMicros = machineCpuMicros() - machineBefore;
  const serverAfter = await server.ask("usage");
  const loadMicros = (await load.ask("usage")).cpuMicros - loadBefore.cpuMicros;
  const serverMicros = serverAfter.cpuMicros - serverBefore.cpuMicros;
  const percentOfCore = (micros: number) => micros / 10 / ran.ms;
  const figures = {
    [names.p50]: ran.p50,
    [names.p99]: ran.p99,
    "send to delivery, latest (ms)": ran.max,
    [names.messages]: (ran.messages * 1000) / ran.ms,
    [names.deliveries]: (ran.deliveries * 1000) / ran.ms,
    "bytes per delivery, with all framing": ran.bytes / ran.deliveries,
    "commits a second": ((serverAfter.commits - serverBefore.commits) * 1000) / ran.ms,
    [names.cpuPerDelivery]: serverMicros / ran.deliveries,
    [names.cpu]: percentOfCore(serverMicros),
    [names.memory]: serverAfter.residentBytes / 1024 ** 2,
    "load's CPU per delivery (µs)": loadMicros / ran.deliveries,
    "load's CPU (% of a core)": percentOfCore(loadMicros),
    [names.others]: percentOfCore(Math.max(0, machineMicros - serverMicros - loadMicros)),
    "load's latest send, late by (ms)": ran.late,
    "deliveries audited": ran.deliveries,
  };
  return [figures, ran];
}

/** How long messages are sent before any are counted. */
const warmUpSeconds = 1;

/** Warms up, then sends at a pace for so many seconds. Rejects with {@link AuditFailed} if a delivery is not as it must be. */
export async function measureSending(server: Server, load: Load, pace: Pace, seconds: number): Promise<Figures> {
  judge(await load.ask("run", pace, warmUpSeconds));
  const [figures, ran] = await runOnce(server, load, pace, seconds);
  judge(ran);
  return figures;
}

function judge({ missing, doubled, lost }: Ran): void {
  if (missing === 0 && doubled === 0 && lost === 0) return;
  throw new AuditFailed(`${missing} deliveries missing, ${doubled} doubled, ${lost} members lost`);
}
