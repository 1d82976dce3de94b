import { randomFillSync } from "node:crypto";
import { chownSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { backUpDatabase, checkBackup, type RestoreOptions, restoreDatabase } from "../store/backup.ts";
import { systemClock } from "./clock.ts";
import { databaseIn, existingDatabaseIn, lockDataFolder, lockIn } from "./data-folder.ts";

export { BackupRefused, type Content } from "../store/backup.ts";

/** Copies what a data folder holds into a new file, whether a server is running on it or not: see `backUpDatabase`. */
export const backUpDataFolder = async (folder: string, file: string, signal: AbortSignal) =>
  backUpDatabase(existingDatabaseIn(resolve(folder)), file, signal);

/**
 * Puts a backup into a data folder, made if it is missing: see `restoreDatabase`. Rejects with a `StartupError` if a
 * server is running on it. [L4] [L5]
 */
export async function restoreDataFolder(
  file: string,
  folder: string,
  options: Pick<RestoreOptions, "replace" | "signal">,
): ReturnType<typeof restoreDatabase> {
  checkBackup(file);
  const path = resolve(folder);
  using _lock = lockDataFolder(path);
  const restored = await restoreDatabase(file, databaseIn(path), {
    ...options,
    randomBytes: randomFillSync,
    now: systemClock.now,
  });
  handOver(path);
  return restored;
}

/** What root made in somebody else's folder is for them: the server that runs there as a user of its own could not write it. */
function handOver(folder: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(folder);
  for (const file of [databaseIn(folder), lockIn(folder)]) chownSync(file, uid, gid);
}
