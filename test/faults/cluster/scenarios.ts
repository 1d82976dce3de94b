import { randomInt } from "node:crypto";
import { setTimeout as passing } from "node:timers/promises";
import { compareMs } from "../../../src/core/head-watch.ts";
import type { Scenario } from "../scenario.ts";
import { talk, underBlows } from "./blow.ts";

const freezeMs = 15_000;
/** Long enough for each node to have compared its rooms with the store once. */
const partedMs = compareMs + 2_000;

/** Every fault of several nodes. */
export const clusterScenarios: readonly Scenario[] = [
  underBlows({
    name: "node-killed",
    fault: "`kill -9` of one node of three, its members led to another",
    rules: "[N1] [L2] [R2] [R3] [S1]",
    times: 20,
    async strike(cluster, round) {
      const [node, next] = cluster.inTurn(round);
      node.leadTo(next);
      await node.server.kill();
      await node.start();
      node.leadHome();
      return [];
    },
    others: (cluster, round) => cluster.nodes.filter((node) => node !== cluster.inTurn(round)[0]),
  }),
  underBlows({
    name: "node-frozen",
    fault: `SIGSTOP of one node of three for ${freezeMs / 1_000} s, its members led to another`,
    rules: "[N1] [R2] [R3] [K1]",
    times: 5,
    async strike(cluster, round) {
      const [node, next] = cluster.inTurn(round);
      node.leadTo(next);
      node.server.freeze();
      await passing(freezeMs);
      node.server.thaw();
      node.leadHome();
      return [];
    },
    others: (cluster, round) => cluster.nodes.filter((node) => node !== cluster.inTurn(round)[0]),
  }),
  underBlows({
    name: "nats-killed",
    fault: "`kill -9` of NATS, and its return",
    rules: "[N2] [R1]",
    times: 20,
    async strike({ nats }) {
      await nats.kill();
      await passing(randomInt(200, 3_000));
      await nats.start();
      return [];
    },
  }),
  underBlows({
    name: "nats-cut",
    fault: "nodes cut off from NATS, all of them and one of them by turns",
    rules: "[N2] [R1]",
    times: 10,
    async strike(cluster, round) {
      const cut = round % 2 === 0 ? cluster.nodes : [cluster.inTurn(round)[0]];
      for (const node of cut) node.cutBus();
      await passing(randomInt(200, 3_000));
      for (const node of cut) node.mendBus();
      return [];
    },
  }),
  underBlows({
    name: "postgres-restarted",
    fault: "Postgres killed, and stopped, by turns, and its return",
    rules: "[N3] [L3] [S1]",
    times: 10,
    async strike({ postgres }, round) {
      if (round % 2 === 0) await postgres.kill();
      else await postgres.stop();
      await passing(randomInt(200, 3_000));
      await postgres.start();
      return [];
    },
  }),
  underBlows({
    name: "rolling-restart",
    fault: "rolling restart: SIGTERM to one node after the other",
    rules: "[K4] [N1] [R3]",
    times: 10,
    async strike(cluster) {
      const problems: string[] = [];
      for (const turn of cluster.nodes.keys()) {
        const [node, next] = cluster.inTurn(turn);
        node.leadTo(next);
        const { code, signal } = await node.restart();
        if (code !== 0) problems.push(`node ${turn + 1} ended with ${code ?? signal}`);
      }
      for (const node of cluster.nodes) node.leadHome();
      return problems;
    },
  }),
  underBlows({
    name: "nodes-parted",
    fault: `two nodes parted from one another for ${partedMs / 1_000} s: their lines to NATS fall silent, Postgres is there`,
    rules: "[N2] [R1]",
    times: 10,
    async strike(cluster, round) {
      const [one, other] = cluster.inTurn(round);
      for (const { busLine } of [one, other]) busLine.stall();
      // Nobody talks at the other: what its members read is what others said, and only the store tells it of that.
      for (const writer of other.writers) writer.hush();
      await passing(partedMs);
      for (const node of [one, other]) node.mendBus();
      for (const writer of other.writers) talk(writer);
      return [];
    },
    others: (cluster, round) => [cluster.inTurn(round + 2)[0]],
  }),
];
