import assert from "node:assert/strict";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createMemoryBus } from "../../src/bus/memory.ts";
import { startServer } from "../../src/server/index.ts";
import { keepTranscripts } from "../../src/store/transcripts.ts";
import { stored } from "../store/outcomes.ts";
import { RawClient } from "../support/client.ts";
import { draft, roomName } from "../support/drafts.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { MemoryStore } from "../support/memory-store.ts";
import { startServerProcess } from "../support/process.ts";
import { keptLog, startTestServer, temporaryFolder, testConfig } from "../support/server.ts";

/** A transcript without the times of its lines. */
const readTranscript = (folder: string, room: string): string[] =>
  readFileSync(join(folder, `${room}.txt`), "utf8")
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => line.replace(/^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] /, ""));

const say = async (url: string, room: string, text: string, name = "Ann") =>
  assert.equal(
    (
      await fetch(`${url}/rooms/${encodeURIComponent(room)}/messages`, {
        method: "POST",
        body: JSON.stringify({ text, name }),
        headers: { "Content-Type": "application/json" },
      })
    ).status,
    201,
  );

test("[T3] every room has a transcript of what was stored, complete when the server has stopped", async (t) => {
  const transcripts = join(temporaryFolder(t), "kept", "here");
  const server = await startTestServer(t, { transcripts });
  await say(server.url, "кухня", "привіт\nзнову", "Оля");
  const ann = await RawClient.join(t, server.url, { name: "Ann", room: "ห้องเรียน" });
  for (let number = 1; number <= 600; number++) ann.send({ type: "message", text: `ข้อความ ${number}` });
  for (let number = 1; number <= 600; number++) await ann.next("ack");
  await server.stop();
  assert.deepEqual(readTranscript(transcripts, "кухня"), ["Оля: привіт", "\tзнову"]);
  assert.deepEqual(
    readTranscript(transcripts, "ห้องเรียน"),
    Array.from({ length: 600 }, (_, index) => `Ann: ข้อความ ${index + 1}`),
  );
});

test("[T3] what was said while no transcript was kept is caught up with, and nothing is written twice", async (t) => {
  const data = temporaryFolder(t);
  const transcripts = temporaryFolder(t);
  const lives = [{ transcripts }, {}, { transcripts }, { transcripts }];
  for (const [life, kept] of lives.entries()) {
    const server = await startTestServer(t, { data, ...kept });
    await say(server.url, "general", `life ${life}`);
    await server.stop();
  }
  assert.deepEqual(readTranscript(transcripts, "general"), [
    "Ann: life 0",
    "Ann: life 1",
    "Ann: life 2",
    "Ann: life 3",
  ]);
});

test("[T3] after a crash between text and position, what is past the position is written again, once", async (t) => {
  const data = temporaryFolder(t);
  const transcripts = temporaryFolder(t);
  const first = await startTestServer(t, { data, transcripts });
  for (const text of ["one", "two"]) await say(first.url, "general", text);
  await first.stop();
  // The text of a third message, half written.
  appendFileSync(join(transcripts, "general.txt"), "[2025-11-19 23:46:36] Ann: thr");
  const second = await startTestServer(t, { data, transcripts });
  await say(second.url, "general", "three");
  await second.stop();
  assert.deepEqual(readTranscript(transcripts, "general"), ["Ann: one", "Ann: two", "Ann: three"]);
});

test("[T3] a file that is not the room's transcript is kept aside, and the transcript begins anew", async (t) => {
  const data = temporaryFolder(t);
  const transcripts = temporaryFolder(t);
  writeFileSync(join(transcripts, "general.txt"), "somebody's own notes\n");
  const first = await startTestServer(t, { data, transcripts });
  for (const text of ["one", "two"]) await say(first.url, "general", text);
  await first.stop();
  assert.deepEqual(readTranscript(transcripts, "general"), ["Ann: one", "Ann: two"]);
  assert.deepEqual(readTranscript(transcripts, "general.1"), ["somebody's own notes"]);
  // Shortened by somebody, or by a disk that lost its last writes.
  truncateSync(join(transcripts, "general.txt"), 5);
  await (await startTestServer(t, { data, transcripts })).stop();
  assert.deepEqual(readTranscript(transcripts, "general"), ["Ann: one", "Ann: two"]);
  rmSync(join(transcripts, "general.txt"));
  await (await startTestServer(t, { data, transcripts })).stop();
  assert.deepEqual(readTranscript(transcripts, "general"), ["Ann: one", "Ann: two"]);
  assert.deepEqual(
    readdirSync(transcripts)
      .filter((name) => name.endsWith(".txt"))
      .toSorted(),
    ["general.1.txt", "general.2.txt", "general.txt"],
  );
});

test("[T3] [L4] after a database that was copied back by hand, the transcript is anew what that one has", async (t) => {
  const data = temporaryFolder(t);
  const transcripts = temporaryFolder(t);
  const copy = temporaryFolder(t);
  const live = async (text: string) => {
    const server = await startTestServer(t, { data, transcripts });
    await say(server.url, "general", text);
    await server.stop();
  };
  await live("one");
  cpSync(data, copy, { recursive: true });
  await live("two");
  rmSync(data, { recursive: true });
  cpSync(copy, data, { recursive: true });
  await live("other");
  assert.deepEqual(readTranscript(transcripts, "general"), ["Ann: one", "Ann: other"]);
  assert.deepEqual(readTranscript(transcripts, "general.1"), ["Ann: one", "Ann: two"]);
});

test("[T3] killed again and again while people talk, the transcript has every message once, in order", async (t) => {
  const data = temporaryFolder(t);
  const transcripts = temporaryFolder(t);
  let sent = 0;
  for (let life = 0; life < 3; life++) {
    const server = await startServerProcess(t, data, ["--transcripts", transcripts]);
    const ann = await RawClient.join(t, server.url, { name: `Ann${life}` });
    for (let number = 0; number < 300; number++) ann.send({ type: "message", text: `№ ${++sent}` });
    for (let number = 0; number < 150; number++) await ann.next("ack");
    await server.kill();
  }
  const last = await startTestServer(t, { data, transcripts });
  const { messages } = (await (await fetch(`${last.url}/rooms/general/messages?after=0&limit=1000`)).json()) as {
    messages: { text: string; user: { name: string } }[];
  };
  await last.stop();
  assert.ok(messages.length >= 450);
  assert.deepEqual(
    readTranscript(transcripts, "general"),
    messages.map(({ user, text }) => `${user.name}: ${text}`),
  );
});

test("a server whose transcripts cannot be kept says so, and one that shares the folder with another", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "file"), "");
  const start = (transcripts: string) =>
    startServer(testConfig(temporaryFolder(t), { transcripts }), { log: keptLog() });
  await assert.rejects(start(join(folder, "file")), { name: "StartupError", message: /--transcripts\.$/ });
  await startTestServer(t, { transcripts: folder });
  await assert.rejects(start(folder), { name: "StartupError", message: /^Another server keeps its transcripts in/ });
});

test("[T3] what cannot be written stops nobody's chat, is said once, and is caught up with at the next start", async (t) => {
  const data = temporaryFolder(t);
  const transcripts = temporaryFolder(t);
  const server = await startTestServer(t, { data, transcripts });
  // A folder in the place of a file cannot be read by anybody, root included.
  const inTheWay = join(transcripts, ".positions", "кухня.json");
  mkdirSync(inTheWay);
  for (const text of ["раз", "два"]) await say(server.url, "кухня", text);
  await say(server.url, "general", "others go on");
  await server.stop();
  assert.deepEqual(readTranscript(transcripts, "general"), ["Ann: others go on"]);
  assert.equal(server.log.lines.filter((line) => line.startsWith("a transcript could not be written")).length, 1);
  rmSync(inTheWay, { recursive: true });
  await (await startTestServer(t, { data, transcripts })).stop();
  assert.deepEqual(readTranscript(transcripts, "кухня"), ["Ann: раз", "Ann: два"]);
});

test("[T3] every transcript that could not be written is tried again, whichever failed after it", async (t) => {
  const folder = temporaryFolder(t);
  const [store, bus, clock] = [new MemoryStore(), createMemoryBus(), new FakeClock()];
  let told = Promise.withResolvers<void>();
  const log = { ...keptLog(), error: () => told.resolve() };
  const keeper = await keepTranscripts({ folder, store, bus, clock, log });
  const rooms = ["кухня", "general"].map(roomName);
  // A folder in the place of a file cannot be read by anybody, root included.
  const inTheWay = rooms.map((room) => join(folder, ".positions", `${room}.json`));
  for (const path of inTheWay) mkdirSync(path);
  for (const room of rooms) {
    told = Promise.withResolvers();
    const [outcome] = await store.append([draft(1, { room })]);
    bus.publish({ room, epoch: stored(outcome).epoch, events: [stored(outcome)] });
    await told.promise;
    clock.advance(1_000);
  }
  for (const path of inTheWay) rmSync(path, { recursive: true });
  clock.advance(5_000);
  await keeper[Symbol.asyncDispose]();
  for (const room of rooms) assert.deepEqual(readTranscript(folder, room), ["Ann: message 1"]);
});
