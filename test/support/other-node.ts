// Another node on a NATS, in a thread of its own: it says when it hears, and wakes whoever waits once it heard something.
import { parentPort, workerData } from "node:worker_threads";
import { openNatsBus } from "../../src/bus/nats.ts";
import { systemClock } from "../../src/server/clock.ts";
import { keptLog } from "./server.ts";

const { address, scope, isHeard } = workerData as { address: string; scope: string; isHeard: Int32Array };
const bus = await openNatsBus({ address, scope, clock: systemClock, log: keptLog() });
bus.subscribe(() => {
  Atomics.store(isHeard, 0, 1);
  Atomics.notify(isHeard, 0);
});
parentPort?.postMessage("hears");
