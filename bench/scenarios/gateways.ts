import { measureSending, names } from "../measure.ts";
import { compiled } from "../native.ts";
import { atLeast, atMost, notesOf, tablesOf } from "../report.ts";
import { alternate, medianOf } from "../rounds.ts";
import { parlance } from "../subjects.ts";
import { withCrowd } from "./crowd.ts";
import type { Scenario } from "./scenario.ts";

const members = 1_000;
const rate = 50;
const outstanding = 100;
const mixed = ["native", "plain text", "room text", "TCP chat", "SSE"];
const crowds = { "all native": undefined, "five gateways": mixed };

/** What it costs that members of one room come through different gateways. */
export const gateways: Scenario = {
  name: "gateways",
  title: "Every gateway in one room",
  about: `${members.toLocaleString("en")} members of one room: all native, or ${members / mixed.length} each through ${mixed.join(", ")}. All but SSE speak in turn; a line over TCP does not come back to who said it.`,
  minutes: 1.5,
  async run(bench) {
    if (compiled("load") === undefined)
      return { goals: [], tables: [], notes: ["Not measured: the load that speaks TCP and SSE needs a C compiler."] };
    const open = `at ${rate} messages a second`;
    const saturated = `saturated, ${outstanding} outstanding`;
    const rounds = await alternate(
      bench,
      Object.entries(crowds).map(([name, through]) => ({
        name,
        measure: () =>
          withCrowd(
            parlance,
            { members, rooms: 1, ...(through && { gateways: through }) },
            async ({ server, load }) => ({
              [open]: await measureSending(server, load, { kind: "open", rate }, bench.seconds),
              [saturated]: await measureSending(server, load, { kind: "saturated", outstanding }, bench.seconds),
            }),
          ),
      })),
    );
    const over = (title: string, name: string) =>
      medianOf(rounds, "five gateways", title, name) / medianOf(rounds, "all native", title, name);
    return {
      goals: [
        atMost(`${open}: CPU per delivery ÷ all native`, over(open, names.cpuPerDelivery), 1.3, "×"),
        atMost(`${open}: p99 ÷ all native`, over(open, names.p99), 1.3, "×"),
        atLeast(`${saturated}: deliveries ÷ all native`, over(saturated, names.deliveries), 1 / 1.3, "×"),
      ],
      tables: tablesOf(rounds),
      notes: notesOf(rounds),
    };
  },
};
