import { Counter, Histogram, type Registry } from "@prometheus-io/client";
import type { Clock } from "../core/ports.ts";

const stepMs = 500;
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/**
 * How late the event loop is, and how much of its time it works. A timer of its own, because Node's
 * histogram (`monitorEventLoopDelay`) holds percentiles only: they cannot be added up over time, and
 * whoever reads and resets them takes them from a second reader. It looks seldom: a server
 * in which nothing happens would wake for little else.
 */
export function watchEventLoop(registry: Registry, clock: Clock): Disposable {
  const registers = [registry];
  const delay = new Histogram({
    name: "parlance_event_loop_delay_seconds",
    help: "How late a timer of the server is, looked at twice a second.",
    buckets,
    registers,
  });
  new Counter({
    name: "parlance_event_loop_active_seconds_total",
    help: "Time that the event loop worked and did not wait; its rate is the share of one core that it can use.",
    registers,
    collect() {
      this.reset();
      this.inc(performance.eventLoopUtilization().active / 1000);
    },
  });
  let cancel = () => {};
  const look = () => {
    const due = clock.monotonic() + stepMs;
    cancel = clock.after(stepMs, () => {
      delay.observe(Math.max(0, clock.monotonic() - due) / 1000);
      look();
    });
  };
  look();
  return { [Symbol.dispose]: () => cancel() };
}
