import assert from "node:assert/strict";
import { test } from "node:test";
import { graceMs } from "../../src/core/members.ts";
import { SeveralNodes } from "../support/several-nodes.ts";

test("[N9] [P1] [P3] on several nodes two people begin a conversation by name, each line is told, and so is what was read", async () => {
  const nodes = new SeveralNodes();
  const [here, there] = [nodes.start(), nodes.start()];
  await nodes.pass(graceMs);
  const ann = await here.world.join({ name: "Ann" });
  const bob = await there.world.join({ name: "Їжак" });
  const { user, token } = bob.last("welcome");
  const phone = await here.world.join({ token, room: "кухня" });
  await nodes.quiet();
  ann.send({ type: "direct", user: "Їжак" });
  await nodes.quiet();
  const { room, direct } = ann.last("joined");
  assert.deepEqual(direct, { user });
  ann.send({ type: "message", room, text: "між нами" });
  await nodes.quiet();
  const invited = { type: "invited", room, head: 1, direct: { user: ann.last("welcome").user } };
  assert.deepEqual([bob.all("invited"), phone.all("invited")], [[invited], [invited]]);
  phone.send({ type: "join", room });
  await nodes.quiet();
  assert.equal(phone.last("history").messages[0]?.text, "між нами");
  phone.send({ type: "read", room, seq: 1 });
  await nodes.quiet();
  assert.deepEqual(bob.all("read"), [{ type: "read", room, seq: 1 }]);
  assert.deepEqual(ann.all("read"), []);
  ann.send({ type: "read", room, seq: 1 });
  await nodes.quiet();
  const told = nodes.told.filter(({ type }) => type === "read");
  assert.equal(told.length, 1, "who has no line on another node is not told of there");
  bob.send({ type: "rooms" });
  await nodes.quiet();
  assert.deepEqual(
    bob.last("rooms").rooms.map((one) => [one.room, one.count]),
    [
      [room, 2],
      ["кухня", 1],
      ["general", 2],
    ],
  );
});
