import { writeFileSync } from "node:fs";
import { Child } from "../child.ts";
import { asSvg, type Plot } from "../plot.ts";
import { asMarkdown, type Table } from "../report.ts";
import { short } from "../statistics.ts";
import { measureHeads } from "./heads.ts";
import type { NodeFigures, SimulatedNode } from "./node.ts";
import { type ClusterSize, Peer, type Placement } from "./peers.ts";

const nodeCounts = [1, 2, 5, 10, 20, 50, 100];
const placements: readonly Placement[] = ["anywhere", "by room"];
const connectionsPerNode = 10_000;
const roomsPerNode = 100;

/** What people do: a message so often in each room, and everybody comes and goes so often, in seconds. */
const secondsPerMessage = 60;
const secondsPerVisit = 3_600;
/** How often a node compares its rooms with the store, and without NATS; and how often it says that it lives. */
const compareSeconds = 10;
const troubledSeconds = 1;
const aliveSeconds = 5;
/** As measured with real sockets, in KiB a connection: `bench/RESULTS.md`. */
const realConnectionKib = 11;
/** The most messages that a room keeps in memory. */
const tailLength = 1_200;
/** A node is called full at this much memory and this much of a core, as in `bench/RESULTS.md`. */
const fullMib = 2_048;
const fullPercent = 60;

interface Measured {
  readonly size: ClusterSize;
  readonly figures: NodeFigures;
}

/** What follows from what was measured. */
function derive({ size, figures }: Measured, bytesPerMessage: number) {
  const connections = size.nodes * size.connectionsPerNode;
  const rooms = size.nodes * size.roomsPerNode;
  const messages = rooms / secondsPerMessage;
  const changes = size.nodes === 1 ? 0 : (2 * connections) / secondsPerVisit;
  const alive = size.nodes / aliveSeconds;
  const others = size.nodes - 1;
  const cpuMicros = messages * figures.messageMicros + (changes && changes * figures.changeMicros);
  const bytes =
    messages * figures.messageBytes +
    (changes && changes * figures.changeBytes) +
    alive * new Peer(size, 1).alive().length;
  return {
    connections,
    rooms,
    published: messages + changes + alive,
    delivered: (messages + changes + alive) * others,
    deliveredMib: (bytes * others) / 1024 ** 2,
    percentOfCore: cpuMicros / 1e4,
    headRows: (size.nodes * figures.headRows) / compareSeconds,
    headRowsTroubled: (size.nodes * figures.headRows) / troubledSeconds,
    ownMib: (size.connectionsPerNode * realConnectionKib) / 1024,
    tailsMib: (figures.openRooms * tailLength * bytesPerMessage) / 1024 ** 2,
  };
}

function tableOf(all: readonly Measured[], bytesPerMessage: number, placement: Placement): Table {
  const rows = all
    .filter(({ size }) => size.placement === placement)
    .map((one) => {
      const { figures, size } = one;
      const told = derive(one, bytesPerMessage);
      return [
        short(size.nodes),
        short(told.connections),
        short(figures.openRooms),
        short(told.published),
        short(told.delivered),
        short(told.deliveredMib),
        short(told.percentOfCore),
        short(figures.questions * size.nodes),
        short(Math.round(told.headRows)),
        short(Math.round(told.headRowsTroubled)),
        short(Math.max(0, figures.othersMib)),
        short(Math.round(told.tailsMib)),
        short(figures.rollMs / 1_000),
      ];
    });
  return {
    title: placement === "anywhere" ? "Members spread by chance" : "The people of a room on one node",
    rows: [
      [
        "nodes",
        "connections",
        "rooms open on a node",
        "published on the bus, a second",
        "delivered by the bus, a second",
        "MiB of that",
        "a node's CPU for it (% of a core)",
        "questions to open all rooms, in all",
        "rows compared, a second",
        "without NATS",
        "a node's memory for others' members (MiB)",
        "for messages, rooms full (MiB)",
        "CPU to learn of all others (s)",
      ],
      ...rows,
    ],
  };
}

/** What a cluster of the greatest size needs of what a node has, the most first. */
function limits(one: Measured, bytesPerMessage: number): Table {
  const { figures, size } = one;
  const told = derive(one, bytesPerMessage);
  const rows: (readonly [string, number, string])[] = [
    [
      `memory: ${tailLength.toLocaleString("en")} messages of each open room`,
      told.tailsMib / fullMib,
      `${short(Math.round(told.tailsMib))} MiB`,
    ],
    ["memory: who is on other nodes", figures.othersMib / fullMib, `${short(Math.round(figures.othersMib))} MiB`],
    [
      `memory: ${short(size.connectionsPerNode)} connections of its own, by what real ones cost`,
      told.ownMib / fullMib,
      `${short(Math.round(told.ownMib))} MiB`,
    ],
    ["CPU: what comes over the bus", told.percentOfCore / fullPercent, `${short(told.percentOfCore)} %`],
  ];
  return {
    title: `${size.nodes} nodes, ${size.placement === "anywhere" ? "members spread by chance" : "the people of a room on one node"}: what a node needs`,
    rows: [
      ["", "needed", `of ${fullMib.toLocaleString("en")} MiB, or ${fullPercent} % of a core`],
      ...rows
        .toSorted(([, a], [, b]) => b - a)
        .map(([what, share, needed]) => [what, needed, `${short(share * 100)} %`]),
    ],
  };
}

function plotOf(file: string, label: string, all: readonly Measured[], y: (one: Measured) => number): Plot {
  return {
    file,
    title: `${short(connectionsPerNode)} connections and ${roomsPerNode} rooms a node: ${label}`,
    x: { label: "nodes", scale: "log" },
    y: { label, scale: "log" },
    series: placements.map((placement) => ({
      name: placement === "anywhere" ? "members spread by chance" : "the people of a room on one node",
      points: all
        .filter(({ size }) => size.placement === placement)
        .map((one) => [one.size.nodes, y(one)] as const)
        .filter(([, value]) => value > 0),
    })),
  };
}

/** Simulates clusters up to 100 nodes, and tells what that came to as a page; its pictures are written beside `folder`. */
export async function simulate(
  facts: string,
  { say, folder }: { readonly say: (text: string) => void; readonly folder: URL | undefined },
): Promise<string> {
  const all: Measured[] = [];
  for (const placement of placements) {
    for (const nodes of nodeCounts) {
      const size = { nodes, connectionsPerNode, roomsPerNode, placement };
      say(`${nodes} nodes, ${placement}`);
      await using child = new Child<SimulatedNode>("./simulation/node.ts");
      all.push({ size, figures: await child.ask("run", size) });
    }
  }
  const bytesPerMessage = Math.max(...all.map(({ figures }) => figures.bytesPerMessage || 0));
  const plots = [
    plotOf("simulation-bus", "deliveries of the bus a second", all, (one) => derive(one, bytesPerMessage).delivered),
    plotOf("simulation-memory", "a node's memory for others' members and full rooms (MiB)", all, (one) => {
      return one.figures.othersMib + derive(one, bytesPerMessage).tailsMib;
    }),
    plotOf("simulation-rows", "rows compared with the store a second, without NATS", all, (one) => {
      return derive(one, bytesPerMessage).headRowsTroubled;
    }),
  ];
  if (folder) for (const plot of plots) writeFileSync(new URL(`${plot.file}.svg`, folder), asSvg(plot));
  const largest = all.filter(({ size }) => size.nodes === Math.max(...nodeCounts));
  const [most] = largest;
  const share = (one: Measured) => derive(one, bytesPerMessage);
  const headsMs = most && (await measureHeads(share(most).rooms, most.figures.headRows));
  return `${[
    "# 100 nodes, simulated",
    facts,
    `One node is real: its rooms, its members, its tails, its part of the bus, over a store in memory and ${short(connectionsPerNode)} connections without sockets. The others say, byte for byte, what a node would say of as many members: their rolls, who comes and goes, what was said; the real one decodes and takes in all of it. All nodes are alike, so what one needs, each does; what they need together is that, times their number. Nothing was sent over a network, and of Postgres only one question was asked: how long those take is not in here. A message a minute in each room, and everybody comes and goes once an hour. A message in memory takes ${short(bytesPerMessage)} bytes here.`,
    ...placements.map((placement) => {
      const table = tableOf(all, bytesPerMessage, placement);
      return `## ${table.title}\n\n${asMarkdown(table)}`;
    }),
    "## What breaks first",
    ...(most
      ? [
          `- **Memory, where members are spread by chance**: at ${most.size.nodes} nodes every node has ${short(most.figures.openRooms)} of ${short(share(most).rooms)} rooms open, and keeps the last messages of each: ${short(Math.round(share(most).tailsMib))} MiB once every room has been talked in enough. A balancer that sends a room's people to one node keeps that away.`,
          `- **A node that starts** has to learn of everybody: ${short(most.figures.rollMs / 1_000)} s of CPU, in pieces.`,
          `- **Postgres, while NATS is away, where members are spread by chance**: ${most.size.nodes} questions a second for where ${short(most.figures.headRows)} rooms stand. ${headsMs === undefined ? "" : `One took ${short(headsMs)} ms here at the median, so that they are ${short((headsMs * most.size.nodes) / 1_000)} s of work a second; ${short((headsMs * most.size.nodes) / 10_000)} s with NATS.`}`,
          `- **Each node hears of everything**: ${short(share(most).published)} messages a second on the bus are ${short(share(most).percentOfCore)} % of a core on every node, whoever is on it: ${fullPercent} % at ${short(Math.floor(fullPercent / share(most).percentOfCore))} times as much said, and as many coming and going.`,
        ]
      : []),
    ...largest.map((one) => {
      const table = limits(one, bytesPerMessage);
      return `### ${table.title}\n\n${asMarkdown(table)}`;
    }),
    ...plots.map(({ title, file }) => `![${title}](simulation/${file}.svg)`),
  ].join("\n\n")}\n`;
}
