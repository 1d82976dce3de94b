import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";
import { test } from "node:test";
import { WebSocket } from "ws";
import { defaultLimits } from "../../src/protocol/limits.ts";
import { createVisitors, placeOf } from "../../src/server/visitors.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";
import { handshake, Wire } from "../support/wire.ts";

const from = (address: string) => ({ headers: { "x-forwarded-for": address } });

test("an address counts as itself, an IPv6 one as its /64, however it is written", () => {
  assert.equal(placeOf("192.0.2.7"), "192.0.2.7");
  assert.equal(placeOf("::ffff:192.0.2.7"), "192.0.2.7");
  for (const same of ["2001:db8:0:1::7", "2001:0DB8::1:0:0:0:9", "2001:db8:0:1:ffff:ffff:ffff:ffff%eth0"]) {
    assert.equal(placeOf(same), "2001:db8:0:1::/64");
  }
  assert.equal(placeOf("::1"), "0:0:0:0::/64");
  assert.equal(placeOf("fe80::1"), "fe80:0:0:0::/64");
});

test("[D2] past --max-per-address further lines of an address behind a trusted proxy get 429, and a place is free once one ends", async (t) => {
  const limits = { ...defaultLimits, maxPerAddress: 2 };
  const { url, log } = await startTestServer(t, { limits, trustProxies: ["loopback"] });
  const address = `${url.replace("http", "ws")}/echo`;
  const connect = async (client: string) => {
    const socket = new WebSocket(address, from(client));
    t.after(() => socket.terminate());
    socket.on("error", () => {});
    const opened = once(socket, "open").then(() => 101);
    const refused = once(socket, "unexpected-response").then(([, { statusCode }]) => Number(statusCode));
    return { socket, status: await Promise.race([opened, refused]) };
  };
  const first = await connect("2001:db8::1");
  const stream = await fetch(`${url}/rooms/general/events`, from("2001:db8::2"));
  assert.deepEqual([first.status, stream.status], [101, 200], "streams count as lines do");
  assert.equal((await connect("2001:db8::3")).status, 429);
  const refused = await fetch(`${url}/healthz`, from("2001:db8::4"));
  assert.deepEqual([refused.status, ((await refused.json()) as { code: string }).code], [429, "too_many_connections"]);
  assert.equal((await connect("2001:db8:0:1::1")).status, 101, "another network");
  assert.match(log.lines.join(), /too_many_connections/);
  const closed = once(first.socket, "close");
  first.socket.close();
  await closed;
  assert.equal((await connect("2001:db8::5")).status, 101);
  await stream.body?.cancel();
});

for (const [what, last] of [
  ["an Upgrade", handshake("/echo")],
  ["a CONNECT", "CONNECT localhost:1 HTTP/1.1\r\nHost: localhost\r\n\r\n"],
] as const) {
  test(`[B1] what was asked before ${what} on a connection that is gone takes no place of its address`, async (t) => {
    const limits = { ...defaultLimits, maxPerAddress: 2 };
    const { url, ports } = await startTestServer(t, { limits, trustProxies: ["loopback"] });
    const ask = async () => (await fetch(`${url}/healthz`, from("192.0.2.1"))).status;
    const wire = await Wire.connect(t, ports[0] ?? 0);
    const events = "GET /events HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n";
    wire.send(events + events + last);
    while (!wire.isOver && (await ask()) !== 429);
    wire.socket.resetAndDestroy();
    while ((await ask()) !== 200);
    const stream = await fetch(`${url}/events`, from("192.0.2.1"));
    while ((await ask()) !== 200);
    await stream.body?.cancel();
  });
}

test("[B1] [D8] over TCP an address has so many lines and no more, one that is banned none, and this machine any number", () => {
  const isBanned = (place: string) => place === "203.0.113.9";
  const visitors = createVisitors({ trustProxies: [], maxPerAddress: 2, isBanned });
  const enter = (remoteAddress: string) => visitors.enterFrom({ remoteAddress } as Socket);
  const codeOf = (entered: ReturnType<typeof enter>) => (entered.ok ? "in" : entered.error.code);
  const first = enter("203.0.113.7");
  const others = ["203.0.113.7", "::ffff:203.0.113.7", "203.0.113.8", "203.0.113.9", "::1", "::1", "::1"];
  assert.deepEqual(
    others.map((address) => codeOf(enter(address))),
    ["in", "too_many_connections", "in", "banned", "in", "in", "in"],
  );
  if (first.ok) first.value();
  assert.equal(codeOf(enter("203.0.113.7")), "in");
});

test("[D2] X-Forwarded-For counts only from a configured proxy: else all that comes through it is one address", async (t) => {
  const limits = { ...defaultLimits, maxPerAddress: 1 };
  const { url } = await startTestServer(t, { limits });
  const stream = await fetch(`${url}/events`, from("192.0.2.1"));
  assert.equal(stream.status, 200);
  assert.equal((await fetch(`${url}/healthz`, from("192.0.2.2"))).status, 429);
  for (let index = 0; index < 3; index++)
    assert.equal((await fetch(`${url}/healthz`)).status, 200, "this machine has no bound");
  await stream.body?.cancel();
});

test("[B1] guests of one address have ten times the rate of one together, however many tokens they take; who has a kept name is not one", async (t) => {
  const limits = { ...defaultLimits, sendRate: 0.1, sendBurst: 1 };
  const { url } = await startTestServer(t, { limits, trustProxies: ["loopback"] });
  const hello = async () =>
    (await (await fetch(`${url}/api/v1/hello`, { method: "POST", body: "{}" })).json()) as { token: string };
  const post = async (address: string, { token }: { token: string }) => {
    const headers = { ...from(address).headers, authorization: `Bearer ${token}` };
    const { status } = await fetch(`${url}/rooms/general/messages`, { method: "POST", body: "สวัสดี", headers });
    return status;
  };
  const owner = await RawClient.join(t, url, { name: "Оля" });
  owner.send({ type: "claim", passphrase: "коти люблять молоко" });
  await owner.next("welcome");
  const statuses: number[] = [];
  for (let guest = 0; guest < 12; guest++) statuses.push(await post("192.0.2.1", await hello()));
  assert.deepEqual(statuses, [...Array(10).fill(201), 429, 429]);
  assert.equal(await post("192.0.2.1", owner.welcome), 201);
  assert.equal(await post("192.0.2.2", await hello()), 201);
  const member = await RawClient.connect(t, url, from("192.0.2.1"));
  member.send({ type: "hello", token: (await hello()).token });
  member.send({ type: "join" });
  await member.next("joined");
  member.send({ type: "message", text: "я теж" });
  assert.equal((await member.next("error")).code, "rate_limited");
});

test("a post past the rate gets 429 with Retry-After, by the address that a trusted proxy tells, or by the token", async (t) => {
  const limits = { ...defaultLimits, sendRate: 1, sendBurst: 1 };
  const { url } = await startTestServer(t, { limits, trustProxies: ["127.0.0.0/8", "::1"] });
  const hello = async () =>
    (await (await fetch(`${url}/api/v1/hello`, { method: "POST", body: "{}" })).json()) as { token: string };
  const [ann, bob] = [await hello(), await hello()];
  const post = async (headers: Record<string, string>) => {
    const answer = await fetch(`${url}/rooms/general/messages`, { method: "POST", body: "สวัสดี", headers });
    return [answer.status, answer.headers.get("retry-after"), ((await answer.json()) as { code?: string }).code];
  };
  const created = [201, null, undefined];
  const refused = [429, "1", "rate_limited"];
  assert.deepEqual(await post(from("192.0.2.1").headers), created);
  assert.deepEqual(await post(from("192.0.2.1").headers), refused);
  assert.deepEqual(await post(from("192.0.2.2").headers), created);
  const bearer = ({ token }: { token: string }, address: string) => ({
    ...from(address).headers,
    authorization: `Bearer ${token}`,
  });
  assert.deepEqual(await post(bearer(ann, "192.0.2.3")), created);
  assert.deepEqual(await post(bearer(ann, "192.0.2.4")), refused);
  assert.deepEqual(await post(bearer(bob, "192.0.2.3")), created);
});
