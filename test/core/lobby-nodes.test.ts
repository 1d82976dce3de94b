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

test("[P1] [N9] a conversation begins by the name of somebody on another node, also where no room is both people's", async () => {
  const nodes = new SeveralNodes();
  const [here, there] = [nodes.start(), nodes.start()];
  const ann = await here.world.join({ name: "Ann" });
  const bob = await there.world.join({ name: "Їжак", room: "кухня" });
  await nodes.quiet();
  ann.send({ type: "direct", user: "їжак" });
  ann.send({ type: "direct", user: "Iжак", ref: "looks like it" });
  await nodes.quiet();
  assert.deepEqual(ann.last("joined").direct, { user: bob.last("welcome").user });
  assert.deepEqual([ann.last("error").code, ann.last("error").ref], ["no_such_user", "looks like it"]);
});

test("[P3] [N9] what somebody says through a node on which they have no line is read on those that they have", async () => {
  const nodes = new SeveralNodes();
  const [here, there] = [nodes.start(), nodes.start()];
  const ann = await there.world.join({ name: "Ann" });
  const bob = await there.world.join({ name: "Боб" });
  bob.send({ type: "message", text: "สวัสดี" });
  await nodes.quiet();
  ann.send({ type: "read", seq: 1 });
  const { room } = ann.last("joined");
  // As a post over HTTP does, which any node may get.
  here.world.hub.post({ room, user: ann.last("welcome").user, text: "привіт" }, (outcome) => assert.ok(outcome.ok));
  await nodes.quiet();
  assert.deepEqual(ann.all("read"), [{ type: "read", room, seq: 2 }]);
  assert.deepEqual(bob.all("read"), []);
  const phone = await there.world.join({ token: ann.last("welcome").token });
  assert.deepEqual([phone.last("joined").read, phone.last("joined").unread], [2, 0]);
});
