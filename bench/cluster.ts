import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { redis } from "../scripts/servers.mjs";
import { TestNats } from "../test/support/nats.ts";
import { TestPostgres } from "../test/support/postgres.ts";
import { freePort, Running } from "../test/support/programs.ts";
import type { Child } from "./child.ts";
import { dataFolder } from "./machine.ts";
import type { Server } from "./measure.ts";
import type { Entrance, ServerDuties, ServerUsage } from "./servers/subject.ts";
import { openBareWsNode, openNode, openParlance, openSocketIoNode } from "./subjects.ts";

/** Several processes that serve the same rooms; measured as one server. */
export class Cluster implements Server, AsyncDisposable {
  readonly #nodes: readonly Child<ServerDuties>[];
  readonly #opened: AsyncDisposableStack;

  private constructor(nodes: readonly Child<ServerDuties>[], opened: AsyncDisposableStack) {
    this.#nodes = nodes;
    this.#opened = opened;
  }

  /** Nodes on one Postgres, which waits for the disk, and one NATS. */
  static async open(count: number): Promise<Cluster> {
    await using opened = new AsyncDisposableStack();
    mkdirSync(dataFolder, { recursive: true });
    const postgres = await TestPostgres.start({ parent: dataFolder, isDurable: true });
    opened.defer(() => postgres.close());
    const nats = await TestNats.start();
    opened.defer(() => nats.kill());
    const store = await postgres.newDatabase();
    const nodes = Array.from({ length: count }, () => opened.use(openNode(store, nats.address)));
    return new Cluster(nodes, opened.move());
  }

  /** A single server on a folder, as one. */
  static async openAlone(): Promise<Cluster> {
    await using opened = new AsyncDisposableStack();
    const nodes = [opened.use(openParlance())];
    return new Cluster(nodes, opened.move());
  }

  /** Socket.IO, its nodes on one Redis that keeps nothing on the disk. */
  static async openSocketIo(count: number): Promise<Cluster> {
    await using opened = new AsyncDisposableStack();
    const port = await freePort();
    const words = ["--bind", "127.0.0.1", "--port", `${port}`, "--save", "", "--appendonly", "no"];
    const program = join(redis.folder ?? "", "redis-server");
    const server = await Running.start(program, words, { ready: /Ready to accept connections/, output: "stdout" });
    opened.defer(() => server.end("SIGKILL"));
    const address = `redis://127.0.0.1:${port}`;
    const nodes = Array.from({ length: count }, () => opened.use(openSocketIoNode(address)));
    return new Cluster(nodes, opened.move());
  }

  /** Servers of the usual style on `ws`, which pass on by one NATS what is said to them. */
  static async openBareWs(count: number): Promise<Cluster> {
    await using opened = new AsyncDisposableStack();
    const nats = await TestNats.start();
    opened.defer(() => nats.kill());
    const nodes = Array.from({ length: count }, () => opened.use(openBareWsNode(nats.address)));
    return new Cluster(nodes, opened.move());
  }

  /** A way in to each node. */
  entrances(): Promise<readonly Entrance[]> {
    return Promise.all(this.#nodes.map((node) => node.ask("entrance")));
  }

  async ask(duty: "usage"): Promise<ServerUsage> {
    const all = await Promise.all(this.#nodes.map((node) => node.ask(duty)));
    const sum = (what: keyof ServerUsage) => all.reduce((total, one) => total + one[what], 0);
    return { cpuMicros: sum("cpuMicros"), residentBytes: sum("residentBytes"), commits: sum("commits") };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }
}
