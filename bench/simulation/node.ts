import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { decodeHint } from "../../src/bus/nats-hints.ts";
import { decodeAppends } from "../../src/bus/nats-payload.ts";
import { compareMs, watchHeads } from "../../src/core/head-watch.ts";
import type { Hint, NodeId } from "../../src/core/hints.ts";
import type { Appends, Bus, Connection, Format } from "../../src/core/ports.ts";
import type { Epoch } from "../../src/protocol/ids.ts";
import { MemoryStore, newMemory } from "../../test/support/memory-store.ts";
import { World } from "../../test/support/world.ts";
import { answer } from "../child.ts";
import { SimulatedClock } from "./clock.ts";
import { type ClusterSize, news, Peer, roomName, roomOf } from "./peers.ts";

/** What one node of a cluster of some size costs. */
export interface NodeFigures {
  /** Rooms that somebody is in on this node. */
  readonly openRooms: number;
  /** Memory of its own connections, and of the others' members, in MiB of the heap. */
  readonly ownMib: number;
  readonly othersMib: number;
  /** Memory of a message in a room's tail, in bytes. */
  readonly bytesPerMessage: number;
  /** CPU time to take in everybody on the other nodes, in milliseconds. */
  readonly rollMs: number;
  /** CPU time for one coming or going elsewhere, and for one message of another node, in microseconds. */
  readonly changeMicros: number;
  readonly messageMicros: number;
  /** Bytes on the bus of each. */
  readonly changeBytes: number;
  readonly messageBytes: number;
  /** Questions to the store until everybody was in, and rows that one comparison of heads names. */
  readonly questions: number;
  readonly headRows: number;
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const heapMib = () => {
  collect();
  return process.memoryUsage().heapUsed / 1024 ** 2;
};

/** How many comings and goings, and messages, are timed. */
const changes = 4_000;
const messages = 10_000;
/** Longer than anything is gathered, in milliseconds. */
const restMs = 2_000;
/** People named in one part of a roll, as a node does. */
const peoplePerPart = 1_000;

const sign = new Uint8Array(1);
const format: Format = { encode: (frame) => (frame.type === "message" ? sign : undefined) };
const done = Promise.resolve();

/** A client without a socket: what it is told is made, and goes nowhere. */
class SimulatedLine implements Connection {
  readonly format = format;
  readonly gateway = "native";
  readonly address = undefined;
  readonly acknowledges = true;
  readonly isBehind = false;
  encode(): undefined {}
  write(): void {}
  writeAll(): void {}
  writeSoon(): void {}
  writePage(): Promise<void> {
    return done;
  }
  setLanguage(): void {}
  pause(): void {}
  resume(): void {}
  close(): void {}
}

/** A node's end of the bus, on which a peer's bytes arrive. */
class BusEnd implements Bus {
  readonly #readers = new Set<(appends: Appends, isOwn: boolean) => void>();
  readonly #hearers = new Set<(hint: Hint) => void>();

  publish(appends: Appends): void {
    for (const reader of this.#readers) reader(appends, true);
  }

  subscribe(reader: (appends: Appends, isOwn: boolean) => void): () => void {
    this.#readers.add(reader);
    return () => void this.#readers.delete(reader);
  }

  // The peers know already what is here.
  tell(): void {}

  hear(hearer: (hint: Hint) => void): () => void {
    this.#hearers.add(hearer);
    return () => void this.#hearers.delete(hearer);
  }

  watch(listener: (isHeard: boolean) => void): () => void {
    listener(true);
    return () => {};
  }

  async close(): Promise<void> {}

  arriveHint(payload: Uint8Array): void {
    const hint = decodeHint(payload);
    if (!hint) throw new Error("a peer said what no node understands");
    for (const hearer of this.#hearers) hearer(hint);
  }

  arriveNews(payload: Uint8Array): void {
    const appends = decodeAppends(payload);
    if (!appends) throw new Error("a peer told of what no node understands");
    for (const reader of this.#readers) reader(appends, false);
  }
}

/** Counts what it is asked. */
class CountedStore extends MemoryStore {
  questions = 0;
  headRows = 0;

  override openRoom(...asked: Parameters<MemoryStore["openRoom"]>) {
    this.questions++;
    return super.openRoom(...asked);
  }

  override read(...asked: Parameters<MemoryStore["read"]>) {
    this.questions++;
    return super.read(...asked);
  }

  override heads(...asked: Parameters<MemoryStore["heads"]>) {
    this.headRows = asked[0].length;
    return super.heads(...asked);
  }
}

/** CPU time of some work, in microseconds. */
async function cpuMicros(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** One real node among as many as the cluster has: the others only say what they would say. */
async function run(size: ClusterSize): Promise<NodeFigures> {
  const { nodes, connectionsPerNode } = size;
  const store = new CountedStore(newMemory());
  const bus = new BusEnd();
  const world = new World({ store, bus, clock: new SimulatedClock(), node: "0000000000000000" as NodeId });
  const { hub, clock, log } = world;
  using _watch = watchHeads({ hub, store, bus, clock, log });
  const empty = heapMib();
  for (let member = 0; member < connectionsPerNode; member++) {
    const session = hub.connect(new SimulatedLine());
    session.handle({ type: "join", room: roomName(roomOf(size, 0, member)), history: 0 });
    if (member % 500 === 499) await world.quiet();
  }
  await world.quiet();
  const own = heapMib();
  const { questions } = store;

  // What is gathered for a second is told then.
  const rest = async () => {
    clock.advance(restMs);
    await world.quiet();
  };
  const peers = Array.from({ length: nodes - 1 }, (_, n) => new Peer(size, n + 1));
  let rollMicros = 0;
  for (const peer of peers) {
    const parts = [...peer.roll(peoplePerPart)];
    rollMicros += await cpuMicros(async () => {
      for (const part of parts) bus.arriveHint(part);
      await world.quiet();
    });
  }
  rollMicros += await cpuMicros(rest);
  const others = heapMib();
  log.lines.length = 0;

  let changeBytes = 0;
  const told = peers.length === 0 ? [] : Array.from({ length: changes }, (_, n) => changeOf(peers, n, size));
  const changeMicros = await cpuMicros(async () => {
    for (const [n, payload] of told.entries()) {
      changeBytes += payload.length;
      bus.arriveHint(payload);
      if (n % 50 === 49) await world.quiet();
    }
    await rest();
  });

  const open = [...hub.rooms.values()];
  const before = heapMib();
  let messageBytes = 0;
  let kept = 0;
  const seqs = new Map<number, number>();
  const said = Array.from({ length: messages }, (_, n) => {
    // Into every room of the cluster alike, whether somebody is in it here or not.
    const room = (n * 7_919) % (nodes * size.roomsPerNode);
    const seq = (seqs.get(room) ?? 0) + 1;
    seqs.set(room, seq);
    const { epoch } = hub.rooms.get(roomName(room)) ?? { epoch: "0000000000000000" as Epoch };
    if (hub.rooms.has(roomName(room))) kept++;
    return news(room, epoch, seq);
  });
  const messageMicros = await cpuMicros(async () => {
    for (const [n, payload] of said.entries()) {
      messageBytes += payload.length;
      bus.arriveNews(payload);
      if (n % 50 === 49) await world.quiet();
    }
  });
  said.length = 0;
  const after = heapMib();
  clock.advance(compareMs);
  await world.quiet();
  return {
    openRooms: open.length,
    ownMib: own - empty,
    othersMib: others - own,
    // Of few there is nothing to tell.
    bytesPerMessage: kept < messages / 10 ? Number.NaN : ((after - before) * 1024 ** 2) / kept,
    rollMs: rollMicros / 1_000,
    changeMicros: changeMicros / told.length,
    messageMicros: messageMicros / messages,
    changeBytes: changeBytes / told.length,
    messageBytes: messageBytes / messages,
    questions,
    headRows: store.headRows,
  };
}

/** A member of some peer goes, and comes back with the next. */
function changeOf(peers: readonly Peer[], n: number, { connectionsPerNode }: ClusterSize): Uint8Array {
  const pair = n >> 1;
  const peer = peers[pair % peers.length];
  if (!peer) throw new Error("there are no peers");
  return peer.change(Math.floor(pair / peers.length) % connectionsPerNode, n % 2 === 1);
}

const duties = { run };
export type SimulatedNode = typeof duties;
answer(duties, () => {});
