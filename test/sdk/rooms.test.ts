import assert from "node:assert/strict";
import { test } from "node:test";
import { RawClient } from "../support/client.ts";
import { startProxy } from "../support/proxy.ts";
import { startTestServer } from "../support/server.ts";
import { connectTo } from "./support/fallback.ts";
import { connectWithoutDelay, next } from "./support/set-time.ts";

test("[P2] [P3] a client lists rooms with what is unread, and what one tab has read the other knows", async (t) => {
  const { url } = await startTestServer(t);
  const ann = connectWithoutDelay(t, url, { name: "Ann" });
  const { token } = await next(ann, "welcome");
  const kitchen = ann.join("КУХНЯ");
  await next(kitchen, "reset");
  const bob = connectWithoutDelay(t, url, { name: "Боб" });
  const bobs = bob.join("кухня");
  await next(bobs, "reset");
  const heardThree = next(kitchen, "message", ({ seq }) => seq === 3);
  for (const text of ["раз", "два", "три"]) await bobs.settled(bobs.send(text));
  await heardThree;
  assert.deepEqual([kitchen.read, kitchen.unread], [undefined, undefined]);
  kitchen.markRead(2);
  kitchen.markRead(1);
  assert.deepEqual([kitchen.read, kitchen.unread], [2, 1]);
  const tab = connectWithoutDelay(t, url, { token });
  const room = tab.join("кухня");
  await next(room, "reset");
  assert.deepEqual([room.read, room.unread], [2, 1]);
  const heard = next(room, "read", ({ seq }) => seq === 3);
  const heardFour = next(room, "message");
  await bobs.settled(bobs.send("чотири"));
  await heardFour;
  kitchen.markRead(3);
  await heard;
  assert.equal(room.unread, 1);
  const { rooms } = await tab.rooms();
  assert.deepEqual(
    rooms.map(({ room, read, unread, count }) => ({ room, read, unread, count })),
    [
      { room: "кухня", read: 3, unread: 1, count: 2 },
      { room: "general", read: undefined, unread: undefined, count: 0 },
    ],
  );
  const first = await bob.rooms({ limit: 1 });
  const rest = await bob.rooms({ ...(first.next && { after: first.next }) });
  assert.deepEqual(
    [first.rooms[0]?.room, rest.rooms.map(({ room }) => room), rest.next],
    ["кухня", ["general"], undefined],
  );
  // Whether the marker or the message comes first: what one tab says is unread in none.
  const said = [next(room, "message"), next(room, "read", ({ seq }) => seq === 5)];
  await kitchen.settled(kitchen.send("п’ять"));
  await Promise.all(said);
  assert.deepEqual([room.read, room.unread], [5, 0]);
});

test("[P1] a client begins a direct conversation, and the other one is told on each of their lines", async (t) => {
  const { url } = await startTestServer(t);
  const [ann, bob] = [connectWithoutDelay(t, url, { name: "Ann" }), connectWithoutDelay(t, url, { name: "น้ำ" })];
  for (const client of [ann, bob]) await next(client.join("general"), "reset");
  const talk = await ann.direct("น้ำ");
  await next(talk, "reset");
  assert.deepEqual(talk.direct, bob.user);
  const told = next(bob, "invited");
  await talk.settled(talk.send("psst"));
  const { room, head, direct } = await told;
  assert.deepEqual([room, head, direct?.user], [talk.name, 1, ann.user]);
  const answer = bob.join(room);
  const { messages } = await next(answer, "reset");
  assert.deepEqual(
    messages.map(({ text }) => text),
    ["psst"],
  );
  assert.equal((await bob.direct(ann.user?.id ?? "")).name, talk.name);
  await assert.rejects(ann.direct("nobody"), { name: "ChatRefusal", code: "no_such_user" });
  const { rooms } = await bob.rooms();
  assert.deepEqual(rooms[0]?.direct, { user: ann.user });
});

test("[P1] [P3] where no WebSocket is to be had, markers and direct conversations go by requests and streams", async (t) => {
  const { url } = await startTestServer(t);
  const proxy = await startProxy(t, url, { upgrades: "refused" });
  const { client: ann } = connectTo(t, proxy.url, { name: "Ann" });
  const greeted = next(ann, "welcome");
  const room = ann.join("general");
  await next(room, "reset");
  const tab = await RawClient.join(t, url, { token: (await greeted).token });
  await room.settled(room.send("1"));
  room.markRead(1);
  assert.equal((await tab.next("read")).seq, 1);
  await room.settled(room.send("2"));
  const heard = next(room, "read", ({ seq }) => seq === 2);
  tab.send({ type: "read", seq: 2 });
  await heard;
  assert.equal(room.unread, 0);
  const bob = await RawClient.join(t, url, { name: "Bob" });
  const told = next(ann, "invited");
  bob.send({ type: "direct", user: "Ann" });
  await bob.say("psst", { room: (await bob.next("joined")).room });
  const talk = ann.join((await told).room);
  const { messages } = await next(talk, "reset");
  assert.deepEqual([messages[0]?.text, talk.direct], ["psst", bob.welcome.user]);
  const said = bob.next("message");
  talk.send("так");
  assert.equal((await said).text, "psst");
  assert.equal((await bob.next("message")).text, "так");
});
