import { resolve } from "node:path";
import { setTimeout as passing } from "node:timers/promises";
import { DatabaseRefused } from "../store/database-refused.ts";
import { FolderInUse, lockFolder } from "../store/folder-lock.ts";
import type { Moved } from "../store/move/move.ts";
import { MoveSource } from "../store/move/source.ts";
import { existingDatabaseIn, lockIn } from "./data-folder.ts";
import { StartupError } from "./startup-error.ts";

/** How often it is looked for what was said meanwhile, and whether the server has stopped. */
const lookMs = 1_000;

export interface MigrateOptions {
  /** The folder that everything is in. */
  readonly from: string;
  /** The `postgres://` address of an empty database, or of one that was begun to be filled from there. */
  readonly to: string;
  readonly signal: AbortSignal;
  /** Called once, if a server runs on the folder: all that was said is copied, and it may be stopped. */
  readonly onCaughtUp: (events: number) => void;
}

/**
 * Moves everything from a folder into a Postgres database: rooms with their epochs and numbers, names, sessions, and the
 * key by which tokens hold. A server may run on the folder meanwhile; then it goes on copying what is said until that
 * server is stopped. Rejects with a {@link StartupError} that says what is in the way; calling it again goes on.
 */
export async function migrate({ from, to, signal, onCaughtUp }: MigrateOptions): Promise<Moved> {
  const folder = resolve(from);
  try {
    using source = new MoveSource(existingDatabaseIn(folder));
    // The driver is loaded by who uses it.
    const { MoveTarget } = await import("../store/move/target.ts");
    const { copyNew, finishMove } = await import("../store/move/move.ts");
    await using target = await MoveTarget.open(to, source.tokenKey);
    let copied = 0;
    for (let isTold = false; ; ) {
      const round = await copyNew(source, target, signal);
      copied += round;
      using lock = tryToLock(folder);
      if (lock) return await finishMove(source, target, signal);
      if (!isTold) onCaughtUp(copied);
      isTold = true;
      await passing(lookMs, undefined, { signal });
    }
  } catch (error) {
    if (signal.aborted) throw error;
    const { message, code } = error as NodeJS.ErrnoException;
    if (error instanceof DatabaseRefused) throw new StartupError(message, { cause: error });
    // Of the system, Postgres or SQLite: a disk that is full. The driver's own, of a connection that broke, have no code.
    const isExpected = code !== undefined || (error as Error).constructor === Error;
    if (isExpected) throw new StartupError(`${message}. The same command goes on from here.`, { cause: error });
    throw error;
  }
}

/** Nothing while a server has it. */
function tryToLock(folder: string): Disposable | undefined {
  try {
    return lockFolder(lockIn(folder));
  } catch (error) {
    if (error instanceof FolderInUse) return undefined;
    throw error;
  }
}
