import { readdirSync, readFileSync } from "node:fs";
import { Counter, Gauge, type Registry } from "@prometheus-io/client";

/**
 * What Prometheus expects of every process, by the names that it expects, read when it asks.
 * `@prometheus-io/client` has a set of its own, but that starts observers which nothing can stop.
 * https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
 */
export function createProcessMetrics(registry: Registry): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        try {
          this.set(read());
        } catch {
          // Where no more files can be opened, neither can the system's: what was read last stands, and the rest is told.
        }
      },
    });
  new Counter({
    name: "process_cpu_seconds_total",
    help: "User and system CPU time, in seconds; all threads.",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  const startedAt = Date.now() / 1000 - process.uptime();
  gauge("process_start_time_seconds", "Start of the process, in seconds since 1970.", () => startedAt);
  gauge("process_resident_memory_bytes", "Memory that the process has in RAM.", () => process.memoryUsage.rss());
  gauge("nodejs_heap_size_used_bytes", "JavaScript's memory in use.", () => process.memoryUsage().heapUsed);
  gauge("nodejs_heap_size_total_bytes", "JavaScript's memory.", () => process.memoryUsage().heapTotal);
  gauge("nodejs_external_memory_bytes", "Memory of buffers and the like.", () => process.memoryUsage().external);
  if (process.platform !== "linux") return;
  let limit = openFilesLimit();
  gauge("process_max_fds", "Most file descriptors that may be open.", () => {
    limit = openFilesLimit();
    return limit;
  });
  gauge("process_open_fds", "Open file descriptors.", () => openFiles() ?? limit);
}

/** `undefined` where there is none left to look with. */
function openFiles(): number | undefined {
  try {
    // The listing itself holds one open.
    return readdirSync("/proc/self/fd").length - 1;
  } catch {
    return undefined;
  }
}

/** The soft limit; infinite where there is none. */
function openFilesLimit(): number {
  const soft = /^Max open files\s+(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
  return soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft);
}
