import { check, type Log, type ViolationKind } from "./checker.ts";
import { HandMember, type Member, SdkMember } from "./members.ts";
import { Recorder } from "./recorder.ts";
import type { Scope } from "./scope.ts";
import { ServerUnderTest } from "./server-under-test.ts";
import { TcpProxy } from "./tcp-proxy.ts";

/** What happened when a fault was injected. */
export interface Outcome {
  /** How often it was injected. */
  readonly times: number;
  /** What was measured, by name, with its unit: `{"ready again, longest": "812 ms"}`. */
  readonly figures: Readonly<Record<string, string | number>>;
  /** What did not hold, in words. None is as it should be. */
  readonly violations: readonly string[];
}

/** A fault that cannot be injected here. */
export interface Skipped {
  readonly skipped: string;
}

/** One fault: how it is injected, how often, and what has to hold. */
export interface Scenario {
  /** One word, for `--only`. */
  readonly name: string;
  /** The fault, as docs/FAULTS.md calls it. */
  readonly fault: string;
  /** The rules of docs/SPEC.md that must hold: `[L2] [L3]`. */
  readonly rules: string;
  /** How often it is injected in full, and in the short form that runs with every test; 0 where another test does that. */
  readonly rounds: { readonly full: number; readonly short: number };
  run(rounds: number, scope: Scope): Promise<Outcome | Skipped>;
}

/** Two members by the SDK, in one room. */
export function sdkMembers(scope: Scope, recorder: Recorder, url: string): readonly Member[] {
  return ["Ann", "Оля"].map((name) => new SdkMember(scope, recorder, { url, name }));
}

/** Two members by the SDK and two by hand, all in one room. */
export function company(scope: Scope, recorder: Recorder, url: string): readonly Member[] {
  const byHand = ["น้อย", "Їжак"].map((name) => new HandMember(scope, recorder, { url, name }));
  return [...sdkMembers(scope, recorder, url), ...byHand];
}

/** A server, and a company that talks on it through a proxy, each with so many messages under way. */
export async function startTalk(scope: Scope, underWay: number, flags: readonly string[] = []) {
  const recorder = new Recorder();
  const server = new ServerUnderTest(scope);
  await server.start(flags);
  const proxy = await TcpProxy.start(scope, server.url);
  const members = company(scope, recorder, proxy.url);
  for (const member of members) member.talk(underWay);
  return { recorder, server, proxy, members };
}

/** Lets everybody finish: all that was sent is acknowledged, and everybody has read all of it. What did not, in words. */
export async function settle(recorder: Recorder, members: readonly Member[]): Promise<readonly string[]> {
  for (const member of members) member.hush();
  const isSettled = () => recorder.counts.sent === recorder.counts.acknowledged && recorder.isEverybodyThere;
  if (await recorder.until(isSettled, 60_000)) return [];
  return [`did not settle within 60 s: ${JSON.stringify(recorder.counts)}`];
}

const counted = {
  lost: ["lost"],
  repeated: ["doubled", "repeated"],
  "out of order": ["reordered"],
  holes: ["hole"],
} as const satisfies Record<string, readonly ViolationKind[]>;

/** Holds what was recorded against the log. */
export function judge(recorder: Recorder, log: Log): Pick<Outcome, "figures" | "violations"> {
  const violations = check(recorder, log);
  const count = (kinds: readonly ViolationKind[]) => violations.filter(({ kind }) => kinds.includes(kind)).length;
  return {
    figures: {
      sent: recorder.counts.sent,
      acknowledged: recorder.counts.acknowledged,
      ...Object.fromEntries(Object.entries(counted).map(([name, kinds]) => [name, count(kinds)])),
    },
    violations: violations.map(({ kind, text }) => `${kind}: ${text}`),
  };
}

/**
 * From so many rounds on, how long things took is judged, too. In the short form, which runs beside other
 * tests on machines that others use, it is only told.
 */
export const roundsForTimes = 10;

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Rounds in which a server that was just started still grows: V8 keeps for a while what it once had. */
const warmRounds = 3;
const flatMiB = 64;

/**
 * What a server's memory did, from what it was at the end of each round, in MiB: flat is what it stays at once
 * it is warm, so that fewer rounds than make it warm tell nothing.
 */
export function growth(memory: readonly number[]): Pick<Outcome, "figures" | "violations"> {
  const warm = Math.max(...memory.slice(0, warmRounds));
  const grown = Math.max(0, Math.max(...memory) - warm);
  return {
    figures: {
      [`memory after ${Math.min(memory.length, warmRounds)} rounds`]: `${Math.round(warm)} MiB`,
      ...(memory.length > warmRounds && { "grown since": `${Math.round(grown)} MiB at most` }),
    },
    violations: grown > flatMiB ? [`memory grew by ${Math.round(grown)} MiB`] : [],
  };
}

/** The middle and the greatest of some durations, in words. */
export function spread(ms: readonly number[]): string {
  if (ms.length < 2) return `${Math.round(median(ms))} ms`;
  return `${Math.round(median(ms))} ms at the median, ${Math.round(Math.max(...ms))} ms at most`;
}
