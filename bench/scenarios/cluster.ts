import { nats, postgres, redis } from "../../scripts/servers.mjs";
import { Cluster } from "../cluster.ts";
import type { Pace } from "../load.ts";
import { type Figures, measureEntering, measureSending, names, usualAtATime } from "../measure.ts";
import { openLoad } from "../native.ts";
import { atLeast, atMost, notesOf, type Report, tablesOf } from "../report.ts";
import { alternate, medianOf } from "../rounds.ts";
import { short } from "../statistics.ts";
import type { Scenario } from "./scenario.ts";

/** Numbers that 1, 2 and 3 nodes share evenly. */
const nodeCounts = [1, 2, 3];
const fewMembers = 12;
const rooms = 64;
const each = 6;
const manyMembers = 1_200;
const rate = 50;

/** A round's crowd, and how it talks. */
interface Talk {
  readonly title: string;
  readonly members: number;
  readonly rooms: number;
  readonly pace: Pace;
}

const hotRoom: Talk = {
  title: `one room of ${fewMembers}, 1,000 outstanding`,
  members: fewMembers,
  rooms: 1,
  pace: { kind: "saturated", outstanding: 1_000 },
};
const manyRooms: Talk = {
  title: `${rooms} rooms of ${each}, 20 outstanding in each`,
  members: rooms * each,
  rooms,
  pace: { kind: "saturated", outstanding: rooms * 20 },
};
const largeRoom: Talk = {
  title: `one room of ${manyMembers.toLocaleString("en")}, ${rate} messages a second`,
  members: manyMembers,
  rooms: 1,
  pace: { kind: "open", rate },
};
const fullRoom: Talk = {
  title: `one room of ${manyMembers.toLocaleString("en")}, 100 outstanding`,
  members: manyMembers,
  rooms: 1,
  pace: { kind: "saturated", outstanding: 100 },
};

const alone = "one server, SQLite";
const peer = "Socket.IO with Redis, 3 nodes";
const bareOf = (nodes: number) => `bare ws with NATS, ${nameOf(nodes)}`;
const nameOf = (nodes: number) => `${nodes} ${nodes === 1 ? "node" : "nodes"}`;

/** What the database and the bus use is in what all others do, and no sign that the machine is not quiet. */
const othersHere = "database's, bus's and all others' CPU (% of a core)";

/** One crowd, spread evenly over nodes that have just started, talks. */
async function measureTalk(
  open: () => Promise<Cluster>,
  { members, rooms, pace }: Talk,
  seconds: number,
): Promise<Figures> {
  await using cluster = await open();
  await using load = openLoad();
  const entrances = await cluster.entrances();
  const crowd = { members: members / entrances.length, rooms, atATime: usualAtATime };
  await measureEntering(
    cluster,
    load,
    entrances.map((entrance) => [entrance, crowd] as const),
    { idles: false },
  );
  const { [names.others]: others = Number.NaN, ...figures } = await measureSending(cluster, load, pace, seconds);
  return { ...figures, [othersHere]: others };
}

const entrant = (name: string, seconds: number, open: () => Promise<Cluster>) => ({
  name,
  async measure() {
    const round: Record<string, Figures> = {};
    for (const talk of [hotRoom, manyRooms, largeRoom, fullRoom]) {
      round[talk.title] = await measureTalk(open, talk, seconds);
    }
    return round;
  },
});

/** Several nodes on one Postgres and one NATS. */
export const cluster: Scenario = {
  name: "cluster",
  title: "Several nodes",
  about: `1, 2 and 3 nodes on one Postgres (with \`fsync\`) and one NATS, beside one server on its folder, all on this machine: more nodes have no more cores here, so that these figures tell what sharing costs, not what more machines bring. Members are spread evenly over the nodes and take turns in talking, so that with three nodes two thirds of all deliveries cross from one to another. CPU and memory are those of all nodes together. Socket.IO's nodes tell each other by its Redis adapter, those of bare ws by one \`publish\` a message; they store nothing and acknowledge nothing. What three nodes of bare ws cost beside one is what so many processes on two cores cost anybody.`,
  minutes: 11,
  async run(bench): Promise<Report> {
    const missing = [postgres, nats].filter(({ folder }) => folder === undefined);
    if (missing.length > 0) {
      const packages = missing.map(({ debian }) => debian).join(" ");
      return { goals: [], tables: [], notes: [`Not measured: apt-get install ${packages} first.`] };
    }
    const { seconds } = bench;
    const rounds = await alternate(bench, [
      entrant(alone, seconds, () => Cluster.openAlone()),
      ...nodeCounts.map((count) => entrant(nameOf(count), seconds, () => Cluster.open(count))),
      ...[1, 3].map((count) => entrant(bareOf(count), seconds, () => Cluster.openBareWs(count))),
      ...(redis.folder === undefined ? [] : [entrant(peer, seconds, () => Cluster.openSocketIo(3))]),
    ]);
    const three = nameOf(3);
    const cost = (name: string) => medianOf(rounds, name, largeRoom.title, names.cpuPerDelivery);
    const posts = (talk: Talk) => medianOf(rounds, three, talk.title, names.messages);
    return {
      goals: [
        atLeast(`${three}, ${hotRoom.title}: messages a second`, posts(hotRoom), 5_000, ""),
        atLeast(`${three}, ${manyRooms.title}: messages a second`, posts(manyRooms), 5_000, ""),
        atMost(`${three}, ${largeRoom.title}: p99`, medianOf(rounds, three, largeRoom.title, names.p99), 20, " ms"),
        ...[nameOf(1), alone].map((one) =>
          atMost(`${largeRoom.title}: CPU per delivery, ${three} ÷ ${one}`, cost(three) / cost(one), 1.1, "×"),
        ),
      ],
      tables: tablesOf(rounds),
      notes: [
        ...notesOf(rounds),
        `${largeRoom.title}: three nodes of bare ws take ${short(cost(bareOf(3)) / cost(bareOf(1)))} times the CPU per delivery of one.`,
        ...(redis.folder === undefined ? [`Socket.IO was not measured: apt-get install ${redis.debian} first.`] : []),
      ],
    };
  },
};
