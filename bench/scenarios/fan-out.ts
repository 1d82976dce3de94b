import { measureSending, names } from "../measure.ts";
import { atLeast, atMost, notesOf, tablesOf } from "../report.ts";
import { alternate, medianOf } from "../rounds.ts";
import { bareWs, floorEach, floorTurn, parlance, present, pythonWebsockets, socketIo } from "../subjects.ts";
import { subjectsAre, withCrowd } from "./crowd.ts";
import type { Scenario } from "./scenario.ts";

const subjects = present(parlance, bareWs, socketIo, floorEach, floorTurn, pythonWebsockets);
/** Messages that not everybody has yet, when as many are sent as a server takes. */
const outstanding = 100;

/** So many members of one room, at so many messages a second and then at as many as a server takes. */
export const fanOut = (members: number, rate: number): Scenario => ({
  name: "fan-out",
  title: "One room",
  about: `${members.toLocaleString("en")} members of one room; ${rate} messages a second whatever becomes of them, then as many as come through with ${outstanding} outstanding. ${subjectsAre(subjects)}`,
  minutes: 4.5,
  async run(bench) {
    const entering = "everybody enters";
    const open = `at ${rate} messages a second`;
    const saturated = `saturated, ${outstanding} outstanding`;
    const rounds = await alternate(
      bench,
      subjects.map((subject) => ({
        name: subject.name,
        measure: () =>
          withCrowd(subject, { members, rooms: 1 }, async (crowded) => ({
            [entering]: crowded.entering,
            [open]: await measureSending(crowded.server, crowded.load, { kind: "open", rate }, bench.seconds),
            [saturated]: await measureSending(
              crowded.server,
              crowded.load,
              { kind: "saturated", outstanding },
              bench.seconds,
            ),
          })),
      })),
    );
    const median = (subject: string, title: string, name: string) => medianOf(rounds, subject, title, name);
    const over = (subject: string, title: string, name: string) =>
      median(parlance.name, title, name) / median(subject, title, name);
    const { cpuPerDelivery, deliveries, p99 } = names;
    return {
      goals: [
        atMost(`${open}: CPU per delivery ÷ Socket.IO's`, over(socketIo.name, open, cpuPerDelivery), 0.7, "×"),
        atMost(`${open}: CPU per delivery ÷ one \`write\` each in C`, over("C, each", open, cpuPerDelivery), 1.6, "×"),
        atMost(`${open}: p99 from send to delivery`, median(parlance.name, open, p99), 8, " ms"),
        atLeast(`${saturated}: deliveries ÷ Socket.IO's`, over(socketIo.name, saturated, deliveries), 50, "×"),
        atMost(`${saturated}: CPU per delivery ÷ gathered in C`, over("C, turn", saturated, cpuPerDelivery), 2, "×"),
      ],
      tables: tablesOf(rounds),
      notes: notesOf(rounds),
    };
  },
});
