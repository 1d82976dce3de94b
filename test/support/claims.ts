import assert from "node:assert/strict";
import { graceMs } from "../../src/core/members.ts";
import { FakeClock } from "./fake-clock.ts";
import type { Guest } from "./guest.ts";
import { MemoryStore, newMemory } from "./memory-store.ts";
import { World } from "./world.ts";

/** What keeps names in these tests. */
export const passphrase = "коти люблять молоко";

/** A world that did not start just now. */
export function settledWorld(options: ConstructorParameters<typeof World>[0] = {}): World {
  const world = new World(options);
  world.clock.advance(graceMs);
  return world;
}

/** Two nodes on one store, which look from time to time for what the other one, or a command, has changed there. */
export function twoNodes(): readonly [World, World] {
  const memory = newMemory();
  const clock = new FakeClock();
  const open = () => settledWorld({ store: new MemoryStore(memory), key: memory.key, clock, looksElsewhere: true });
  return [open(), open()];
}

/** Claims the name that somebody has, or another. */
export async function claim(world: World, guest: Guest, name?: string): Promise<void> {
  guest.send({ type: "claim", passphrase, ...(name && { name }) });
  await world.quiet();
}

/** Asks to be who has a name. */
export async function login(world: World, guest: Guest, name: string, phrase = passphrase): Promise<void> {
  guest.send({ type: "login", name, passphrase: phrase });
  await world.quiet();
}

/** Somebody whose name is kept. */
export async function named(world: World, name: string): Promise<Guest> {
  const guest = await world.join({ name });
  await claim(world, guest);
  assert.equal(guest.last("welcome").claimed, name);
  return guest;
}
