import { setTimeout as passing } from "node:timers/promises";
import { RawClient } from "../../support/client.ts";
import { OwnScope, type Scope } from "../scope.ts";
import { attack } from "./attack.ts";
import { Chance } from "./mutate.ts";
import { doors } from "./seeds.ts";

/** For the process of a server that is watched: with little room, what was thrown away is soon gone, and what was not shows. */
export const smallHeap = { environment: { NODE_OPTIONS: "--max-semi-space-size=4 --max-old-space-size=160" } };

export interface FuzzOptions {
  readonly url: string;
  readonly tcpPort: number;
  readonly tcpEchoPort: number;
  /** Mutated frames, lines and requests, in all. */
  readonly count: number;
  /** Decides everything that is sent; not what the server does in between. */
  readonly seed: number;
  /** MiB that the server has, where that can be known. */
  readonly memory: () => number | undefined;
}

/** MiB when the server was warm, and at the end. Unknown where everything was over before it was. */
interface Growth {
  readonly warmMiB: number | undefined;
  readonly endMiB: number | undefined;
}

export interface FuzzReport {
  readonly seed: number;
  readonly inputs: number;
  readonly connections: number;
  readonly seconds: number;
  /** How often each kind of answer came, by gateway. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** What did not hold, in words; the seed and the number of a connection make its bytes again, whose beginning stands here in base64. */
  readonly violations: readonly string[];
  readonly health: { readonly asked: number; readonly slowestMs: number };
  /** Messages of two well-behaved members to each other. */
  readonly pair: { readonly exchanged: number; readonly slowestMs: number };
  /** All that the process has, what its allocator keeps for itself included. */
  readonly memory: Growth;
  /** What is in use of it by JavaScript and its buffers: the least that was seen in each half, so right after a collection. */
  readonly heap: Growth;
}

/** Connections at a time. */
const lanes = 24;
/**
 * So long a server takes what it needs: whoever's line broke is remembered for 10 s [K5], and a thousand break
 * in a second. From then on its memory is flat.
 */
const warmMs = 11_000;
/** `/healthz` answers within so many milliseconds, all along. */
const healthMs = 1_000;
const healthEveryMs = 200;
const heapEveryMs = 50;
const mostReported = 20;
/** In use, a leak of 1 KiB an input would be past this at 100,000. */
const flatHeapMiB = 20;
/** What the process has grows for a while longer, until its allocator has enough to choose from. */
const flatMiB = 192;

/** Sends wrong and right things through every gateway, and watches over who else is served. Throws nothing that the server did. */
export async function fuzz({ url, count, seed, memory, ...ports }: FuzzOptions): Promise<FuzzReport> {
  await using scope = new OwnScope();
  const portOf = { http: Number(new URL(url).port), tcpChat: ports.tcpPort, tcpEcho: ports.tcpEchoPort };
  const violations: string[] = [];
  const note = (what: string) => violations.length < mostReported && violations.push(what);
  const answers: Record<string, Record<string, number>> = {};
  const over = new AbortController();
  let inputs = 0;
  let connections = 0;
  const health = watchHealth(url, over.signal, note);
  const began = performance.now();
  let inputsWhenWarm: number | undefined;
  const heap = watchHeap(url, over.signal, () => {
    if (inputsWhenWarm === undefined) return "warming up";
    return inputs < (inputsWhenWarm + count) / 2 ? "first half" : "second half";
  });
  const pair = keepTalking(scope, url, over.signal, note);

  let warmMiB: number | undefined;
  const lane = async () => {
    while (inputs < count && violations.length < mostReported) {
      const number = connections++;
      // Far from those of the next seed.
      const chance = new Chance(Math.imul(seed, 0x9e3779b1) + number);
      const door = chance.one(doors);
      const done = await attack(door, portOf[door.port], chance);
      inputs += done.inputs;
      if (performance.now() - began > warmMs) {
        inputsWhenWarm ??= inputs;
        warmMiB ??= memory();
      }
      answers[door.name] ??= {};
      const counted = answers[door.name] ?? {};
      for (const answer of done.answers) counted[answer] = (counted[answer] ?? 0) + 1;
      if (done.violation !== undefined) {
        note(`${door.name}, connection ${number}: ${done.violation}: ${done.sent.subarray(0, 600).toString("base64")}`);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const seconds = (performance.now() - began) / 1_000;
  over.abort();
  const growths = { memory: { warmMiB, endMiB: memory() }, heap: await heap };
  for (const [what, most] of [
    ["memory", flatMiB],
    ["heap", flatHeapMiB],
  ] as const) {
    const { warmMiB, endMiB } = growths[what];
    if (warmMiB !== undefined && endMiB !== undefined && endMiB - warmMiB > most)
      note(`the ${what} grew from ${warmMiB} to ${endMiB} MiB`);
  }
  return {
    seed,
    inputs,
    connections,
    seconds,
    answers,
    violations,
    health: await health,
    pair: await pair,
    ...growths,
  };
}

/** Asks again and again whether the server lives. */
async function watchHealth(
  url: string,
  over: AbortSignal,
  note: (what: string) => void,
): Promise<FuzzReport["health"]> {
  let asked = 0;
  let slowestMs = 0;
  while (!over.aborted) {
    const began = performance.now();
    try {
      const { status } = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(healthMs) });
      if (status !== 200) note(`/healthz answered ${status}`);
    } catch (error) {
      note(`/healthz did not answer: ${String(error)}`);
    }
    asked++;
    slowestMs = Math.max(slowestMs, performance.now() - began);
    await passing(healthEveryMs);
  }
  return { asked, slowestMs };
}

type Stage = "warming up" | "first half" | "second half";

/** Looks at what the server says of its heap; `stage` tells how far everything is. */
async function watchHeap(url: string, over: AbortSignal, stage: () => Stage): Promise<Growth> {
  const least: Partial<Record<Stage, number>> = {};
  while (!over.aborted) {
    const answer = await fetch(`${url}/metrics`).catch(() => undefined);
    const used = inUse((await answer?.text()) ?? "");
    const now = stage();
    if (used !== undefined) least[now] = Math.min(least[now] ?? used, used);
    await passing(heapEveryMs);
  }
  return { warmMiB: least["first half"], endMiB: least["second half"] };
}

function inUse(metrics: string): number | undefined {
  const parts = ["nodejs_heap_size_used_bytes", "nodejs_external_memory_bytes"].map((name) =>
    Number(new RegExp(`^${name} (\\S+)`, "m").exec(metrics)?.[1]),
  );
  const bytes = parts.reduce((sum, part) => sum + part, 0);
  return Number.isNaN(bytes) ? undefined : bytes / 1024 ** 2;
}

/** Two who behave, in the room that everybody else is in: each reads every event of it, in order, and the other's words. [R1] */
async function keepTalking(
  scope: Scope,
  url: string,
  over: AbortSignal,
  note: (what: string) => void,
): Promise<FuzzReport["pair"]> {
  const pair = await Promise.all(["Ann", "Оля"].map((name) => RawClient.join(scope, url, { name })));
  const heads = pair.map(({ joined }) => joined.head);
  let exchanged = 0;
  let slowestMs = 0;
  try {
    while (!over.aborted) {
      const text = `обмін ${exchanged}`;
      const began = performance.now();
      pair[exchanged % 2]?.send({ type: "message", text });
      await Promise.all(
        pair.map(async (client, index) => {
          for (;;) {
            const event = await client.take();
            if (!("seq" in event) || event.type === "ack") continue;
            const expected = (heads[index] ?? 0) + 1;
            if (event.seq !== expected) note(`a reader got ${event.seq} where ${expected} was next`);
            heads[index] = event.seq;
            if (event.type === "message" && event.text === text) return;
          }
        }),
      );
      slowestMs = Math.max(slowestMs, performance.now() - began);
      exchanged++;
      await passing(5);
    }
  } catch (error) {
    note(`a well-behaved member was sent away: ${String(error)}`);
  }
  return { exchanged, slowestMs };
}
