import assert from "node:assert/strict";
import { test } from "node:test";
import { RawClient } from "../support/client.ts";
import { startProxy } from "../support/proxy.ts";
import { startTestServer } from "../support/server.ts";
import { breakable } from "./support/breakable-line.ts";
import { connectTo, follow, opensOver, reaches, seqs, shown, upTo } from "./support/fallback.ts";
import { connectInSetTime, connectWithoutDelay, next } from "./support/set-time.ts";

test("names over HTTP: a taken one is told with a free one, a new one is everybody's to see", async (t) => {
  const { url } = await startTestServer(t);
  const proxy = await startProxy(t, url, { upgrades: "refused" });
  const bob = await RawClient.join(t, url, { name: "Bob" });
  const { client } = connectTo(t, proxy.url, { name: "BOB", lang: "uk" });
  const { code, suggestion, message } = await next(client, "error");
  assert.deepEqual([code, suggestion], ["name_taken", "BOB2"]);
  assert.match(message, /BOB2/);
  const room = client.join("general");
  client.rename("Ольга");
  await next(room, "reset");
  await room.settled(room.send("привіт"));
  assert.equal((await bob.next("message")).user.name, "Ольга");
  client.rename("Bob");
  assert.equal((await next(client, "error")).code, "name_taken");
  const renamed = next(client, "welcome");
  client.rename("น้อย");
  assert.equal((await renamed).user.name, "น้อย");
  assert.equal((await bob.next("user_renamed")).user.name, "น้อย");
});

test("rooms over HTTP: more than have a connection each, one that may not be, one that is left and joined again", async (t) => {
  const { url } = await startTestServer(t);
  const proxy = await startProxy(t, url, { upgrades: "refused" });
  const { client } = connectTo(t, proxy.url, { name: "Ann" });
  const names = ["one", "два", "สาม", "ארבע"];
  const rooms = names.map((name) => client.join(name));
  await Promise.all(rooms.map((room) => next(room, "reset")));
  for (const [index, room] of rooms.entries()) {
    const bob = await RawClient.join(t, url, { name: `Bob in ${index}`, room: names[index] ?? "" });
    const heard = next(room, "message");
    await bob.say(`in ${names[index]}`);
    assert.equal((await heard).text, `in ${names[index]}`);
  }
  const bad = client.join("not a room");
  assert.equal((await next(bad, "refused")).code, "bad_room");
  const [first] = rooms;
  assert.ok(first);
  first.leave();
  assert.equal(first.joined, false);
  const page = next(first, "reset");
  client.join("one", { history: 0 });
  const { messages, more } = await page;
  assert.deepEqual([messages, more], [[], true]);
});

test("half a character in a room's name or an emoji is refused over HTTP, as it is over a WebSocket", async (t) => {
  const { url } = await startTestServer(t);
  const proxy = await startProxy(t, url, { upgrades: "refused" });
  const { client } = connectTo(t, proxy.url);
  const room = client.join("general");
  await next(room, "reset");
  const message = room.send("👋");
  await assert.rejects(room.settled(room.react(message.id, "\ud83d")), { code: "bad_emoji" });
  assert.equal((await next(client.join("\ud83d"), "refused")).code, "bad_room");
  await room.settled(room.send("ще тут"));
});

test("a room that is left while the rooms are looked after over HTTP does not break the line", async (t) => {
  const { url } = await startTestServer(t);
  const proxy = await startProxy(t, url, { upgrades: "refused" });
  const { client, goOnline } = connectTo(t, proxy.url);
  const [first, second, third] = ["one", "два", "สาม"].map((name) => client.join(name));
  assert.ok(first && second && third);
  await Promise.all([first, second, third].map((room) => next(room, "reset")));
  const states: string[] = [];
  client.on("state", ({ at }) => states.push(at));
  const looked = next(third, "members");
  goOnline();
  first.leave();
  second.leave();
  await looked;
  await third.settled(third.send("ще тут"));
  assert.deepEqual(states, []);
});

test("[R2] over HTTP any number of missed messages is read, and history back to the first one", async (t) => {
  const { url } = await startTestServer(t);
  const proxy = await startProxy(t, url, { upgrades: "refused" });
  const { client } = connectTo(t, proxy.url);
  const room = client.join("general", { history: 10 });
  const followed = follow(room);
  await next(room, "reset");
  const bob = await RawClient.join(t, url, { name: "Bob" });
  const lost = next(client, "state", ({ at }) => at === "waiting");
  const heard = shown(room, 1);
  await bob.say("before");
  await heard;
  const complete = shown(room, 702);
  // Missed while the line is away: posted before it can be back.
  for (const number of upTo(701)) bob.send({ type: "message", text: `${number}` });
  proxy.cut();
  await Promise.race([lost, complete]);
  await complete;
  assert.deepEqual([followed.resets, seqs(followed.messages)], [1, upTo(702)]);
  const older = await room.history({ before: 702, limit: 100 });
  assert.deepEqual([seqs(older.messages), older.more], [upTo(701).slice(-100), true]);
  const oldest = await room.history({ before: 5 });
  assert.deepEqual([seqs(oldest.messages), oldest.more], [upTo(4), false]);
});

for (const over of ["websocket", "events"] as const) {
  test(`over ${over} history goes on behind a long run of changes, and there is none after the end`, async (t) => {
    const { url } = await startTestServer(t);
    const address = over === "websocket" ? url : (await startProxy(t, url, { upgrades: "refused" })).url;
    const bob = await RawClient.join(t, url, { name: "Bob" });
    const { id } = await bob.say("1");
    for (const number of upTo(70)) {
      bob.send({ type: "edit", target: id, text: `better ${number}` });
      await bob.next("ack");
    }
    await bob.say("72");
    const { client } = connectTo(t, address);
    const room = client.join("general");
    await Promise.all([next(room, "reset"), opensOver(client, over)]);
    const newer = await room.history({ after: 1 });
    assert.deepEqual([seqs(newer.messages), newer.more], [[72], false]);
    const deleted = reaches(room, 73);
    bob.send({ type: "delete", target: id });
    await deleted;
    for (const after of [72, 73, 999]) {
      assert.deepEqual(await room.history({ after, limit: 1 }), { messages: [], more: false }, `${after}`);
    }
  });
}

test("[L4] a log that was replaced while the client was on HTTP is shown anew, once", async (t) => {
  const first = await startTestServer(t, { drainMs: 0 });
  const proxy = await startProxy(t, first.url, { upgrades: "refused" });
  const { client } = connectTo(t, proxy.url, { name: "Оля" });
  const room = client.join("general");
  const followed = follow(room);
  await next(room, "reset");
  await room.settled(room.send("in the old log"));
  await first.stop();
  proxy.cut();
  const begun = next(room, "reset");
  const second = await startTestServer(t, { ports: first.ports });
  await begun;
  const bob = await RawClient.join(t, second.url, { name: "Bob" });
  const heard = next(room, "message");
  await bob.say("in the new log");
  await heard;
  assert.deepEqual([followed.resets, followed.messages.map(({ text }) => text)], [2, ["in the new log"]]);
});

test("[K3] where a WebSocket worked it is not given up for one hiccup, but for two", async (t) => {
  const server = await startTestServer(t, { drainMs: 0 });
  const proxy = await startProxy(t, server.url, { upgrades: "passed" });
  const { client } = connectTo(t, proxy.url);
  await opensOver(client, "websocket");
  const open = next(client, "state", ({ at }) => at === "open");
  proxy.upgrades = "refused";
  const waited = next(client, "state", ({ at }) => at === "waiting");
  proxy.cut();
  await waited;
  assert.ok(!proxy.requests.some((request) => request.startsWith("POST")));
  const { at, ...more } = await open;
  assert.deepEqual([at, more], ["open", { over: "events" }]);
  const handshakes = proxy.requests.filter((request) => request.startsWith("UPGRADE"));
  assert.equal(handshakes.length, 3, "one that worked, and two that did not");
});

test("the WebSocket is tried again by itself, and a failed try disturbs nothing", async (t) => {
  const { url } = await startTestServer(t);
  const proxy = await startProxy(t, url, { upgrades: "refused" });
  const { client, time } = connectInSetTime(t, proxy.url);
  const room = client.join("general");
  // The stream is open once it has been counted.
  await next(room, "members", ({ count }) => count === 1);
  assert.equal(proxy.requests.filter((request) => request.startsWith("UPGRADE")).length, 1);
  const tried = proxy.upgrade();
  time.pass(6_250);
  await tried;
  await room.settled(room.send("ще тут"));
  assert.deepEqual(client.state, { at: "open", over: "events" });
});

test("[K5] who moves up to a WebSocket never left", async (t) => {
  const { url } = await startTestServer(t);
  const proxy = await startProxy(t, url, { upgrades: "refused" });
  const bob = await RawClient.join(t, url, { name: "Bob" });
  const { client, goOnline } = connectTo(t, proxy.url, { name: "Ann" });
  const room = client.join("general");
  await next(room, "members", ({ members, count }) => members === undefined && count === 2);
  proxy.upgrades = "passed";
  const moved = next(room, "members", ({ members }) => members !== undefined);
  goOnline();
  assert.deepEqual((await moved).members?.map(({ name }) => name).toSorted(), ["Ann", "Bob"]);
  assert.ok(!(await bob.settle()).some(({ type }) => type === "user_left"));
});

test("lines that are cut again and again over HTTP lose nothing and double nothing [R1] [S1] [S2] [E1]", async (t) => {
  const { url } = await startTestServer(t);
  const proxy = await startProxy(t, url, { upgrades: "refused" });
  const line = await breakable(t, proxy.url);
  const ann = connectTo(t, line.url, { name: "Ann" }).client.join("general");
  const bob = connectWithoutDelay(t, url, { name: "Боб" }).join("general");
  const followed = [ann, bob].map(follow);
  await Promise.all([next(ann, "reset"), next(bob, "reset")]);
  const complete = Promise.all([reaches(ann, 120), reaches(bob, 120)]);
  let cuts = 0;
  const cutSometimes = ({ seq }: { readonly seq: number }) => {
    if (seq % 12 !== 0) return;
    cuts++;
    line.cut();
  };
  for (const event of ["message", "edited"] as const) bob.on(event, cutSometimes);
  const sent = [ann, bob].flatMap((room) =>
    upTo(30).flatMap((number) => {
      const said = room.send(`${number} 🙂`);
      return [room.settled(said), room.settled(room.edit(said.id, `${number} 🙃`))];
    }),
  );
  await Promise.all([...sent, complete]);
  assert.equal(cuts, 10);
  for (const { resets, events } of followed) assert.deepEqual([resets, events], [1, upTo(120)]);
  const own = followed[1]?.messages.filter(({ user }) => user.name === "Ann").map(({ text }) => text);
  assert.deepEqual(
    own,
    upTo(30).map((number) => `${number} 🙃`),
  );
});
