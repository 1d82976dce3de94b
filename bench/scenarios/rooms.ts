import { measureSending, names } from "../measure.ts";
import { atLeast, notesOf, tablesOf } from "../report.ts";
import { alternate, medianOf } from "../rounds.ts";
import { bareWs, floorEach, floorTurn, parlance, present, socketIo } from "../subjects.ts";
import { withCrowd } from "./crowd.ts";
import type { Scenario } from "./scenario.ts";

const rooms = 100;
const each = 20;
/** Ten a room, so that each server has something to do all the time. */
const outstanding = 10 * rooms;
const subjects = present(parlance, bareWs, socketIo, floorEach, floorTurn);

/** Many small rooms, at as many messages as a server takes. */
export const manyRooms: Scenario = {
  name: "rooms",
  title: "Many rooms",
  about: `${rooms} rooms of ${each} members; as many messages as come through with ${outstanding.toLocaleString("en")} outstanding, ten a room.`,
  minutes: 1.5,
  async run(bench) {
    const saturated = `${rooms} rooms of ${each}, saturated`;
    const rounds = await alternate(
      bench,
      subjects.map((subject) => ({
        name: subject.name,
        measure: () =>
          withCrowd(subject, { members: rooms * each, rooms }, async ({ server, load }) => ({
            [saturated]: await measureSending(server, load, { kind: "saturated", outstanding }, bench.seconds),
          })),
      })),
    );
    const deliveries = (subject: string) => medianOf(rounds, subject, saturated, names.deliveries);
    return {
      goals: [
        atLeast(
          `${saturated}: deliveries ÷ Socket.IO's`,
          deliveries(parlance.name) / deliveries(socketIo.name),
          5,
          "×",
        ),
      ],
      tables: tablesOf(rounds),
      notes: notesOf(rounds),
    };
  },
};
