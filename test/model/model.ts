import assert from "node:assert/strict";
import type { Position } from "../../src/protocol/client-frames.ts";
import type { RoomName } from "../../src/protocol/ids.ts";
import { roomName } from "../support/drafts.ts";
import { Log, type Said } from "./log.ts";
import { type Kept, Line } from "./reader.ts";
import type { System } from "./system.ts";

export const roomCount = 2;
export const clientCount = 3;

/** Somebody, over all their lines: what they keep, as the SDK would. */
interface Client {
  token: string | undefined;
  line: Line | undefined;
  readonly positions: Map<RoomName, Position>;
  readonly kept: Kept;
}

const copyOf = (logs: ReadonlyMap<RoomName, Log>) => new Map([...logs].map(([room, log]) => [room, log.copy()]));

/** What was sent, whatever became of its text. */
const withoutText = ({ id, kind, target }: Said): string => JSON.stringify([id, kind, target]);
const withText = ({ id, kind, target, text }: Said): string => JSON.stringify([id, kind, target, text]);

/** The plain model: a list a room, and who has read what. It is held against the system after each command. */
export class Model {
  readonly clients: readonly Client[] = Array.from({ length: clientCount }, () => ({
    token: undefined,
    line: undefined,
    positions: new Map(),
    kept: new Map(),
  }));
  readonly logs: ReadonlyMap<RoomName, Log>;
  /** What was sent in each room since its log began: nothing else may be in it. */
  readonly #sent: ReadonlyMap<RoomName, Set<string>>;
  #backup: ReturnType<typeof copyOf> | undefined;
  #burst = 0;

  /** `number`: tells its rooms from those of other models on the same system. */
  constructor(number: number) {
    const rooms = Array.from({ length: roomCount }, (_, index) => roomName(`ห้อง-${number}-${index}`));
    this.logs = new Map(rooms.map((room) => [room, new Log()]));
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
    client.line ??= new Line(system.connect(), this.logs, client);
    client.line.join(room, since, client.token);
    return client.line;
  }

  /** Somebody says something; who is not in the room comes in first, where they left off. */
  say(system: System, index: number, room: RoomName, { id, text }: Pick<Said, "id" | "text">): void {
    this.tell(system, index, room, { id, kind: "message", text });
  }

  /** Somebody says or changes something. */
  tell(system: System, index: number, room: RoomName, said: Said): void {
    if (!this.lineIn(index, room)) this.join(system, index, room, this.positionIn(index, room));
    this.#sent.get(room)?.add(withText(said)).add(withoutText(said));
    this.lineIn(index, room)?.tell(room, said);
  }

  /** An id that nobody has used. */
  newId(): string {
    return `burst${String(++this.#burst).padStart(16, "0")}`;
  }

  /** Looks at what came of a command: first at what is new on the disk, then at what each client has read. */
  async check(system: System): Promise<void> {
    for (const [room, log] of this.logs) await this.#readDisk(system, room, log.head);
    this.#readLines();
  }

  /** After everything under way is done: nobody lacks anything, and the logs are what they were. */
  async checkSettled(system: System): Promise<void> {
    await this.check(system);
    for (const { line } of this.clients) {
      line?.checkSettled();
      line?.askForTheEnd();
    }
    await system.settle();
    this.#readLines();
    for (const [room, log] of this.logs) {
      await this.#readDisk(system, room, 0);
      for (const event of await system.read(room)) if (event.kind === "message") log.checkFolded(event);
    }
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
      const before = this.#backup?.get(room) ?? new Log();
      log.restore(before);
      log.epoch = byHand ? before.epoch : undefined;
    }
    // After a copy by hand nothing tells them that what they have is of another log.
    for (const { kept } of this.clients) kept.clear();
  }

  /** From `after` on, a log is what was known of it, then more, densely: what was sent, each id once. */
  async #readDisk(system: System, room: RoomName, after: number): Promise<void> {
    const log = this.log(room);
    const { head, rows } = await system.log(room, after);
    log.epoch ??= head?.epoch;
    assert.equal(head?.epoch, log.epoch, "[L1] the epoch stays");
    for (const row of rows) {
      if (row.seq <= log.head) continue;
      const isErased = row.text === "" && (row.kind === "message" || row.kind === "edit");
      assert.ok(this.#sent.get(room)?.has(isErased ? withoutText(row) : withText(row)), "only what was sent");
      log.append(row);
    }
    for (const row of rows) log.checkRow(row);
    assert.deepEqual([head?.head ?? 0, head?.topic ?? ""], [log.head, log.topicAt(log.head)]);
  }

  #readLines(): void {
    for (const client of this.clients) {
      client.line?.read();
      client.token = client.line?.token ?? client.token;
    }
  }
}
