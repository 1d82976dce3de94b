import { TestNats } from "../../support/nats.ts";
import { TestPostgres } from "../../support/postgres.ts";
import type { Log } from "../checker.ts";
import { HandMember, type Member, SdkMember } from "../members.ts";
import type { Recorder } from "../recorder.ts";
import type { Scope } from "../scope.ts";
import { type End, ServerUnderTest } from "../server-under-test.ts";
import { TcpProxy } from "../tcp-proxy.ts";

/** Of each node: two who talk, the first of them by the SDK, and one who only reads. */
const names = [
  ["Ann", "Оля", "น้อย"],
  ["Bob", "Їжак", "שרה"],
  ["Kim", "Зоя", "ดาว"],
] as const;

/** Where nobody listens. */
const nowhere = "http://127.0.0.1:1";

/** One node of several, with its line to NATS, and the entrance through which its members come to it. */
class Node {
  readonly server: ServerUnderTest;
  /** Leads to the node as a balancer does: to another one while this is not there. */
  readonly entrance: TcpProxy;
  /** Its own line to NATS. */
  readonly busLine: TcpProxy;
  readonly writers: readonly Member[];
  readonly members: readonly Member[];
  readonly #nats: TestNats;
  readonly #flags: readonly string[];

  constructor(parts: {
    readonly server: ServerUnderTest;
    readonly entrance: TcpProxy;
    readonly busLine: TcpProxy;
    readonly nats: TestNats;
    readonly flags: readonly string[];
    readonly writers: readonly Member[];
    readonly reader: Member;
  }) {
    this.server = parts.server;
    this.entrance = parts.entrance;
    this.busLine = parts.busLine;
    this.writers = parts.writers;
    this.members = [...parts.writers, parts.reader];
    this.#nats = parts.nats;
    this.#flags = parts.flags;
  }

  /** What everybody is called who comes in here. */
  get readers(): readonly string[] {
    return this.members.map(({ name }) => name);
  }

  /** New lines of its members lead to another node. */
  leadTo(other: Node): void {
    this.entrance.aim(other.server.url);
  }

  /** Its members are its own again: those who found another node meanwhile come back. */
  leadHome(): void {
    this.entrance.aim(this.server.url);
    this.entrance.reset();
  }

  /** Starts again after its end. */
  async start(): Promise<void> {
    await this.server.start(this.#flags);
  }

  /** SIGTERM, and again: how it ended. */
  async restart(): Promise<End> {
    const end = await this.server.terminate();
    await this.start();
    this.entrance.aim(this.server.url);
    return end;
  }

  /** Ends its line to NATS and refuses new ones, until {@link mendBus}. */
  cutBus(): void {
    this.busLine.aim(nowhere);
    this.busLine.reset();
  }

  mendBus(): void {
    this.busLine.aim(this.#nats.address);
    this.busLine.reset();
  }
}

export type { Node };

/** Several nodes on one Postgres and one NATS, each a process of its own, with members on all of them. */
export class Cluster {
  readonly postgres: TestPostgres;
  readonly nats: TestNats;
  readonly nodes: readonly Node[];

  private constructor(postgres: TestPostgres, nats: TestNats, nodes: readonly Node[]) {
    this.postgres = postgres;
    this.nats = nats;
    this.nodes = nodes;
  }

  /** Starts it; everything ends with the scope. */
  static async start(scope: Scope, recorder: Recorder): Promise<Cluster> {
    const postgres = await TestPostgres.start();
    scope.after(() => postgres.close());
    const nats = await TestNats.start();
    scope.after(() => nats.kill());
    const store = await postgres.newDatabase();
    const nodes = await Promise.all(names.map((of) => startNode(scope, recorder, { store, nats, names: of })));
    return new Cluster(postgres, nats, nodes);
  }

  get members(): readonly Member[] {
    return this.nodes.flatMap(({ members }) => members);
  }

  get writers(): readonly Member[] {
    return this.nodes.flatMap(({ writers }) => writers);
  }

  /** The node whose turn it is, and the one after it. */
  inTurn(round: number): readonly [Node, Node] {
    const [one, next] = [this.nodes[round % this.nodes.length], this.nodes[(round + 1) % this.nodes.length]];
    if (!one || !next) throw new Error("there are no nodes");
    return [one, next];
  }

  /** The log as each node has it. */
  logs(): Promise<readonly Log[]> {
    return Promise.all(this.nodes.map(({ server }) => server.log()));
  }
}

async function startNode(
  scope: Scope,
  recorder: Recorder,
  parts: { readonly store: string; readonly nats: TestNats; readonly names: readonly [string, string, string] },
): Promise<Node> {
  const { store, nats } = parts;
  const busLine = await TcpProxy.start(scope, nats.address);
  const server = new ServerUnderTest(scope);
  const flags = ["--store", store, "--bus", busLine.url.replace("http:", "nats:"), "--drain", "0.3"];
  await server.start(flags);
  const entrance = await TcpProxy.start(scope, server.url);
  const [bySdk, byHand, reading] = parts.names;
  const { url } = entrance;
  const writers = [
    new SdkMember(scope, recorder, { url, name: bySdk }),
    new HandMember(scope, recorder, { url, name: byHand }),
  ];
  const reader = new HandMember(scope, recorder, { url, name: reading });
  return new Node({ server, entrance, busLine, nats, flags, writers, reader });
}
