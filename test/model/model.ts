import assert from "node:assert/strict";
import type { Position } from "../../src/protocol/client-frames.ts";
import type { RoomName } from "../../src/protocol/ids.ts";
import { roomName } from "../support/drafts.ts";
import { Line, type Log, type Said } from "./reader.ts";
import type { System } from "./system.ts";

export const roomCount = 2;
export const clientCount = 3;

/** Somebody, over all their lines: what they keep, as the SDK would. */
interface Client {
  token: string | undefined;
  line: Line | undefined;
  readonly positions: Map<RoomName, Position>;
}

const emptyLog = (): Log => ({ epoch: undefined, said: [], acknowledged: new Set() });
const copyOf = (logs: ReadonlyMap<RoomName, Log>) =>
  new Map([...logs].map(([room, { epoch, said }]) => [room, { epoch, said: [...said] }]));

/** The plain model: a list a room, and who has read what. It is held against the system after each command. */
export class Model {
  readonly clients: readonly Client[] = Array.from({ length: clientCount }, () => ({
    token: undefined,
    line: undefined,
    positions: new Map(),
  }));
  readonly logs: ReadonlyMap<RoomName, Log>;
  /** What was sent in each room since its log began: nothing else may be in it. */
  readonly #sent: ReadonlyMap<RoomName, Set<string>>;
  #backup: ReturnType<typeof copyOf> | undefined;
  #burst = 0;

  /** `number`: tells its rooms from those of other models on the same system. */
  constructor(number: number) {
    const rooms = Array.from({ length: roomCount }, (_, index) => roomName(`ห้อง-${number}-${index}`));
    this.logs = new Map(rooms.map((room) => [room, emptyLog()]));
    this.#sent = new Map(rooms.map((room) => [room, new Set()]));
  }

  room(index: number): RoomName {
    return [...this.logs.keys()][index] ?? assert.fail(`room ${index}`);
  }

  /** The last that somebody has read of a room. */
  positionIn(index: number, room: RoomName): Position | undefined {
    return this.client(index).positions.get(room);
  }

  get hasBackup(): boolean {
    return this.#backup !== undefined;
  }

  log(room: RoomName): Log {
    return this.logs.get(room) ?? assert.fail(room);
  }

  client(index: number): Client {
    return this.clients[index] ?? assert.fail(`client ${index}`);
  }

  /** The line of somebody who is in a room, or will be once their line has got so far. */
  lineIn(index: number, room: RoomName): Line | undefined {
    const { line } = this.client(index);
    return line?.wanted.has(room) ? line : undefined;
  }

  join(system: System, index: number, room: RoomName, since: Position | undefined): Line {
    const client = this.client(index);
    client.line ??= new Line(system.connect(), this.logs, client.positions);
    client.line.join(room, since, client.token);
    return client.line;
  }

  /** Somebody says something; who is not in the room comes in first, where they left off. */
  say(system: System, index: number, room: RoomName, { id, text }: Said): void {
    if (!this.lineIn(index, room)) this.join(system, index, room, this.positionIn(index, room));
    this.#sent.get(room)?.add(JSON.stringify([id, text]));
    this.lineIn(index, room)?.say(room, { id, text });
  }

  /** An id that nobody has used. */
  newId(): string {
    return `burst${String(++this.#burst).padStart(16, "0")}`;
  }

  /** Looks at what came of a command: first at what is new on the disk, then at what each client has read. */
  async check(system: System): Promise<void> {
    for (const [room, log] of this.logs) await this.#readDisk(system, room, log.said.length);
    this.#readLines();
  }

  /** After everything under way is done: nobody lacks anything, and the logs are what they were. */
  async checkSettled(system: System): Promise<void> {
    await this.check(system);
    for (const { line } of this.clients) line?.checkSettled();
    for (const room of this.logs.keys()) await this.#readDisk(system, room, 0);
  }

  /** The lines are gone, and whatever was on them. */
  forgetLines(): void {
    for (const client of this.clients) client.line = undefined;
  }

  /** Everybody takes their leave. */
  leaveAll(): void {
    for (const { line } of this.clients) line?.guest.leave();
    this.forgetLines();
  }

  /** After an orderly stop every line is closed. [K4] */
  async checkDrained(system: System): Promise<void> {
    await this.check(system);
    for (const { line } of this.clients) assert.ok(!line || line.guest.closed === "restarting");
    this.forgetLines();
  }

  backedUp(): void {
    this.#backup = copyOf(this.logs);
  }

  /** The logs are those of the backup; a restore gives them new epochs, a copy by hand does not. [L4] */
  restored(byHand: boolean): void {
    for (const [room, log] of this.logs) {
      const before = this.#backup?.get(room) ?? emptyLog();
      log.said.splice(0, log.said.length, ...before.said);
      log.epoch = byHand ? before.epoch : undefined;
      log.acknowledged.clear();
      for (const { id } of before.said) log.acknowledged.add(id);
    }
  }

  /** From `after` on, a log is what was known of it, then more, densely: messages that were sent, each id once. */
  async #readDisk(system: System, room: RoomName, after: number): Promise<void> {
    const log = this.log(room);
    const { head, events } = await system.log(room, after);
    log.epoch ??= head?.epoch;
    assert.equal(head?.epoch, log.epoch, "[L1] the epoch stays");
    for (const [index, { seq, id, text }] of events.entries()) {
      assert.equal(seq, after + index + 1, "[L1] dense");
      if (seq > log.said.length) {
        assert.ok(!log.said.some((said) => said.id === id), `[S1] one row an id: ${id}`);
        assert.ok(this.#sent.get(room)?.has(JSON.stringify([id, text])), "only what was said");
        log.said.push({ id, text });
      }
      assert.deepEqual({ id, text }, log.said[seq - 1], "[L1] only ever appended to");
    }
    assert.equal(head?.head ?? 0, log.said.length);
  }

  #readLines(): void {
    for (const client of this.clients) {
      client.line?.read();
      client.token = client.line?.token ?? client.token;
    }
  }
}
