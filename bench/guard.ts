import { measureSending, names } from "./measure.ts";
import { withCrowd } from "./scenarios/crowd.ts";
import { bareWs, parlance, type Subject } from "./subjects.ts";

const members = 500;
const seconds = 2;
/** Gathered, a delivery costs about a twentieth of one that has a write of its own; with a write of its own, as much. */
const mostOfBareWs = 0.5;

const cpuPerDelivery = (subject: Subject): Promise<number> =>
  withCrowd(subject, { members, rooms: 1 }, async ({ server, load }) => {
    const figures = await measureSending(server, load, { kind: "saturated", outstanding: 100 }, seconds);
    return figures[names.cpuPerDelivery] ?? Number.NaN;
  });

/**
 * Throws if a busy room's messages are no longer gathered into few writes. A ratio of CPU times of one run, with room
 * for ten times the cost: how fast this machine is, or what else it does, decides nothing.
 */
export async function guardFanOut(): Promise<void> {
  const own = await cpuPerDelivery(parlance);
  const bare = await cpuPerDelivery(bareWs);
  const told = `server CPU per delivery: ${own.toFixed(3)} µs, ${(own / bare).toFixed(3)} of bare ws's ${bare.toFixed(3)} µs`;
  if (!(own <= mostOfBareWs * bare)) throw new Error(`${told}; at most ${mostOfBareWs}`);
  console.log(told);
}
