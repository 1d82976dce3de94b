import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";
import { handshake, Wire } from "../support/wire.ts";

interface Page {
  epoch: string;
  head: number;
  messages: { seq: number; text: string; user: { name: string } }[];
  next: string;
  more: boolean;
  reset: boolean;
}

const post = (
  url: string,
  room: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) => fetch(`${url}/rooms/${encodeURIComponent(room)}/messages`, { method: "POST", body, headers });

async function read(url: string, room: string, query = ""): Promise<Page> {
  return (await (await fetch(`${url}/rooms/${encodeURIComponent(room)}/messages${query}`)).json()) as Page;
}

const form = { "Content-Type": "application/x-www-form-urlencoded" };
const json = { "Content-Type": "application/json" };

test("a body is the text as it stands, also where curl calls it a form, unless it begins with text=", async (t) => {
  const { url } = await startTestServer(t);
  const bodies: readonly (readonly [string, Record<string, string>, string])[] = [
    ["C++ is 100% & more", form, "C++ is 100% & more"],
    ["text=a%20b+c", form, "a b c"],
    ["text=%EF%BF%BD 100%", form, "\ufffd 100%"],
    ["plain", { "Content-Encoding": "identity" }, "plain"],
    ["привіт", { "Content-Type": "text/plain" }, "привіт"],
    ["สวัสดี", {}, "สวัสดี"],
    ['{"text":"js"}', json, "js"],
    ['{"not":"parsed"}', { "Content-Type": "text/plain" }, '{"not":"parsed"}'],
  ];
  for (const [body, headers] of bodies) assert.equal((await post(url, "кухня", body, headers)).status, 201);
  const { messages } = await read(url, "Кухня");
  assert.deepEqual(
    messages.map(({ text }) => text),
    bodies.map(([, , text]) => text),
  );
  assert.match(messages[0]?.user.name ?? "", /^user_[a-z]{6}\d{2}$/);
});

test("a post is from its name, from its token's owner, or refused while another uses the name", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url, { name: "Ann" });
  const authorization = { Authorization: `Bearer ${ann.welcome.token}` };
  assert.equal((await post(url, "general", "by token", authorization)).status, 201);
  const message = await ann.next("message");
  assert.deepEqual(message.user, ann.welcome.user);
  assert.equal((await post(url, "general", '{"text":"by name","name":"Bob"}', json)).status, 201);
  assert.equal((await ann.next("message")).user.name, "Bob");
  const taken = await post(url, "general", '{"text":"not me","name":"ANN"}', json);
  assert.equal(taken.status, 409);
  assert.match(taken.headers.get("content-type") ?? "", /^application\/problem\+json/);
  const problem = (await taken.json()) as { code: string; suggestion: string };
  assert.deepEqual([problem.code, problem.suggestion], ["name_taken", "ANN2"]);
});

test("what cannot be posted is refused by name, and makes no room", async (t) => {
  const { url } = await startTestServer(t);
  const refusals: readonly (readonly [Promise<Response>, number, string])[] = [
    [post(url, "../x", "hi"), 400, "bad_room"],
    [post(url, "a b", "hi"), 400, "bad_room"],
    [post(url, "empty", " \n"), 400, "empty"],
    [post(url, "json", "{", json), 400, "bad_json"],
    [post(url, "json", "[]", json), 400, "bad_frame"],
    [post(url, "json", "{}", { "Content-Type": "nonsense" }), 400, "bad_frame"],
    [post(url, "json", '{"text":5}', json), 400, "bad_frame"],
    [post(url, "json", '{"__proto__":{"text":"hi"}}', json), 400, "bad_frame"],
    [post(url, "json", '{"text":"hi","name":"a\\u0000b"}', json), 400, "bad_name"],
    [post(url, "bytes", new Uint8Array([0xff, 0xfe, 0x41])), 400, "bad_text"],
    [post(url, "bytes", "text=caf%E9", form), 400, "bad_text"],
    [post(url, "bytes", gzipSync("hi"), { "Content-Encoding": "gzip" }), 400, "bad_frame"],
    [post(url, "key", "hi", { "Idempotency-Key": "short" }), 400, "bad_id"],
    [post(url, "long", "x".repeat(4097)), 413, "too_long"],
    [post(url, "large", "x".repeat(70_000)), 413, "too_large"],
    [fetch(`${url}/rooms/nobody/messages`), 404, "no_such_room"],
    [fetch(`${url}/rooms/nobody/messages?limit=1001`), 400, "bad_frame"],
    [fetch(`${url}/rooms/nobody/messages?after=x`), 400, "bad_frame"],
    [fetch(`${url}/rooms/%ff/messages`), 400, "bad_frame"],
    [fetch(`${url}/nothing/here`), 404, "not_found"],
  ];
  for (const [answer, status, code] of refusals) {
    const { status: got, body } = await answer.then(async (response) => ({
      status: response.status,
      body: (await response.json()) as { code: string; detail: string },
    }));
    assert.deepEqual([got, body.code], [status, code]);
    assert.ok(body.detail.length > 10 && !/\{\w+\}/.test(body.detail), body.detail);
  }
  for (const room of ["empty", "json", "bytes", "key", "long", "large"]) {
    assert.equal((await fetch(`${url}/rooms/${room}/messages`)).status, 404);
  }
});

test("what in a request is not what it should be is told by its own name", async (t) => {
  const { url, ports } = await startTestServer(t);
  const told = async (answer: Promise<Response>) => ((await (await answer).json()) as { detail: string }).detail;
  const detail = (field: string) => `The field “${field}” is missing or is not what it should be.`;
  const coded = post(url, "general", gzipSync("hi"), { "Content-Encoding": "gzip" });
  assert.equal(await told(coded), detail("Content-Encoding"));
  const parts = new FormData();
  parts.set("text", "hi");
  assert.equal(
    await told(fetch(`${url}/rooms/general/messages`, { method: "POST", body: parts })),
    detail("Content-Type"),
  );
  assert.deepEqual((await read(url, "general")).messages, []);
  assert.equal(await told(fetch(`${url}/events`, { headers: { "Last-Event-ID": "x" } })), detail("Last-Event-ID"));
  assert.equal(await told(fetch(`${url}/events?since=x`)), detail("since"));
  // As many WebSocket libraries send an address that nobody has percent-encoded.
  for (const request of [handshake("/chat/кухня"), "GET /rooms/кухня/messages HTTP/1.1\r\nHost: localhost\r\n\r\n"]) {
    const wire = await Wire.connect(t, ports[0] ?? 0);
    wire.send(request);
    await wire.ended;
    const [head = "", body = ""] = wire.received.toString().split("\r\n\r\n");
    assert.match(head, /^HTTP\/1\.1 400 .*content-type: application\/problem\+json/s);
    assert.match(head, new RegExp(`content-length: ${Buffer.byteLength(body)}$`, "m"));
    assert.equal(JSON.parse(body).detail, detail("URL"));
  }
});

test("a body past the bound of its route is refused with that bound", async (t) => {
  const { ports } = await startTestServer(t, { accessKey: "open-sesame" });
  for (const [path, bound, told] of [
    ["/rooms/general/messages", 64 * 1024, "65,536"],
    ["/api/v1/import/general", 8 * 1024 * 1024, "8,388,608"],
    ["/api/v1/key", 16 * 1024, "16,384"],
  ] as const) {
    const wire = await Wire.connect(t, ports[0] ?? 0);
    const head = `Host: localhost\r\nAuthorization: Bearer open-sesame\r\nContent-Length: ${bound + 1}`;
    wire.send(`POST ${path} HTTP/1.1\r\n${head}\r\n\r\n`);
    const answer = await wire.until(
      (received) => /^HTTP\/1\.1 (\d+).*"detail":"([^"]*)"/s.exec(received.toString()) ?? undefined,
    );
    assert.deepEqual(answer?.slice(1), ["413", `This is too large: at most ${told} bytes.`], path);
  }
});

test("a room is read by pages in both directions; next goes on where a page ended", async (t) => {
  const { url } = await startTestServer(t);
  for (let index = 1; index <= 7; index++) await post(url, "general", `m${index}`);
  const seqs = ({ messages }: Page) => messages.map(({ seq }) => seq);
  const last = await read(url, "general", "?limit=3");
  assert.deepEqual([seqs(last), last.more, last.head, last.next], [[5, 6, 7], true, 7, `${last.epoch}-7`]);
  assert.deepEqual(seqs(await read(url, "general", "?limit=3&before=5")), [2, 3, 4]);
  const first = await read(url, "general", "?after=0&limit=4");
  assert.deepEqual([seqs(first), first.more, first.next], [[1, 2, 3, 4], true, `${first.epoch}-4`]);
  const second = await read(url, "general", `?after=${first.next}&limit=4`);
  assert.deepEqual([seqs(second), second.more], [[5, 6, 7], false]);
  const nothing = await read(url, "general", `?after=${second.next}`);
  assert.deepEqual([seqs(nothing), nothing.next, nothing.reset], [[], second.next, false]);
});

test("[L4] a cursor of another life of the log, or from beyond its end, is answered by the last page and reset: true", async (t) => {
  const { url } = await startTestServer(t);
  for (let index = 1; index <= 3; index++) await post(url, "general", `m${index}`);
  for (const after of ["aaaaaaaaaaaaaaaa-1", "4"]) {
    const page = await read(url, "general", `?after=${after}`);
    assert.deepEqual([page.messages.length, page.reset, page.next], [3, true, `${page.epoch}-3`]);
  }
});

test("a request tells its errors in the language it accepts", async (t) => {
  const { url } = await startTestServer(t, { lang: "uk" });
  const detail = async (language?: string) => {
    const headers = language ? { "Accept-Language": language } : {};
    const answer = await fetch(`${url}/rooms/none/messages`, { headers });
    return ((await answer.json()) as { detail: string }).detail;
  };
  assert.equal(await detail(), "Такої кімнати немає.");
  assert.equal(await detail("de, th;q=0.9, en;q=0.8"), "ไม่มีห้องนี้");
});

test("health: alive and ready", async (t) => {
  const { url } = await startTestServer(t);
  assert.deepEqual(await (await fetch(`${url}/healthz`)).json(), { status: "ok" });
  assert.deepEqual(await (await fetch(`${url}/readyz`)).json(), { status: "ready" });
});

test("[B1] nobody is waited for who hung up while their poll was looked up", async (t) => {
  const { url } = await startTestServer(t);
  const { port, host } = new URL(url);
  await post(url, "r", "first");
  for (let polls = 0; polls < 50; polls++) {
    const socket = connect(Number(port), "127.0.0.1");
    socket.on("error", () => {});
    const request = `GET /rooms/r/messages?after=1&wait=55 HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    await new Promise<void>((resolve) => {
      socket.write(request, () => setImmediate(resolve));
    });
    socket.resetAndDestroy();
  }
  // Asked after them, so that it is answered after each was looked up.
  await (await fetch(`${url}/rooms/r/messages`)).text();
  const isHeld = async () => !(await (await fetch(`${url}/metrics`)).text()).includes("parlance_rooms_open 0\n");
  let held = await isHeld();
  for (let looks = 0; held && looks < 100; looks++) {
    await sleep(20);
    held = await isHeld();
  }
  assert.ok(!held, "the room is still held open for them");
});
