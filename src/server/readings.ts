import { stat, statfs } from "node:fs/promises";
import { resolve } from "node:path";
import type { Hub } from "../core/hub.ts";
import type { Readings } from "../ops/metrics.ts";
import { databaseIn } from "./data-folder.ts";
import type { Lines } from "./lines.ts";

/** Reads what is so now, of a server with its data in `folder`. */
export async function takeReadings(hub: Hub, lines: Lines, folder: string): Promise<Readings> {
  const database = databaseIn(resolve(folder));
  const [databaseBytes, walBytes, disk] = await Promise.all([
    sizeOf(database),
    sizeOf(`${database}-wal`),
    statfs(resolve(folder)),
  ]);
  return {
    connections: lines.count(),
    users: hub.people.count,
    rooms: hub.rooms.size,
    queueBytes: hub.bounds.slowReaders.waiting,
    waitingMessages: hub.waitingMessages,
    databaseBytes,
    walBytes,
    diskFreeBytes: disk.bavail * disk.bsize,
  };
}

/** 0 for a file that is not there. */
const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );
