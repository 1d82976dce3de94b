import { Agent, get } from "node:http";
import { WebSocket } from "ws";
import type { RoomName } from "../../src/protocol/ids.ts";
import { temporaryFolder } from "../leftovers.ts";
import { sameRandom } from "../random.ts";
import { atMost, type Goal, type Report, type Table } from "../report.ts";
import type { Bench } from "../rounds.ts";
import { type Point, percentile, short, spread } from "../statistics.ts";
import { openParlance } from "../subjects.ts";
import { fillRoom } from "./filling.ts";
import type { Scenario } from "./scenario.ts";
import { startToReadyMs } from "./start-up.ts";

const rooms = [
  { name: "small" as RoomName, messages: 10_000 },
  { name: "middle" as RoomName, messages: 100_000 },
  { name: "large" as RoomName, messages: 1_000_000 },
];
const pageLimit = 50;
/** Pages that are asked for in each room, by each way, in a round. */
const pages = 500;
/** A connection may send 100 frames at once: its pages, and what it joined with. */
const pagesPerConnection = 90;
const starts = 5;

interface Paging {
  readonly room: string;
  readonly way: string;
  readonly sortedMs: readonly number[];
}

/** Reads a page by HTTP over a kept connection; how many messages it had. */
function pageByHttp(agent: Agent, port: number, room: string, before: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const path = `/rooms/${room}/messages?before=${before}&limit=${pageLimit}`;
  get({ agent, host: "127.0.0.1", port, path }, (answer) => {
    const chunks: Buffer[] = [];
    answer.on("data", (chunk: Buffer) => chunks.push(chunk));
    answer.on("end", () => {
      const page = JSON.parse(Buffer.concat(chunks).toString()) as { messages: readonly { seq: number }[] };
      if (page.messages.at(-1)?.seq !== before - 1) reject(new Error(`a page of ${room} is not what was asked for`));
      else resolve(page.messages.length);
    });
  }).on("error", reject);
  return promise;
}

async function timeHttp(port: number, room: string, befores: readonly number[]): Promise<readonly number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const times: number[] = [];
    for (const before of befores) {
      const begun = performance.now();
      if ((await pageByHttp(agent, port, room, before)) !== pageLimit) throw new Error(`a page of ${room} is short`);
      times.push(performance.now() - begun);
    }
    return times;
  } finally {
    agent.destroy();
  }
}

/** Joins, then asks for `history` in turn. */
async function timeNative(port: number, room: string, befores: readonly number[]): Promise<readonly number[]> {
  const times: number[] = [];
  for (let from = 0; from < befores.length; from += pagesPerConnection) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/ws`, { perMessageDeflate: false });
    const frames = historyFrames(socket);
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    try {
      socket.send(JSON.stringify({ type: "join", room, history: 0 }));
      await frames.next();
      for (const before of befores.slice(from, from + pagesPerConnection)) {
        const begun = performance.now();
        socket.send(JSON.stringify({ type: "history", room, before, limit: pageLimit }));
        const { value } = await frames.next();
        times.push(performance.now() - begun);
        if (value?.length !== pageLimit || value.at(-1)?.seq !== before - 1)
          throw new Error(`a page of ${room} is not what was asked for`);
      }
    } finally {
      socket.close();
    }
  }
  return times;
}

/** The messages of each `history` frame that comes in. */
async function* historyFrames(socket: WebSocket): AsyncGenerator<readonly { readonly seq: number }[]> {
  const waiting: (readonly { readonly seq: number }[])[] = [];
  let wake = () => {};
  socket.on("message", (data) => {
    const frame = JSON.parse(data.toString()) as { type: string; messages: readonly { seq: number }[] };
    if (frame.type === "history") waiting.push(frame.messages);
    wake();
  });
  socket.on("close", () => wake());
  while (socket.readyState !== WebSocket.CLOSED || waiting.length > 0) {
    const next = waiting.shift();
    if (next) yield next;
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
}

/** Places anywhere in a room with a whole page before them; the same in every run. */
function places(messages: number, count: number): readonly number[] {
  const random = sameRandom(messages);
  return Array.from({ length: count }, () => pageLimit + 1 + Math.floor(random() * (messages - pageLimit)));
}

async function pageThrough(bench: Bench, folder: string): Promise<readonly Paging[]> {
  await using server = openParlance(folder);
  const { port } = await server.ask("entrance");
  const all: Paging[] = [];
  for (const { name, messages } of rooms) {
    for (const [way, time] of [["HTTP", timeHttp] as const, ["native", timeNative] as const]) {
      bench.say(`pages of a room of ${short(messages)}: ${way}`);
      // The same places in each round, in a different order: what is in a cache is what was asked for before.
      await time(port, name, places(messages, 50));
      const times = await time(port, name, places(messages, pages * bench.rounds));
      all.push({ room: short(messages), way, sortedMs: times.toSorted((a, b) => a - b) });
    }
  }
  return all;
}

/** Pages of a long room, and starting with one. */
export const history: Scenario = {
  name: "history",
  title: "A long history",
  about: `Rooms of ${rooms.map(({ messages }) => short(messages)).join(", ")} messages in one database, stored in groups of 200 by the server's own store. Pages of ${pageLimit} anywhere in each, one after the other: \`before\` over HTTP and \`history\` in native frames, each looked at for what was asked for. Then \`parlance serve\` on that folder, from its start until \`/readyz\` says yes: a new Node on the sources, with what the last one compiled of them, as \`npm start\` has it.`,
  minutes: 1.5,
  async run(bench): Promise<Report> {
    using folder = temporaryFolder("history");
    using empty = temporaryFolder("empty");
    const filled: string[][] = [];
    for (const { name, messages } of rooms) {
      bench.say(`stores ${short(messages)} messages`);
      const ms = await fillRoom(folder.path, name, messages);
      filled.push([short(messages), short(ms), short((messages * 1000) / ms)]);
    }
    const paged = await pageThrough(bench, folder.path);
    bench.say("starts");
    const ready = await startOften(folder.path);
    const readyEmpty = await startOften(empty.path);
    const p99 = (way: string) =>
      paged.filter((paging) => paging.way === way).map(({ sortedMs }) => percentile(sortedMs, 0.99));
    return {
      goals: goals(p99, ready.median),
      tables: [
        pageTable(paged),
        {
          title: "Starting",
          rows: [
            ["", "until ready (ms)", "fastest", "slowest"],
            ["1,110,000 messages", ...Object.values(ready).map(short)],
            ["an empty folder", ...Object.values(readyEmpty).map(short)],
          ],
        },
        { title: "Storing", rows: [["messages", "stored after (ms)", "messages a second"], ...filled] },
      ],
      notes: [],
      curves: ["HTTP", "native"].map((way) => ({
        name: `a page of history, ${way}`,
        x: "messages in the room",
        y: "p99 of a page (ms)",
        points: p99(way).map((ms, index): Point => [rooms[index]?.messages ?? 0, ms]),
      })),
    };
  },
};

async function startOften(folder: string) {
  const times: number[] = [];
  for (let start = 0; start < starts; start++) times.push(await startToReadyMs(folder));
  return spread(times);
}

function goals(p99: (way: string) => readonly number[], readyMs: number): readonly Goal[] {
  const both = ["HTTP", "native"].flatMap((way): readonly Goal[] => {
    const of = p99(way);
    const [small = Number.NaN, large = Number.NaN] = [of[0], of.at(-1)];
    return [
      atMost(`a page anywhere in a room of 1,000,000, ${way}: p99`, large, 5, " ms"),
      atMost(`${way}: p99 of a page of 1,000,000 ÷ of 10,000 (100 if it grew with the room)`, large / small, 2, "×"),
    ];
  });
  return [...both, atMost("start-up with 1,000,000 messages, to ready", readyMs / 1000, 1, " s")];
}

function pageTable(paged: readonly Paging[]): Table {
  return {
    title: "A page",
    rows: [
      ["messages in the room", "way", "pages", "p50 (ms)", "p99 (ms)", "slowest (ms)"],
      ...paged.map(({ room, way, sortedMs }) => [
        room,
        way,
        short(sortedMs.length),
        ...[0.5, 0.99, 1].map((share) => short(percentile(sortedMs, share))),
      ]),
    ],
  };
}
