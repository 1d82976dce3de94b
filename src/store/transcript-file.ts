import { mkdir, open, readFile, rename, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RoomHead } from "../core/ports.ts";
import type { RoomName } from "../protocol/ids.ts";
import { transcriptName } from "./transcript-names.ts";

/** How far a transcript has come: up to the event `seq` of the log `epoch`, in its first `bytes` bytes. */
interface Position {
  readonly epoch: string;
  readonly seq: number;
  readonly bytes: number;
}

/** The folder, within the transcripts' own, that has a room's position for each transcript. */
export const positionsFolder = ".positions";

/**
 * The transcript of one room. The position is written after the text that it tells of is on the disk, so a crash in
 * between leaves text past it, which is cut off and written again: no hole, and no line twice. [T3]
 */
export class TranscriptFile {
  readonly #path: string;
  readonly #notePath: string;
  #position: Position;

  private constructor(folder: string, name: string, position: Position) {
    this.#path = join(folder, `${name}.txt`);
    this.#notePath = join(folder, positionsFolder, `${name}.json`);
    this.#position = position;
  }

  /** The `seq` of the last event that it has. */
  get seq(): number {
    return this.#position.seq;
  }

  /**
   * Opens a room's transcript where it was left. One that does not fit the log (a restored backup, a file that was
   * shortened, or somebody else's) begins anew, and what was there is kept under the name that `onMoved` is told.
   */
  static async open(
    folder: string,
    room: RoomName,
    { epoch, head }: RoomHead,
    onMoved: (to: string) => void,
  ): Promise<TranscriptFile> {
    const name = transcriptName(room);
    const file = new TranscriptFile(folder, name, { epoch, seq: 0, bytes: 0 });
    await mkdir(join(folder, positionsFolder), { recursive: true });
    const size = await sizeOf(file.#path);
    const position = await readPosition(file.#notePath);
    if (position && position.epoch === epoch && position.seq <= head && (size ?? 0) >= position.bytes) {
      file.#position = position;
      if (size !== undefined && size > position.bytes) await truncate(file.#path, position.bytes);
      return file;
    }
    if (size) onMoved(await moveAside(folder, name));
    await file.#note();
    return file;
  }

  /** The log that it is of. */
  get epoch(): string {
    return this.#position.epoch;
  }

  /** Appends what was said up to `seq`; resolves once it is on the disk. After a rejection it must be opened again. */
  async append(text: string, seq: number): Promise<void> {
    const file = await open(this.#path, "a");
    try {
      await file.appendFile(text);
      await file.datasync();
      const { size } = await file.stat();
      this.#position = { ...this.#position, seq, bytes: size };
    } finally {
      await file.close();
    }
    await this.#note();
  }

  async #note(): Promise<void> {
    const next = `${this.#notePath}.new`;
    await writeFile(next, `${JSON.stringify(this.#position)}\n`, { flush: true });
    await rename(next, this.#notePath);
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function readPosition(path: string): Promise<Position | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const { epoch, seq, bytes } = JSON.parse(text) as Partial<Record<keyof Position, unknown>>;
    if (typeof epoch !== "string" || !Number.isSafeInteger(seq) || !Number.isSafeInteger(bytes)) return undefined;
    return { epoch, seq: Number(seq), bytes: Number(bytes) };
  } catch {
    return undefined;
  }
}

async function moveAside(folder: string, name: string): Promise<string> {
  for (let number = 1; ; number++) {
    const to = join(folder, `${name}.${number}.txt`);
    if ((await sizeOf(to)) !== undefined) continue;
    await rename(join(folder, `${name}.txt`), to);
    return to;
  }
}
