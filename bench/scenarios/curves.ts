import { measureSending, names } from "../measure.ts";
import { type Curve, notesOf, type Report, type Table } from "../report.ts";
import { alternate, medianOf } from "../rounds.ts";
import { fit, type Line, short } from "../statistics.ts";
import { parlance } from "../subjects.ts";
import { withCrowd } from "./crowd.ts";
import type { Scenario } from "./scenario.ts";

const crowds = [250, 500, 1_000, 2_000];
const rate = 50;
const roomCounts = [25, 50, 100, 200];
const each = 20;
const seconds = 2;

const byMembers = (members: number) => `${members.toLocaleString("en")} members of one room, ${rate} messages a second`;
const byRooms = (rooms: number) => `${rooms} rooms of ${each}, a message a second in each`;

/** A node is called full at this much of a core and this much memory. */
const fullPercent = 60;
const fullMib = 2_048;

/** What a server costs against what it has to do, and what that predicts. */
export const curves: Scenario = {
  name: "curves",
  title: "Cost curves, and what they predict",
  about: `Straight lines by least squares through the medians: cost = a + b · x. What other scenarios of this run measured is taken from them.`,
  minutes: 2,
  async run(bench, earlier) {
    const rounds = await alternate(bench, [
      ...crowds.map((members) => ({
        name: byMembers(members),
        measure: () =>
          withCrowd(parlance, { members, rooms: 1 }, async ({ server, load }) => ({
            cost: await measureSending(server, load, { kind: "open", rate }, seconds),
          })),
      })),
      ...roomCounts.map((rooms) => ({
        name: byRooms(rooms),
        measure: () =>
          withCrowd(parlance, { members: rooms * each, rooms }, async ({ server, load }) => ({
            cost: await measureSending(server, load, { kind: "open", rate: rooms }, seconds),
          })),
      })),
    ]);
    const cpu = (name: string) => medianOf(rounds, name, "cost", names.cpu);
    const memory = (name: string) => medianOf(rounds, name, "cost", names.memory);
    const members: Curve = {
      name: "members",
      x: `members of one room, ${rate} messages a second`,
      y: names.cpu,
      points: crowds.map((count) => [count, cpu(byMembers(count))] as const),
    };
    const rooms: Curve = {
      name: "rooms",
      x: `rooms of ${each}, a message a second in each`,
      y: names.cpu,
      points: roomCounts.map((count) => [count, cpu(byRooms(count))] as const),
    };
    const memoryOfRooms: Curve = {
      name: "memory of rooms",
      x: `rooms of ${each}, a message a second in each`,
      y: names.memory,
      points: roomCounts.map((count) => [count, memory(byRooms(count))] as const),
    };
    const all = [members, rooms, memoryOfRooms, ...[...earlier.values()].flatMap((report) => report.curves ?? [])].map(
      (curve) => ({ ...curve, points: curve.points.filter(([, y]) => Number.isFinite(y)) }),
    );
    const lines = new Map(all.map((curve) => [curve.name, fit(curve.points)]));
    return {
      goals: [],
      tables: [fits(all, lines), ...predictions(lines)],
      notes: [...notesOf(rounds), ...predictionNotes],
      plots: all
        .filter(({ points }) => points.length > 1)
        .map((curve) => ({
          file: `curve-${curve.name.replaceAll(/[^a-z]+/gi, "-").toLowerCase()}`,
          title: curve.name[0]?.toUpperCase() + curve.name.slice(1),
          x: { label: curve.x, scale: "linear" as const },
          y: { label: curve.y, scale: "linear" as const },
          series: [{ name: "measured, and the fitted line", points: curve.points }],
          fitted: true,
        })),
    } satisfies Report;
  },
};

const fits = (all: readonly Curve[], lines: ReadonlyMap<string, Line>): Table => ({
  title: "Fitted",
  rows: [
    ["curve", "x", "cost", "a", "b", "R²", "points"],
    ...all.map(({ name, x, y, points }) => {
      const { a, b, r2 } = lines.get(name) ?? { a: Number.NaN, b: Number.NaN, r2: Number.NaN };
      return [
        name,
        x,
        y,
        short(a),
        b !== 0 && Math.abs(b) < 1e-3 ? b.toExponential(2) : short(b),
        r2.toFixed(3),
        String(points.length),
      ];
    }),
  ],
});

const predictionNotes = [
  "**The predictions are arithmetic, not measurements**: nothing was run with more than 10,000 connections, and these curves are of one node.",
  `A node is taken as full at ${fullPercent} % of a core or ${fullMib.toLocaleString("en")} MiB. What a shared database and a bus between nodes cost is not in them, nor the pings of idle lines, nor that a message has to be encoded on every node.`,
];

/** What so many connections would need, by the fitted lines. */
function predictions(lines: ReadonlyMap<string, Line>): readonly Table[] {
  const idle = lines.get("memory of idle members");
  const rooms = lines.get("rooms");
  const members = lines.get("members");
  const base = lines.get("memory of rooms")?.a;
  if (!idle || !rooms || !members || base === undefined) return [];
  const rows = [100_000, 1_000_000].flatMap((connections) => {
    const memory = idle.b * connections;
    const nodesFor = (cpu: number) =>
      Math.max(1, Math.ceil(cpu / (fullPercent - Math.max(0, rooms.a))), Math.ceil(memory / (fullMib - base)));
    const row = (what: string, cpu: number) => {
      const nodes = nodesFor(cpu);
      return [
        connections.toLocaleString("en"),
        what,
        short(memory / 1024),
        short(cpu / 100),
        short(nodes),
        short(base + memory / nodes),
        short(Math.max(0, rooms.a) + cpu / nodes),
      ];
    };
    return [
      row(`rooms of ${each}, a message a minute in each`, (rooms.b * connections) / each / 60),
      row(`rooms of ${each}, a message every 5 s in each`, (rooms.b * connections) / each / 5),
      row("one room of everybody, a message a second", (members.b * connections) / rate),
    ];
  });
  return [
    {
      title: "Predicted",
      rows: [
        [
          "connections",
          "doing",
          "memory (GiB)",
          "CPU (cores)",
          "nodes",
          "memory a node (MiB)",
          "CPU a node (% of a core)",
        ],
        ...rows,
      ],
    },
  ];
}
