import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "../../src/sdk/index.ts";
import { startScriptedServer } from "./support/scripted-server.ts";
import { become, connectInSetTime, next } from "./support/set-time.ts";

test("a client greets, learns who it is, and only then is open", async (t) => {
  const server = await startScriptedServer(t);
  const { client } = connectInSetTime(t, server.url, { name: "Ann", lang: "uk", key: "sesame" });
  assert.deepEqual([client.state, client.user], [{ at: "connecting" }, undefined]);
  const line = await server.accept();
  assert.deepEqual(await line.next("hello"), { type: "hello", v: 1, name: "Ann", key: "sesame", lang: "uk" });
  assert.equal(client.state.at, "connecting");
  const welcomed = next(client, "welcome");
  line.welcome();
  assert.equal((await welcomed).token, "token of Ann");
  assert.deepEqual([client.state, client.user?.name], [{ at: "open", over: "websocket" }, "Ann"]);
});

test("[K3] every return brings the token and the name of the last welcome", async (t) => {
  const server = await startScriptedServer(t);
  const { client, time } = connectInSetTime(t, server.url, { token: "kept", name: "Оля" });
  const first = await server.accept();
  const hello = await first.next("hello");
  assert.deepEqual([hello.token, hello.name], ["kept", "Оля"]);
  first.welcome({ id: "u_olya", name: "Оля2" });
  await become(client, "open");
  first.cut();
  await become(client, "waiting");
  time.pass(1000);
  const again = await (await server.accept()).next("hello");
  assert.deepEqual([again.token, again.name], ["token of Оля2", "Оля2"]);
});

test("[K3] a line that breaks is tried again after a delay that doubles, and a stable minute makes it short again", async (t) => {
  const server = await startScriptedServer(t);
  const { client, time } = connectInSetTime(t, server.url);
  for (const delay of [1000, 2000, 4000]) {
    (await server.accept()).cut();
    const state = await next(client, "state", ({ at }) => at === "waiting");
    assert.deepEqual(state, { at: "waiting", retryAt: time.now() + delay });
    time.pass(delay - 1);
    assert.equal(client.state.at, "waiting");
    time.pass(1);
    assert.equal(client.state.at, "connecting");
  }
  const unstable = await server.accept();
  unstable.welcome();
  await become(client, "open");
  unstable.cut();
  assert.deepEqual(await become(client, "waiting"), { at: "waiting", retryAt: time.now() + 8000 });
  time.pass(8000);
  const stable = await server.accept();
  stable.welcome();
  await become(client, "open");
  for (let third = 0; third < 3; third++) {
    time.pass(20_000);
    stable.send({ type: "notice", text: "🟢 still here", from: "server" });
    await next(client, "notice");
  }
  stable.cut();
  assert.deepEqual(await become(client, "waiting"), { at: "waiting", retryAt: time.now() + 1000 });
});

test("[K3] when the network comes back, or somebody asks, it is tried at once", async (t) => {
  const server = await startScriptedServer(t);
  const { client, time } = connectInSetTime(t, server.url);
  (await server.accept()).cut();
  await become(client, "waiting");
  time.goOnline();
  assert.equal(client.state.at, "connecting");
  (await server.accept()).cut();
  await become(client, "waiting");
  client.retryNow();
  assert.equal(client.state.at, "connecting");
  client.retryNow();
  const line = await server.accept();
  line.welcome();
  await become(client, "open");
});

test("[K4] a server that restarts says when to come back, and is believed", async (t) => {
  const server = await startScriptedServer(t);
  const { client, time } = connectInSetTime(t, server.url);
  const line = await server.accept();
  line.send({ type: "reconnect", delay_ms: 3210 });
  line.close(1012);
  assert.deepEqual(await become(client, "waiting"), { at: "waiting", retryAt: time.now() + 3210 });
  time.pass(3210);
  (await server.accept()).cut();
  assert.deepEqual(await become(client, "waiting"), { at: "waiting", retryAt: time.now() + 1000 });
});

for (const code of [1000, 1003, 1008, 1009, 4000, 4003, 4004]) {
  test(`a line that the server closes with ${code} is over for good`, async (t) => {
    const server = await startScriptedServer(t);
    const { client, time } = connectInSetTime(t, server.url);
    const room = client.join("general");
    const line = await server.accept();
    await line.admit();
    await next(room, "reset");
    const message = room.send("never acknowledged");
    const lost = assert.rejects(room.settled(message), /client was closed/);
    line.close(code);
    assert.deepEqual(await become(client, "closed"), { at: "closed", code });
    await lost;
    assert.equal(time.pending, 0);
    assert.deepEqual([room.joined, room.outgoing], [false, [message]]);
    client.retryNow();
    time.goOnline();
    assert.equal(client.state.at, "closed");
  });
}

for (const code of [1001, 1011, 1012, 1013, 4100, 4102, 4103, 4105]) {
  test(`a line that the server closes with ${code} is tried again`, async (t) => {
    const server = await startScriptedServer(t);
    const { client } = connectInSetTime(t, server.url);
    (await server.accept()).close(code);
    await become(client, "waiting");
  });
}

test("[K1] after 30 s of silence the client asks for a sign of life, and 8 s later gives the line up", async (t) => {
  const server = await startScriptedServer(t);
  const { client, time } = connectInSetTime(t, server.url);
  const line = await server.accept();
  await line.next("hello");
  line.welcome();
  await become(client, "open");
  time.pass(29_999);
  assert.deepEqual(await line.unread(), []);
  time.pass(1);
  await line.next("ping");
  line.send({ type: "pong" });
  line.send({ type: "notice", text: "🟢", from: "server" });
  await next(client, "notice");
  time.pass(30_000);
  await line.next("ping");
  time.pass(7999);
  assert.equal(client.state.at, "open");
  time.pass(1);
  assert.equal(client.state.at, "waiting");
  assert.equal(await line.closed, 4105);
});

test("[K1] it asks at once when the network comes back and when the page is looked at again", async (t) => {
  const server = await startScriptedServer(t);
  const { client, time } = connectInSetTime(t, server.url);
  const line = await server.accept();
  await line.next("hello");
  line.welcome();
  await become(client, "open");
  time.becomeVisible();
  await line.next("ping");
  time.goOnline();
  await line.next("ping");
  time.pass(8000);
  assert.equal(client.state.at, "waiting");
});

test("[K1] a server that takes the line and never answers the greeting is given up after 8 s", async (t) => {
  const server = await startScriptedServer(t);
  const { client, time } = connectInSetTime(t, server.url);
  const givenUp = become(client, "waiting");
  await (await server.accept()).next("hello");
  time.pass(8000);
  await givenUp;
});

test("a handshake that leads nowhere is given up after 20 s", async (t) => {
  const server = await startScriptedServer(t);
  const { client, time } = connectInSetTime(t, server.url);
  time.pass(20_000);
  await become(client, "waiting");
});

test("close() says goodbye with 1000 and leaves nothing timed or watched, whatever the line is doing", async (t) => {
  const server = await startScriptedServer(t);
  const open = connectInSetTime(t, server.url);
  const room = open.client.join("general");
  const line = await server.accept();
  await line.admit();
  await next(room, "reset");
  room.typing();
  const page = room.history({ before: 1 });
  open.client.close();
  await assert.rejects(page);
  assert.equal(await line.closed, 1000);
  assert.deepEqual([open.client.state, open.time.pending], [{ at: "closed", code: 1000 }, 0]);
  open.client.close();

  const connecting = connectInSetTime(t, server.url);
  connecting.client.close();
  assert.deepEqual([connecting.client.state.at, connecting.time.pending], ["closed", 0]);

  const waiting = connectInSetTime(t, "http://127.0.0.1:1");
  await become(waiting.client, "waiting");
  waiting.client.close();
  assert.deepEqual([waiting.client.state.at, waiting.time.pending], ["closed", 0]);
});

test("a client that is closed takes no more: a room is never joined, a message only waits", async (t) => {
  const server = await startScriptedServer(t);
  const { client, time } = connectInSetTime(t, server.url);
  client.close();
  const room = client.join("general");
  const message = room.send("for later");
  await assert.rejects(room.settled(message), /client was closed/);
  await assert.rejects(room.history({ before: 1 }), /not joined/);
  room.typing();
  room.leave();
  client.rename("Ann");
  assert.deepEqual([room.joined, room.outgoing, time.pending], [false, [message], 0]);
});

test("frames of a later version, binary ones and what is no frame at all are passed over", async (t) => {
  const server = await startScriptedServer(t);
  const { client } = connectInSetTime(t, server.url);
  const line = await server.accept();
  line.send({ type: "hologram", depth: 3 });
  line.send([]);
  line.send({ type: "welcome" });
  line.send({ type: "message", room: "a room nobody is in", seq: 1 });
  line.welcome();
  await become(client, "open");
});

test("an address that is none is a TypeError at once", () => {
  assert.throws(() => connect("not an address"), TypeError);
});
