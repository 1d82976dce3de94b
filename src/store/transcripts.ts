import { join } from "node:path";
import type { Bus, Clock, Log, Store, StoredEvent } from "../core/ports.ts";
import { pairOf } from "../protocol/direct.ts";
import type { RoomName } from "../protocol/ids.ts";
import { transcriptEntry } from "../protocol/transcript.ts";
import { lockFolder } from "./folder-lock.ts";
import { makeFolder } from "./make-folder.ts";
import { positionsFolder, TranscriptFile } from "./transcript-file.ts";

/** What is read and written at once. */
const page = { limit: 500, maxBytes: 256 * 1024 };
/** After this long it is tried again to write what could not be written. */
const retryMs = 5_000;

export interface TranscriptsOptions {
  /** Made if it is missing. */
  readonly folder: string;
  readonly store: Store;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Keeps a readable transcript of every room in a folder, from now until it is disposed of, which waits until all is
 * written. Rejects with `FolderInUse` if another server keeps them there, or with the system's error if the folder
 * cannot be written. [T3]
 */
export async function keepTranscripts(options: TranscriptsOptions): Promise<AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const positions = join(options.folder, positionsFolder);
  makeFolder(positions);
  opened.use(lockFolder(join(positions, "lock")));
  const keeper = opened.adopt(new TranscriptKeeper(options), (open) => open.close());
  await keeper.catchUp();
  return opened.move();
}

/** A line for what was said, and for what it was edited to; what is written already stays as it is. [T1] */
function entryOf(event: StoredEvent): string {
  if (event.text === "") return "";
  if (event.kind === "message") return transcriptEntry(event);
  return event.kind === "edit" ? transcriptEntry({ ...event, text: `✎ ${event.text}` }) : "";
}

/** The bus only says which rooms have more; what they have is read from the store, so that nothing waits in memory. */
class TranscriptKeeper {
  readonly #options: TranscriptsOptions;
  readonly #files = new Map<RoomName, TranscriptFile>();
  readonly #behind = new Set<RoomName>();
  readonly #unsubscribe: () => void;
  #writing: Promise<void> | undefined;
  #cancelRetry: (() => void) | undefined;
  /** Rooms that are tried again. Their trouble has been told: once, and not every few seconds while a disk is full. */
  readonly #failing = new Set<RoomName>();

  constructor(options: TranscriptsOptions) {
    this.#options = options;
    this.#unsubscribe = options.bus.subscribe(({ room, epoch }) => {
      // Another log has to be looked at anew: it may lack what was written. [L4]
      if (this.#files.get(room)?.epoch !== epoch) this.#files.delete(room);
      this.#write(room);
    });
  }

  /** Begins to write what was stored while nobody kept transcripts. */
  async catchUp(): Promise<void> {
    for (const room of await this.#options.store.rooms()) this.#write(room);
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    await this.#writing;
    this.#cancelRetry?.();
  }

  #write(room: RoomName): void {
    // What two people say to each other is not for whoever reads the folder. [P1]
    if (pairOf(room)) return;
    this.#behind.add(room);
    this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    const { clock, log } = this.#options;
    for (const room of this.#behind) {
      this.#behind.delete(room);
      try {
        await this.#bring(room);
        this.#failing.delete(room);
      } catch (error) {
        this.#files.delete(room);
        if (!this.#failing.has(room)) log.error({ room, error: String(error) }, "a transcript could not be written");
        this.#failing.add(room);
      }
    }
    this.#writing = undefined;
    if (this.#failing.size === 0) return;
    this.#cancelRetry ??= clock.after(retryMs, () => {
      this.#cancelRetry = undefined;
      for (const room of this.#failing) this.#write(room);
    });
  }

  /** Brings a room's transcript up to date. */
  async #bring(room: RoomName): Promise<void> {
    const { store } = this.#options;
    const file = this.#files.get(room) ?? (await this.#open(room));
    if (!file) return;
    this.#files.set(room, file);
    for (let more = true; more; ) {
      const read = await store.read(room, { ...page, after: file.seq });
      const last = read.events.at(-1);
      if (last) await file.append(read.events.map(entryOf).join(""), last.seq);
      more = read.more;
    }
  }

  async #open(room: RoomName): Promise<TranscriptFile | undefined> {
    const { folder, store, log } = this.#options;
    const found = await store.findRoom(room);
    if (!found) return undefined;
    return TranscriptFile.open(folder, room, found, (to) =>
      log.warn({ room, movedTo: to }, "a file that was not this room's transcript has been moved"),
    );
  }
}
