import assert from "node:assert/strict";
import { test } from "node:test";
import { directRoom } from "../../src/protocol/direct.ts";
import { storedEvent } from "../support/drafts.ts";
import { MemoryStore } from "../support/memory-store.ts";
import { World } from "../support/world.ts";

test("[P1] a search finds nothing of a conversation that begins while the store looks", async () => {
  const store = new MemoryStore();
  store.search = async () => ({ events: [storedEvent(1, { room }), storedEvent(2)] });
  const world = new World({ store });
  const ann = await world.join({ name: "Ann" });
  const bob = await world.join({ name: "Bob" });
  const eve = await world.join({ name: "Eve" });
  const room = directRoom(ann.last("welcome").user.id, bob.last("welcome").user.id);
  for (const guest of [ann, eve]) guest.send({ type: "search", text: "message" });
  await world.quiet();
  const found = [ann, eve].map((guest) => guest.last("results").messages.map(({ seq }) => seq));
  assert.deepEqual(found, [[1, 2], [2]]);
});
