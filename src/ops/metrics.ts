import { Counter, Gauge, Histogram, Registry } from "@prometheus-io/client";
import { type Clock, type GatewayName, gatewayNames, type Metrics } from "../core/ports.ts";
import { closeCodes } from "../protocol/codes.ts";
import { watchEventLoop } from "./event-loop.ts";
import { createProcessMetrics } from "./process-metrics.ts";

/** What is so now; it is asked for only when somebody reads the metrics. */
export interface Readings {
  /** Connections and requests that are open, by gateway. */
  readonly connections: ReadonlyMap<GatewayName, number>;
  /** People who are in, however many connections they have. */
  readonly users: number;
  /** Rooms that somebody is in. */
  readonly rooms: number;
  /** Bytes that clients have not taken yet. */
  readonly queueBytes: number;
  /** Messages that wait for the disk. */
  readonly waitingMessages: number;
  /** The sizes of the database and of its write-ahead log, and what is free where they are, in bytes; 0 where it is elsewhere. */
  readonly databaseBytes: number;
  readonly walBytes: number;
  readonly diskFreeBytes: number;
}

interface MetricsOptions {
  readonly version: string;
  readonly clock: Clock;
  /** Whether the database is on a disk of this machine. */
  readonly hasDisk?: boolean;
}

/** Counts what the server does, and tells Prometheus. */
export interface ServerMetrics extends Metrics, Disposable {
  readonly contentType: string;
  /** Everything, in Prometheus's text format 0.0.4. https://prometheus.io/docs/instrumenting/exposition_formats/ */
  report(readings: Readings): Promise<string>;
}

/** The gateways by which messages come in. */
const speaking: readonly GatewayName[] = [
  "native",
  "json_by_hand",
  "plain_text",
  "room_text",
  "open_text",
  "post",
  "tcp_chat",
];

/** Seconds: from a fast disk's commit to one that an operator should know of. */
const commitBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/**
 * Counts in memory, from 0 at each start. Labels have few values, all known here: no room, user or
 * address is ever one, so that the number of series does not grow with use. Nothing is told of the disk
 * where the database is on no disk of this machine.
 */
export function createMetrics({ version, clock, hasDisk = true }: MetricsOptions): ServerMetrics {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const diskGauge = (name: string, help: string) => new Gauge({ name, help, registers: hasDisk ? registers : [] });

  const received = new Counter({
    name: "parlance_messages_received_total",
    help: "Messages that clients sent, before they were judged.",
    labelNames: ["gateway"],
    registers,
  });
  const delivered = new Counter({
    name: "parlance_deliveries_total",
    help: "Messages handed to members' connections: one message in a room of ten is ten. History is not counted.",
    registers,
  });
  const refused = new Counter({
    name: "parlance_refusals_total",
    help: "What clients asked for and did not get, by the code of the error.",
    labelNames: ["code", "gateway"],
    registers,
  });
  const closed = new Counter({
    name: "parlance_closes_total",
    help: "Connections that the server ended, by its reason.",
    labelNames: ["reason"],
    registers,
  });
  const stored = new Counter({ name: "parlance_messages_stored_total", help: "Messages made durable.", registers });
  const repeated = new Counter({
    name: "parlance_messages_repeated_total",
    help: "Messages that came again under the same id, and were not stored a second time.",
    registers,
  });
  const commits = new Histogram({
    name: "parlance_commit_seconds",
    help: "Time from handing a group of messages to the store until the server took the news that it is durable.",
    buckets: commitBuckets,
    registers,
  });
  const commitFailures = new Counter({
    name: "parlance_commit_failures_total",
    help: "Groups of messages that could not be stored: each of them was refused.",
    registers,
  });
  const connections = new Gauge({
    name: "parlance_connections",
    help: "Connections and requests that are open.",
    labelNames: ["gateway"],
    registers,
  });
  const users = gauge("parlance_users", "People who are in, however many connections they have.");
  const rooms = gauge("parlance_rooms_open", "Rooms that somebody is in.");
  const queue = gauge("parlance_queue_bytes", "Bytes that wait for slow readers, all together.");
  const waiting = gauge("parlance_messages_waiting", "Messages that wait for the disk.");
  const database = diskGauge("parlance_database_bytes", "Size of the database file.");
  const wal = diskGauge("parlance_wal_bytes", "Size of the database's write-ahead log.");
  const diskFree = diskGauge("parlance_disk_free_bytes", "Bytes free for the server where the database is.");
  new Gauge({ name: "parlance_info", help: "The version that runs.", labelNames: ["version"], registers }).set(
    { version },
    1,
  );
  createProcessMetrics(registry);
  const eventLoop = watchEventLoop(registry, clock);

  // A series that begins only with its first event hides that event from `rate`.
  for (const gateway of speaking) received.inc({ gateway }, 0);
  for (const [reason, code] of Object.entries(closeCodes)) if (code >= 4000) closed.inc({ reason }, 0);

  return {
    contentType: registry.contentType,
    received: (gateway) => received.inc({ gateway }),
    delivered: (count) => delivered.inc(count),
    refused: (code, gateway) => refused.inc({ code, gateway }),
    closed: (reason) => closed.inc({ reason }),
    committed(commit) {
      commits.observe(commit.ms / 1000);
      stored.inc(commit.stored);
      repeated.inc(commit.repeated);
    },
    commitFailed: () => commitFailures.inc(),
    report(now) {
      for (const gateway of gatewayNames) connections.set({ gateway }, now.connections.get(gateway) ?? 0);
      users.set(now.users);
      rooms.set(now.rooms);
      queue.set(now.queueBytes);
      waiting.set(now.waitingMessages);
      database.set(now.databaseBytes);
      wal.set(now.walBytes);
      diskFree.set(now.diskFreeBytes);
      return registry.metrics();
    },
    [Symbol.dispose]: () => eventLoop[Symbol.dispose](),
  };
}
