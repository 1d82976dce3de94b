import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { setInterval as every, setTimeout as passing } from "node:timers/promises";
import type { ServerFrame } from "../../../src/protocol/server-frames.ts";
import { RawClient } from "../../support/client.ts";
import { readAll, socketOf } from "../members.ts";
import { growth, median, roundsForTimes, type Scenario, spread } from "../scenario.ts";
import { OwnScope, type Scope } from "../scope.ts";
import { ServerUnderTest } from "../server-under-test.ts";
import { maskedFrame, upgraded } from "../wire.ts";

/** In full, and in the short form. */
const membersIn = (rounds: number) => (rounds < roundsForTimes ? 50 : 200);
/** Members who speak, and look at what they read, and when; the others only read. */
const watcherCount = 4;
/** Big, so that what the kernel holds for a slow reader is soon full. */
const text = "𝄞".repeat(4_096);
const perSecond = 80;
/** From the moment when the kernel is full, which is before the bound is passed. [B1] */
const goneWithinMs = 12_000;
const warmUpMs = 500;
const longestMs = 40_000;
const mebibyte = 1024 * 1024;

/** Sends at a steady pace until told to stop. There are several senders because each waits for the disk with every message. */
async function pace(senders: readonly RawClient[], say: () => string, stop: AbortSignal): Promise<void> {
  try {
    for await (const _ of every(senders.length * (1_000 / perSecond), undefined, { signal: stop })) {
      for (const sender of senders) sender.send({ type: "message", id: say(), text });
    }
  } catch {
    // Told to stop.
  }
}

/** A member who reads everything and looks at nothing. */
async function crowdMember(scope: Scope, url: string): Promise<void> {
  const socket = await upgraded(scope, url, "/api/v1/ws");
  socket.resume();
  socket.write(maskedFrame(JSON.stringify({ type: "join", history: 0 })));
}

const p99 = (ms: readonly number[]): number => ms.toSorted((a, b) => a - b)[Math.floor(ms.length * 0.99)] ?? Number.NaN;

interface Round {
  /** The others' p99 in milliseconds, before the reader stops reading and until it is gone. */
  readonly before: number;
  readonly during: number;
  /** How long it took until it was gone, from when the kernel took no more for it. */
  readonly goneMs: number;
  /** What the kernel held for it. */
  readonly heldMiB: number;
  /** What the server had once it was gone. */
  readonly memoryMiB: number;
}

/** One reader stops reading, and the others are watched until it is gone. */
async function oneRound(scope: Scope, server: ServerUnderTest, members: number, baselineMs: number): Promise<Round> {
  const { url } = server;
  const watchers = await Promise.all(Array.from({ length: watcherCount }, () => RawClient.join(scope, url)));
  await Promise.all(Array.from({ length: members - watcherCount - 1 }, () => crowdMember(scope, url)));

  const sentAt = new Map<string, number>();
  let latencies: number[] = [];
  const look = (frame: ServerFrame) => {
    if (frame.type === "message") latencies.push(performance.now() - (sentAt.get(frame.id) ?? Number.NaN));
  };
  for (const watcher of watchers) void readAll(watcher, look);
  const measured = async (until: Promise<unknown>) => {
    latencies = [];
    await until;
    return p99(latencies);
  };

  const stop = new AbortController();
  scope.after(() => stop.abort());
  const say = () => {
    const id = `slow-reader-${randomUUID()}`;
    sentAt.set(id, performance.now());
    return id;
  };
  const pacing = pace(watchers, say, stop.signal);
  await passing(warmUpMs);
  const before = await measured(passing(baselineMs));

  const slow = await RawClient.join(scope, url);
  slow.socket.pause();
  const watching = watchKernel(slow, longestMs);
  const during = await measured(watching);
  const memoryMiB = server.memory() ?? Number.NaN;
  stop.abort();
  await pacing;
  return { before, during, memoryMiB, ...(await watching) };
}

/** Watches what the kernel holds for a client that does not read, until the server has ended its connection. */
async function watchKernel(client: RawClient, longestMs: number): Promise<Pick<Round, "goneMs" | "heldMiB">> {
  const { remotePort = 0, localPort = 0 } = socketOf(client.socket);
  const began = performance.now();
  let full = { at: began, bytes: 0 };
  for await (const _ of every(50)) {
    const now = performance.now();
    const bytes = bytesHeld(remotePort, localPort);
    if (bytes === undefined || now - began > longestMs)
      return { goneMs: now - full.at, heldMiB: full.bytes / mebibyte };
    if (bytes > full.bytes) full = { at: now, bytes };
  }
  throw new Error("the clock has stopped");
}

/** Bytes of a connection on this machine that were sent and not read, as Linux tells them; `undefined` once the sender has ended it. */
function bytesHeld(serverPort: number, clientPort: number): number | undefined {
  const hex = (port: number) => `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const established = "01";
  let unsent: number | undefined;
  let unread = 0;
  for (const line of readFileSync("/proc/net/tcp", "utf8").split("\n")) {
    const [, local = "", remote = "", state, queues = ""] = line.trim().split(/\s+/);
    const [sending = "0", receiving = "0"] = queues.split(":");
    const isServers = local.endsWith(hex(serverPort)) && remote.endsWith(hex(clientPort));
    if (isServers && state === established) unsent = Number.parseInt(sending, 16);
    if (local.endsWith(hex(clientPort)) && remote.endsWith(hex(serverPort))) unread = Number.parseInt(receiving, 16);
  }
  return unsent === undefined ? undefined : unsent + unread;
}

export const slowReader: Scenario = {
  name: "slow-reader",
  fault: "slow reader among 200",
  rules: "[B1]",
  rounds: { full: 10, short: 1 },
  async run(rounds, scope) {
    if (!existsSync("/proc/net/tcp")) return { skipped: "only Linux tells what its kernel holds for a reader" };
    const server = new ServerUnderTest(scope);
    await server.start();
    const results: Round[] = [];
    const members = membersIn(rounds);
    for (let round = 0; round < rounds; round++) {
      await using opened = new OwnScope();
      results.push(await oneRound(opened, server, members, rounds < roundsForTimes ? 500 : 5_000));
    }
    const before = median(results.map((round) => round.before));
    const during = median(results.map((round) => round.during));
    const kept = growth(results.map(({ memoryMiB }) => memoryMiB));
    const late = results.filter(({ goneMs }) => goneMs > goneWithinMs);
    return {
      times: rounds,
      figures: {
        members,
        "gone once the kernel is full": spread(results.map(({ goneMs }) => goneMs)),
        "held by the kernel": `${Math.max(...results.map(({ heldMiB }) => heldMiB)).toFixed(1)} MiB at most`,
        "others' p99 before": `${Math.round(before)} ms`,
        "others' p99 during": `${Math.round(during)} ms`,
        ...kept.figures,
      },
      violations: [
        ...late.map(({ goneMs }) => `it was still there ${Math.round(goneMs)} ms after the kernel was full`),
        ...(rounds >= roundsForTimes && during > 2 * before ? ["the others' p99 has doubled"] : []),
        ...kept.violations,
      ],
    };
  },
};
