import type { TestContext } from "node:test";
import { Seat } from "../../src/core/audience.ts";
import type { Appends, Store } from "../../src/core/ports.ts";
import type { Room } from "../../src/core/room.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { draft, roomName, storedEvent } from "./drafts.ts";
import type { Guest } from "./guest.ts";
import { range } from "./seqs.ts";
import { temporaryFolder } from "./server.ts";
import type { World } from "./world.ts";

export const general = roomName("general");

/** News of the very log that a room was opened on. */
export const appends = ({ epoch }: Room, ...seqs: number[]): Appends => ({
  room: general,
  epoch,
  events: seqs.map((seq) => storedEvent(seq)),
});

/** `general`, open, and a reader in it. */
export async function openRoom(world: World): Promise<{ room: Room; reader: Guest }> {
  const room = world.hub.hold(general);
  await room.open();
  const reader = world.connect();
  room.audience.add(new Seat(reader));
  return { room, reader };
}

/** A real store whose `general` holds messages 1 to `count`. */
export async function storeWith(t: TestContext, count: number, text = (n: number) => `message ${n}`): Promise<Store> {
  const store = await openSqliteStore(`${temporaryFolder(t)}/parlance.db`);
  t.after(() => store.close());
  await store.append(range(1, count).map((n) => draft(n, { text: text(n) })));
  return store;
}
