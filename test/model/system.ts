import { randomFillSync } from "node:crypto";
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gatherMs } from "../../src/core/audience.ts";
import type { RoomHead, StoredEvent } from "../../src/core/ports.ts";
import type { EventKind } from "../../src/protocol/events.ts";
import type { RoomName } from "../../src/protocol/ids.ts";
import { heartbeatMs } from "../../src/protocol/limits.ts";
import { backUpDatabase, restoreDatabase } from "../../src/store/backup.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import type { Guest } from "../support/guest.ts";
import { World } from "../support/world.ts";
import { GatedStore } from "./gated-store.ts";
import type { DiskRow } from "./log.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));
const signal = new AbortController().signal;

/** What is tested: the real core over the real store, which starts, dies and is restored in one folder. */
export class System implements AsyncDisposable {
  readonly #folder: string;
  /** The same database, without the store. */
  #disk!: DatabaseSync;
  #store!: Awaited<ReturnType<typeof openSqliteStore>>;
  #gate!: GatedStore;
  #world!: World;
  /** Readers who have not read their page yet. */
  #held: (() => void)[] = [];
  #restores = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async start(folder: string): Promise<System> {
    const system = new System(folder);
    await system.#start();
    return system;
  }

  get #database(): string {
    return join(this.#folder, "parlance.db");
  }

  get #backup(): string {
    return join(this.#folder, "backup.db");
  }

  connect(): Guest {
    return this.#world.connect();
  }

  /** From now on a reader reads no page before {@link settle}, or again at once. */
  slow(guest: Guest, isSlow: boolean): void {
    guest.drain = async () => {
      if (isSlow) await new Promise<void>((resolve) => this.#held.push(resolve));
    };
  }

  /** Where a room's log stands on the disk now, and its rows after `seq`, as they are there. */
  async log(room: RoomName, after: number): Promise<{ head: RoomHead | undefined; rows: readonly DiskRow[] }> {
    const head = await this.#store.findRoom(room);
    const rows = this.#disk
      .prepare(
        `SELECT seq, event.id, kind, target, user_id, text FROM event JOIN room ON room.id = room_id
         WHERE name = ? AND seq > ? ORDER BY seq`,
      )
      .all(room, after);
    return {
      head,
      rows: rows.map(({ seq, id, kind, target, user_id, text }) => ({
        seq: Number(seq),
        id: String(id),
        kind: kind as EventKind,
        target: target === null ? undefined : String(target),
        user: String(user_id),
        text: String(text),
      })),
    };
  }

  /** A room's log as the store reads it. */
  async read(room: RoomName): Promise<readonly StoredEvent[]> {
    const range = { after: 0, limit: 1_000_000, maxBytes: Number.POSITIVE_INFINITY };
    return (await this.#store.read(room, range)).events;
  }

  /** One more thing is done by the disk, and what follows from it. */
  async step(): Promise<void> {
    await turn();
    await this.#gate.step();
    await turn();
  }

  /** Everything under way is done, and everybody has read everything. */
  async settle(): Promise<void> {
    do {
      await this.step();
      for (const read of this.#held.splice(0)) read();
      if (!this.#gate.isAsked) this.#world.clock.advance(gatherMs);
      await turn();
    } while (this.#gate.isAsked || this.#held.length > 0);
  }

  /** So long that positions are told and those who are gone have left. */
  async wait(): Promise<void> {
    this.#world.clock.advance(heartbeatMs);
    await this.settle();
  }

  /** As on SIGTERM: what was said is stored, acknowledged and delivered, then every line is closed. [K4] */
  async drain(): Promise<void> {
    let isDrained = false;
    const draining = this.#world.hub.drain(0).then(async () => {
      await this.#world.hub.close();
      isDrained = true;
    });
    while (!isDrained) await this.settle();
    await draining;
  }

  /** Starts anew, after {@link drain}. */
  async restart(): Promise<void> {
    await this.#stop();
    await this.#start();
  }

  /** As on `kill -9`, once the disk has done so many more things. */
  async crash(done: number): Promise<void> {
    await turn();
    await this.#gate.abandon(done);
    await this.restart();
  }

  async backUp(): Promise<void> {
    rmSync(this.#backup, { force: true });
    await backUpDatabase(this.#database, this.#backup, signal);
  }

  /** Puts the backup in the log's place, by `parlance restore` or by hand, and starts; after {@link drain}. [L4] */
  async restore(byHand: boolean): Promise<void> {
    await this.#stop();
    if (byHand) {
      for (const part of ["-wal", "-shm"]) rmSync(`${this.#database}${part}`, { force: true });
      copyFileSync(this.#backup, this.#database);
    } else {
      const now = () => ++this.#restores;
      await restoreDatabase(this.#backup, this.#database, { replace: true, signal, randomBytes: randomFillSync, now });
    }
    await this.#start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
    await this.#stop();
  }

  async #stop(): Promise<void> {
    this.#disk.close();
    await this.#gate.close();
  }

  async #start(): Promise<void> {
    this.#store = await openSqliteStore(this.#database);
    this.#disk = new DatabaseSync(this.#database, { readOnly: true });
    this.#gate = new GatedStore(this.#store);
    this.#held = [];
    const key = await this.#store.tokenKey();
    this.#world = new World({ store: this.#gate, key, limits: { sendRate: 0, frameRate: 0 } });
  }
}
