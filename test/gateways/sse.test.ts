import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fastify from "fastify";
import { addSseGateway } from "../../src/gateways/sse.ts";
import { RawClient } from "../support/client.ts";
import { roomName } from "../support/drafts.ts";
import { startTestServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";
import { World } from "../support/world.ts";

/** Reads a stream by blocks (or lines) as they come. */
async function open(t: TestContext, url: string, headers: Record<string, string> = {}, separator = "\n\n") {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const answer = await fetch(url, { headers, signal: stop.signal });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  const next = async (): Promise<string> => {
    for (;;) {
      const end = rest.indexOf(separator);
      if (end !== -1) {
        const block = rest.slice(0, end);
        rest = rest.slice(end + separator.length);
        return block;
      }
      const chunk = await reader?.read();
      if (!chunk || chunk.done) throw new Error("the stream ended");
      rest += chunk.value;
    }
  };
  return { answer, next, stop: () => stop.abort() };
}

const fields = (block: string) => Object.fromEntries(block.split("\n").map((line) => line.split(/: ?(.*)/s, 2)));

test("SSE: an id without data first, then messages with their ids; who reads is no member", async (t) => {
  const { url } = await startTestServer(t);
  const stream = await open(t, `${url}/events`);
  assert.match(stream.answer.headers.get("content-type") ?? "", /^text\/event-stream/);
  assert.equal(stream.answer.headers.get("cache-control"), "no-store");
  assert.equal(stream.answer.headers.get("x-accel-buffering"), "no");
  const first = fields(await stream.next());
  assert.equal(first["retry"], "3000");
  assert.match(first["id"] ?? "", /^[a-z0-9]{16}-0$/);
  assert.equal(first["data"], undefined);
  const ann = await RawClient.join(t, url, { name: "Ann" });
  assert.equal(ann.joined.count, 1);
  assert.equal(fields(await stream.next())["event"], "user_joined");
  await ann.say("สวัสดี\nline");
  const message = fields(await stream.next());
  assert.deepEqual([message["event"], message["id"]], ["message", `${ann.joined.epoch}-1`]);
  assert.deepEqual(JSON.parse(message["data"] ?? "").text, "สวัสดี\nline");
});

test("SSE: asking for the headers alone opens no stream, and the connection goes on", async (t) => {
  const { ports } = await startTestServer(t);
  for (const path of ["/events", "/rooms/general/events"]) {
    const wire = await Wire.connect(t, ports[0] ?? 0);
    const head = (method: string, target: string, more = "") =>
      `${method} ${target} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
    wire.send(head("HEAD", path) + head("GET", "/healthz", "Connection: close\r\n"));
    await wire.ended;
    assert.deepEqual(wire.received.toString().match(/HTTP\/1\.1 \d+/g), ["HTTP/1.1 404", "HTTP/1.1 200"], path);
  }
});

test("SSE: a stream has no chunks, and ends as its connection does", async (t) => {
  const server = await startTestServer(t);
  const wire = await Wire.connect(t, server.ports[0] ?? 0);
  wire.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await wire.until((received) => (received.includes("-0\n\n") ? true : undefined));
  const [headers = "", stream = ""] = wire.received.toString().split("\r\n\r\n");
  assert.match(headers, /\r\nconnection: close\r\n/i);
  assert.doesNotMatch(headers, /transfer-encoding|content-length/i);
  assert.match(stream, /^retry: 3000\nid: [a-z0-9]{16}-0\n\n$/);
  await server.stop();
  await wire.ended;
  assert.equal(wire.received.toString(), `${headers}\r\n\r\n${stream}`);
});

test("[R2] SSE: Last-Event-ID wins over since, and goes on behind it; what cannot be gone on from is a reset", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url, { name: "Ann" });
  for (let index = 1; index <= 4; index++) await ann.say(`m${index}`);
  const { epoch } = ann.joined;
  const stream = await open(t, `${url}/rooms/general/events?since=${epoch}-1`, { "Last-Event-ID": `${epoch}-2` });
  assert.equal(fields(await stream.next())["id"], `${epoch}-2`);
  for (const seq of [3, 4]) assert.equal(fields(await stream.next())["id"], `${epoch}-${seq}`);
  await ann.say("live");
  assert.equal(fields(await stream.next())["id"], `${epoch}-5`);
  const first = await open(t, `${url}/rooms/general/events?since=${epoch}-4`, { "Last-Event-ID": "" });
  for (const seq of [4, 5]) assert.equal(fields(await first.next())["id"], `${epoch}-${seq}`, "an empty one is none");
  for (const since of ["aaaaaaaaaaaaaaaa-1", `${epoch}-9`]) {
    const lost = await open(t, `${url}/events?since=${since}`);
    assert.equal(fields(await lost.next())["id"], `${epoch}-5`);
    const reset = fields(await lost.next());
    assert.deepEqual([reset["event"], reset["id"]], ["reset", `${epoch}-5`]);
  }
});

test("SSE: as text it is name :: text, a line a message", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url, { name: "Ann" });
  for (const [query, headers] of [
    ["?format=text", {}],
    ["", { Accept: "text/plain" }],
  ] as const) {
    const stream = await open(t, `${url}/events${query}`, headers, "\n");
    assert.match(stream.answer.headers.get("content-type") ?? "", /^text\/plain/);
    // The headers are out before the seat is taken: a join of its own makes sure that it is.
    const bob = await RawClient.join(t, url, { name: "Bob" });
    assert.equal(await stream.next(), "server :: Bob joined");
    await ann.say("one\ntwo");
    assert.equal(await stream.next(), "Ann :: one⏎two");
    bob.leave();
    assert.equal(await stream.next(), "server :: Bob left");
  }
});

test("SSE: as text it speaks the language of ?lang=, else the server's, whatever a browser accepts", async (t) => {
  const { url } = await startTestServer(t, { lang: "ru" });
  const thai = { "Accept-Language": "th", Accept: "text/plain" };
  const streams = [];
  for (const query of ["", "?lang=uk-UA", "?lang=de", "?lang=en&lang=uk"]) {
    streams.push(await open(t, `${url}/events${query}`, thai, "\n"));
  }
  // The headers are out before the seat is taken: a join of its own makes sure that it is.
  await RawClient.join(t, url, { name: "Ann" });
  const read = await Promise.all(streams.map(({ next }) => next()));
  assert.deepEqual(
    read.map((line) => line.replace("server :: Ann ", "")),
    ["здесь", "тут", "здесь", "joined"],
  );
});

test("SSE: with a token its owner is a member; without a room there is nothing to read", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url, { name: "Ann", room: "one" });
  const bob = await RawClient.join(t, url, { name: "Bob" });
  await open(t, `${url}/events`, { Authorization: `Bearer ${ann.welcome.token}` });
  assert.equal((await bob.next("user_joined")).user.name, "Ann");
  const forged = await open(t, `${url}/events`, { Authorization: "Bearer forged.token" });
  await forged.next();
  assert.deepEqual(await bob.settle(), []);
  assert.equal((await fetch(`${url}/rooms/nobody/events`)).status, 404);
  assert.equal((await fetch(`${url}/rooms/a%20b/events`)).status, 400);
  assert.equal((await fetch(`${url}/events?since=x`)).status, 400);
});

test("SSE: every 25 s a comment keeps proxies from giving the line up", async (t) => {
  const world = new World();
  await world.store.openRoom(roomName("general"));
  const app = fastify({ forceCloseConnections: true });
  addSseGateway(app, world.hub, "en", () => undefined);
  t.after(() => app.close());
  const stream = await open(t, `${await app.listen({ port: 0, host: "127.0.0.1" })}/events`);
  assert.match(await stream.next(), /^retry:/);
  for (let times = 0; times < 2; times++) {
    world.clock.advance(25_000);
    assert.equal(await stream.next(), ": ping");
  }
});

test("[K4] SSE: a server that stops ends its streams", async (t) => {
  const server = await startTestServer(t);
  const stream = await open(t, `${server.url}/events`);
  await stream.next();
  const ended = assert.rejects(stream.next());
  await server.stop();
  await ended;
});

test("long poll: answered the moment something is said, and no message falls between two polls", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url, { name: "Ann" });
  const read: number[] = [];
  const poll = async () => {
    let cursor = "0";
    while (read.length < 100) {
      const answer = await fetch(`${url}/rooms/general/messages?after=${cursor}&wait=20`);
      const { messages, next } = (await answer.json()) as { messages: { seq: number }[]; next: string };
      read.push(...messages.map(({ seq }) => seq));
      cursor = next;
    }
  };
  const polling = poll();
  for (let index = 1; index <= 100; index++) await ann.say(`m${index}`);
  await polling;
  assert.deepEqual(
    read,
    Array.from({ length: 100 }, (_, index) => index + 1),
  );
});

test("long poll: it makes nobody a member, also with a token", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url, { name: "Ann", room: "one" });
  const bob = await RawClient.join(t, url, { name: "Bob" });
  const headers = { Authorization: `Bearer ${ann.welcome.token}` };
  const polled = fetch(`${url}/rooms/general/messages?after=0&wait=20`, { headers });
  await bob.say("hi");
  assert.equal((await polled).status, 200);
  const frames = await bob.settle();
  assert.deepEqual(
    frames.map(({ type }) => type),
    ["message"],
  );
});

test("long poll: who hangs up is waited with no longer", async (t) => {
  const { url } = await startTestServer(t);
  const rooms = async () => /^parlance_rooms_open (\d+)/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1];
  await fetch(`${url}/rooms/quiet`, { method: "POST" });
  const stop = new AbortController();
  const waiting = fetch(`${url}/rooms/quiet/messages?after=0&wait=55`, { signal: stop.signal });
  const hungUp = assert.rejects(waiting, { name: "AbortError" });
  while ((await rooms()) !== "1");
  stop.abort();
  await hungUp;
  while ((await rooms()) !== "0");
});

test("long poll: empty at the end of its time, refused past 55 s, and answered when the server stops [K4]", async (t) => {
  const server = await startTestServer(t);
  const page = `${server.url}/rooms/general/messages`;
  const empty = (await (await fetch(`${page}?after=0&wait=1`)).json()) as { messages: unknown[]; next: string };
  assert.deepEqual([empty.messages, empty.next.slice(-2)], [[], "-0"]);
  assert.equal((await fetch(`${page}?after=0&wait=56`)).status, 400);
  const waiting = fetch(`${page}?after=0&wait=55`);
  // A second request behind the first one: by its answer the first has been read.
  await fetch(`${page}?after=0`);
  const stopping = server.stop();
  assert.equal((await waiting).status, 200);
  await stopping;
});
