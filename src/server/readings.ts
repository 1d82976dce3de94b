import { stat, statfs } from "node:fs/promises";
import { resolve } from "node:path";
import type { Hub } from "../core/hub.ts";
import type { Readings } from "../ops/metrics.ts";
import { databaseIn } from "./data-folder.ts";
import type { Lines } from "./lines.ts";

/** Reads what is so now, of a server with its data in `folder`, or in a database elsewhere. */
export async function takeReadings(hub: Hub, lines: Lines, folder: string | undefined): Promise<Readings> {
  const disk = folder === undefined ? noDisk : await readDisk(resolve(folder));
  return {
    connections: lines.count(),
    users: hub.people.count,
    rooms: hub.rooms.size,
    queueBytes: hub.bounds.slowReaders.waiting,
    waitingMessages: hub.waitingMessages,
    ...disk,
  };
}

const noDisk = { databaseBytes: 0, walBytes: 0, diskFreeBytes: 0 };

async function readDisk(folder: string) {
  const database = databaseIn(folder);
  const [databaseBytes, walBytes, { bavail, bsize }] = await Promise.all([
    sizeOf(database),
    sizeOf(`${database}-wal`),
    statfs(folder),
  ]);
  return { databaseBytes, walBytes, diskFreeBytes: bavail * bsize };
}

/** 0 for a file that is not there. */
const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );
