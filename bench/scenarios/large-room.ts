import { measureSending, names } from "../measure.ts";
import { atMost, notesOf, tablesOf } from "../report.ts";
import { alternate, medianOf } from "../rounds.ts";
import { bareWs, floorEach, parlance, present } from "../subjects.ts";
import { withCrowd } from "./crowd.ts";
import type { Scenario } from "./scenario.ts";

const members = 10_000;
const rate = 5;
const subjects = present(parlance, bareWs, floorEach);

/** A room as large as they come. */
export const largeRoom: Scenario = {
  name: "large-room",
  title: "A large room",
  about: `${members.toLocaleString("en")} members of one room, ${rate} messages a second.`,
  minutes: 1.5,
  async run(bench) {
    const title = `${members.toLocaleString("en")} members, ${rate} messages a second`;
    const rounds = await alternate(
      bench,
      subjects.map((subject) => ({
        name: subject.name,
        measure: () =>
          withCrowd(subject, { members, rooms: 1 }, async ({ server, load }) => ({
            [title]: await measureSending(server, load, { kind: "open", rate }, bench.seconds),
          })),
      })),
    );
    return {
      goals: [atMost(`${title}: p99`, medianOf(rounds, parlance.name, title, names.p99), 150, " ms")],
      tables: tablesOf(rounds),
      notes: notesOf(rounds),
    };
  },
};
