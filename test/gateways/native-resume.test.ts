import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { defaultLimits } from "../../src/protocol/limits.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

test("[R2] who comes back reads every missed message, in order, then live ones, and nothing twice", async (t) => {
  const { url } = await startTestServer(t);
  const writer = await RawClient.join(t, url, { name: "Writer" });
  const reader = await RawClient.join(t, url, { name: "Reader" });
  await writer.say("seen");
  const seen = await reader.next("message");
  reader.socket.terminate();
  await reader.closed;
  for (let index = 0; index < 300; index++) writer.send({ type: "message", text: `missed ${index}` });
  for (let index = 0; index < 300; index++) await writer.next("ack");

  const back = await RawClient.connect(t, url);
  back.send({ type: "hello", token: reader.welcome.token });
  back.send({ type: "join", since: { epoch: reader.joined.epoch, seq: seen.seq, id: seen.id } });
  const joined = await back.next("joined");
  assert.deepEqual([joined.recovered, joined.head], [true, 301]);
  void writer.say("live");
  for (let seq = 2; seq <= 302; seq++) {
    const frame = await back.take();
    assert.ok(frame.type === "message" && frame.seq === seq, JSON.stringify(frame));
  }
});

test("[R2] [L4] a position that cannot be resumed from is told why, with the last page in place of a replay", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url);
  const { epoch } = ann.joined;
  const acks = [];
  for (let index = 0; index < 302; index++) ann.send({ type: "message", text: `m${index}` });
  for (let index = 0; index < 302; index++) acks.push(await ann.next("ack"));

  const cases = [
    { since: { epoch: "aaaaaaaaaaaaaaaa", seq: 300 }, reason: "epoch" },
    { since: { epoch, seq: 303 }, reason: "ahead" },
    { since: { epoch, seq: 1 }, reason: "too_far" },
    // A database copied back by hand keeps its epoch: the id tells that the log is another.
    { since: { epoch, seq: 300, id: acks[0]?.id }, reason: "epoch" },
    { since: { epoch, seq: 300, id: acks[299]?.id }, reason: undefined },
    { since: { epoch, seq: 2 }, reason: undefined },
  ];
  for (const { since, reason } of cases) {
    const back = await RawClient.connect(t, url);
    back.send({ type: "join", since });
    const joined = await back.next("joined");
    assert.deepEqual([joined.recovered, joined.reason], [reason === undefined, reason]);
    const next = await back.take();
    assert.equal(next.type, reason === undefined ? "message" : "history");
  }
});

test("[R4] whoever joins while messages pour in reads history, then live, each message exactly once", async (t) => {
  const { url } = await startTestServer(t);
  const writer = await RawClient.join(t, url, { name: "Writer" });
  const total = 2_000;
  const readAll = async (reader: RawClient) => {
    reader.send({ type: "join", history: 5 });
    const { head } = await reader.next("joined");
    const { messages } = await reader.next("history");
    const read = messages.map(({ seq }) => seq);
    assert.equal(read.at(-1) ?? 0, head);
    while ((read.at(-1) ?? 0) < total) read.push((await reader.next("message")).seq);
    const first = read[0] ?? 1;
    assert.deepEqual(
      read,
      Array.from({ length: total - first + 1 }, (_, index) => first + index),
    );
  };
  const readers: Promise<void>[] = [];
  for (let index = 0; index < total; index++) {
    writer.send({ type: "message", text: `m${index}` });
    if (index % 100 === 0) {
      const reader = await RawClient.connect(t, url);
      readers.push(readAll(reader));
    }
  }
  await Promise.all(readers);
});

test("[R4] joining again repositions, announces nothing, and goes on live", async (t) => {
  const { url } = await startTestServer(t);
  const bob = await RawClient.join(t, url, { name: "Bob" });
  const ann = await RawClient.join(t, url, { name: "Ann" });
  await bob.next("user_joined");
  await ann.say("one");
  await ann.say("two");
  ann.send({ type: "join", since: { epoch: ann.joined.epoch, seq: 1 } });
  assert.equal((await ann.next("joined")).recovered, true);
  assert.equal((await ann.next("message")).seq, 2);
  assert.equal((await bob.say("three")).seq, 3);
  const frames = await ann.settle();
  assert.deepEqual(
    frames.map((frame) => frame.type === "message" && frame.seq),
    [3],
  );
  assert.ok(!(await bob.settle()).some(({ type }) => type === "user_joined" || type === "user_left"));
});

test("[R2] pages are written as the socket drains: a large replay reaches a slow reader whole", async (t) => {
  const server = await startTestServer(t);
  const writer = await RawClient.join(t, server.url);
  const text = "я".repeat(4_000);
  for (let index = 0; index < 300; index++) writer.send({ type: "message", text });
  for (let index = 0; index < 300; index++) await writer.next("message");
  const slow = await RawClient.connect(t, server.url);
  slow.send({ type: "join", since: { epoch: writer.joined.epoch, seq: 0 } });
  slow.socket.pause();
  // Enough happens meanwhile for the writes to meet a full socket.
  for (let index = 0; index < 50; index++) await writer.say("more");
  slow.socket.resume();
  await slow.next("joined");
  for (let seq = 1; seq <= 350; seq++) {
    const frame = await slow.next("message");
    assert.equal(frame.seq, seq);
  }
});

test("[B1] [R2] a page longer than what may wait for a slow reader is no reason to send anybody away", async (t) => {
  const limits = { ...defaultLimits, sendRate: 0, maxQueue: 64 * 1024 };
  const server = await startTestServer(t, { limits });
  const writer = await RawClient.join(t, server.url);
  const text = `x${"\u0001".repeat(4_000)}`;
  for (let index = 0; index < 50; index++) await writer.say(text);
  const slow = await RawClient.connect(t, server.url);
  slow.socket.pause();
  slow.send({ type: "join" });
  // Together more than the system takes of it.
  for (let page = 1; page < 10; page++) slow.send({ type: "history" });
  await writer.next("user_joined");
  await writer.say("after");
  slow.socket.resume();
  for (let page = 0; page < 10; page++) assert.ok((await slow.next("history")).messages.length >= 49);
});

test("[K4] a server that stops says when to come back, stores what was sent, and closes with 1012", async (t) => {
  const first = await startTestServer(t);
  const ann = await RawClient.join(t, first.url, { name: "Ann" });
  for (let index = 0; index < 100; index++) ann.send({ type: "message", text: `m${index}` });
  await ann.next("ack");
  const acknowledged = [1];
  const stopping = first.stop();
  try {
    for (;;) acknowledged.push((await ann.next("ack")).seq);
  } catch {
    // The line has ended.
  }
  assert.equal(await ann.closed, 1012);
  await stopping;
  const second = await startTestServer(t, { data: first.data });
  const answer = await fetch(`${second.url}/rooms/general/messages?limit=1000`);
  const { messages } = (await answer.json()) as { messages: { seq: number }[] };
  assert.ok(messages.length >= acknowledged.length);
  assert.deepEqual(messages.map(({ seq }) => seq).slice(0, acknowledged.length), acknowledged);
});

test("[L3] while a server stops, a send is refused as unavailable and never lost in silence", async (t) => {
  const server = await startTestServer(t);
  const ann = await RawClient.join(t, server.url);
  const stopping = server.stop();
  const reconnect = await ann.next("reconnect");
  assert.ok(reconnect.delay_ms >= 0 && reconnect.delay_ms <= 5_000);
  await once(ann.socket, "close");
  await stopping;
  await assert.rejects(fetch(`${server.url}/healthz`));
});
