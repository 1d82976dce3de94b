import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { errorStatus } from "../../src/protocol/codes.ts";
import { RawClient } from "../support/client.ts";
import { readMetrics } from "../support/metrics.ts";
import { startServerProcess } from "../support/process.ts";
import { startTestServer, temporaryFolder } from "../support/server.ts";
import { TcpClient } from "../support/tcp-client.ts";
import { TextClient } from "../support/text-client.ts";

/** Reads a room as server-sent events; what comes is passed over. */
async function listen(t: TestContext, url: string): Promise<void> {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const { body } = await fetch(`${url}/events`, { signal: stop.signal });
  // The first block says that its place in the room is taken.
  await body?.getReader().read();
}

const post = (url: string, body: string, room = "general") =>
  fetch(`${url}/rooms/${encodeURIComponent(room)}/messages`, { method: "POST", body });

test("every message is counted under its gateway, as stored, and once for each member who was handed it", async (t) => {
  const server = await startTestServer(t, { tcpPort: 0, tcpEchoPort: 0 });
  const { url } = server;
  const ann = await RawClient.join(t, url, { name: "Ann" });
  const device = await TcpClient.join(t, server.tcpPort);
  await listen(t, url);

  // Three readers: Ann herself, the device, the stream.
  for (const said of ["สวัสดีชาวห้อง", "Привіт 👋", "שלום"]) await ann.say(said);
  let seen = await readMetrics(url);
  assert.equal(seen('parlance_messages_received_total{gateway="native"}'), 3);
  assert.equal(seen("parlance_messages_stored_total"), 3);
  assert.equal(seen("parlance_deliveries_total"), 9);

  // Who types a line does not read it again.
  device.send("из прибора\n");
  await ann.next("message");
  while ((await ann.next("message")).text !== "из прибора");
  seen = await readMetrics(url);
  assert.equal(seen('parlance_messages_received_total{gateway="tcp_chat"}'), 1);
  assert.equal(seen("parlance_deliveries_total"), 11);

  assert.equal((await post(url, "curl")).status, 201);
  const id = "0123456789abcdef";
  await ann.say("once", { id });
  assert.equal((await ann.say("once", { id })).dup, true);
  seen = await readMetrics(url);
  assert.equal(seen('parlance_messages_received_total{gateway="post"}'), 1);
  assert.equal(seen('parlance_messages_received_total{gateway="native"}'), 5);
  assert.equal(seen("parlance_messages_stored_total"), 6);
  assert.equal(seen("parlance_messages_repeated_total"), 1);
  assert.equal(seen("parlance_deliveries_total"), 17);
  assert.equal(seen("parlance_messages_waiting"), 0);
  assert.equal(seen("parlance_commit_failures_total"), 0);
  const commits = seen("parlance_commit_seconds_count") ?? 0;
  assert.ok(commits >= 1 && commits <= 7, `${commits} commits`);
  assert.ok((seen("parlance_commit_seconds_sum") ?? 0) > 0);
});

test("what is open is counted under its gateway, from its coming to its end", async (t) => {
  const server = await startTestServer(t, { tcpPort: 0, tcpEchoPort: 0 });
  const { url } = server;
  await RawClient.join(t, url, { name: "Олена", room: "кухня" });
  const byHand = await TextClient.connect(t, url, "/");
  const open = async () => {
    const seen = await readMetrics(url);
    return (gateway: string) => seen(`parlance_connections{gateway="${gateway}"}`);
  };
  assert.equal((await open())("plain_text"), 1);
  byHand.send('{"type":"join","name":"สมชาย"}');
  await byHand.next();
  await TextClient.connect(t, url, "/ws");
  await TextClient.connect(t, url, encodeURI("/chat/кухня"));
  await TextClient.connect(t, url, "/echo");
  await TcpClient.join(t, server.tcpPort);
  const echo = await TcpClient.connect(t, server.tcpEchoPort);
  echo.send("there?\n");
  await echo.line();
  await listen(t, url);
  const poll = new AbortController();
  t.after(() => poll.abort());
  const waiting = fetch(`${url}/rooms/general/messages?after=0&wait=50`, { signal: poll.signal });
  waiting.catch(() => {});
  let count = await open();
  while (count("poll") === 0) count = await open();
  for (const gateway of [
    "native",
    "json_by_hand",
    "open_text",
    "room_text",
    "ws_echo",
    "tcp_chat",
    "tcp_echo",
    "sse",
  ]) {
    assert.equal(count(gateway), 1, gateway);
  }
  assert.equal(count("plain_text"), 0);
  // The reading itself.
  assert.equal(count("http"), 1);
  const seen = await readMetrics(url);
  assert.equal(seen("parlance_rooms_open"), 2);
  // Ann, who joined by hand, open text, room text and TCP; listeners are nobody.
  assert.equal(seen("parlance_users"), 5);

  byHand.socket.close(1000);
  poll.abort();
  while (count("json_by_hand") !== 0 || count("poll") !== 0) count = await open();
  assert.equal(count("native"), 1);
});

test("every refusal is counted by its code and gateway, also where the client is told nothing", async (t) => {
  const server = await startTestServer(t);
  const { url } = server;
  const host = `localhost:${server.ports[0]}`;
  const ann = await RawClient.join(t, url, { name: "Ann" });
  ann.send({ type: "message", text: " " });
  assert.equal((await ann.next("error")).code, "empty");
  const open = await TextClient.connect(t, url, "/ws");
  open.send("   ");
  open.send("слышно?");
  await open.next();
  assert.equal((await post(url, "x", "a b")).status, 400);
  assert.equal((await fetch(`${url}/nowhere`)).status, 404);
  assert.equal((await fetch(`${url}/rooms/none/messages`)).status, 404);
  assert.equal((await ask(server.ports[0], "/%zz", { Host: host })).status, 400);
  assert.equal((await ask(server.ports[0], "/", { Host: "evil.example" })).status, 403);
  assert.equal((await TextClient.refusal(url, "/nowhere")).status, 404);
  assert.equal((await TextClient.refusal(url, "/chat/a%20b")).status, 400);
  const seen = await readMetrics(url);
  const refusals = (code: string, gateway: string) =>
    seen(`parlance_refusals_total{code="${code}",gateway="${gateway}"}`);
  assert.equal(refusals("empty", "native"), 1);
  assert.equal(refusals("empty", "open_text"), 1);
  assert.equal(refusals("bad_room", "post"), 1);
  assert.equal(refusals("not_found", "http"), 2);
  assert.equal(refusals("no_such_room", "poll"), 1);
  assert.equal(refusals("bad_frame", "http"), 1);
  assert.equal(refusals("forbidden_host", "http"), 1);
  assert.equal(refusals("bad_room", "room_text"), 1);
});

test("[D6] a stranger without the key is counted; /metrics asks for no key of a program on this machine", async (t) => {
  const server = await startTestServer(t, { accessKey: "ключ от кухни", tcpPort: 0 });
  const { url } = server;
  const device = await TcpClient.connect(t, server.tcpPort);
  device.send("/key no\n");
  await device.ended;
  assert.equal((await post(url, "let me in")).status, 401);
  assert.equal((await fetch(url, { headers: { Accept: "text/html" } })).status, 401);
  assert.equal((await TextClient.refusal(url, "/ws?key=wrong")).status, 401);
  const seen = await readMetrics(url);
  for (const gateway of ["tcp_chat", "post", "http", "open_text"]) {
    assert.equal(seen(`parlance_refusals_total{code="key_required",gateway="${gateway}"}`), 1, gateway);
  }
});

test("a line that the server ends is counted by the reason, once", async (t) => {
  const { url } = await startTestServer(t);
  const client = await RawClient.connect(t, url);
  for (let sent = 0; sent < 7; sent++) client.send("no frame");
  assert.equal(await client.closed, 4000);
  const seen = await readMetrics(url);
  assert.equal(seen('parlance_closes_total{reason="not_this_protocol"}'), 1);
});

/** A request with exactly these headers, to the loopback address. */
function ask(port: number | undefined, path: string, headers: Record<string, string>, method = "GET") {
  return new Promise<{ status: number; body: string; type: string }>((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path, method, headers, setHost: false }, async (answer) =>
      resolve({
        status: answer.statusCode ?? 0,
        body: await text(answer),
        type: answer.headers["content-type"] ?? "",
      }),
    );
    asked.on("error", reject).end();
  });
}

const token = "mF_9.B5f-4.1JqM+/==";

test("[D1] /metrics is for programs on this machine, and elsewhere for who has the token", async (t) => {
  const closed = await startTestServer(t);
  const open = await startTestServer(t, { metricsToken: token });
  const here = { Host: "localhost" };
  const bearer = { Authorization: `Bearer ${token}` };
  const cases: readonly (readonly [string, Record<string, string>, closed: number, open: number])[] = [
    ["this machine", here, 200, 200],
    ["this machine by its address", { Host: "127.0.0.1" }, 200, 200],
    ["a page of this machine", { ...here, Origin: "http://localhost:3000" }, 403, 403],
    ["a page of another site", { ...here, Origin: "https://evil.example" }, 403, 403],
    ["a page that hides its origin", { ...here, "Sec-Fetch-Site": "same-origin" }, 403, 403],
    ["a proxy on this machine", { ...here, "X-Forwarded-For": "203.0.113.7" }, 403, 403],
    ["another proxy", { ...here, Forwarded: "for=203.0.113.7" }, 403, 403],
    ["an address that is not loopback", { Host: "192.168.1.7" }, 403, 403],
    ["a rebound name", { Host: "evil.example" }, 403, 403],
    ["a rebound name with the token", { Host: "evil.example", ...bearer }, 403, 403],
    ["a proxy with the token", { ...here, "X-Forwarded-For": "203.0.113.7", ...bearer }, 403, 200],
    ["another address with the token", { Host: "192.168.1.7", ...bearer }, 403, 200],
    ["a part of the token", { Host: "192.168.1.7", Authorization: `Bearer ${token.slice(0, -1)}` }, 403, 403],
    ["an empty token", { Host: "192.168.1.7", Authorization: "Bearer " }, 403, 403],
    ["the token as a password", { Host: "192.168.1.7", Authorization: `Basic ${btoa(`x:${token}`)}` }, 403, 403],
  ];
  for (const [who, headers, ...statuses] of cases) {
    for (const [index, server] of [closed, open].entries()) {
      const answer = await ask(server.ports[0], "/metrics", headers);
      assert.equal(answer.status, statuses[index], `${who}, ${index === 0 ? "without" : "with"} --metrics-token`);
      if (answer.status === 200) assert.match(answer.type, /^text\/plain; version=0\.0\.4/);
      else assert.match(answer.type, /^application\/problem\+json/, who);
      if (answer.status !== 200) assert.doesNotMatch(answer.body, /parlance_/);
    }
  }
  const nobody = await ask(open.ports[0], "/metrics", { Host: "192.168.1.7" }, "HEAD");
  assert.equal(nobody.status, 403);
  assert.doesNotMatch(open.log.lines.join("\n"), /mF_9/);
});

test("what Grafana's dashboard asks for is told by a server, and everything told says what it is", async (t) => {
  const { url } = await startTestServer(t);
  const told = await (await fetch(`${url}/metrics`)).text();
  const types = new Map([...told.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", type = ""]) => [name, type]));
  const helps = new Map([...told.matchAll(/^# HELP (\S+) (.*)$/gm)].map(([, name = "", help = ""]) => [name, help]));
  for (const name of types.keys()) assert.match(helps.get(name) ?? "", /^[A-Z].{10,}$/, name);
  const series = [...types].flatMap(([name, type]) =>
    type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  const file = readFileSync(new URL("../../docs/grafana-dashboard.json", import.meta.url), "utf8");
  const { panels } = JSON.parse(file) as {
    panels: { type: string; title: string; datasource?: { uid: string }; targets?: { expr: string }[] }[];
  };
  const asked = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  assert.ok(asked.length > 20);
  for (const expression of asked) {
    const names = expression.match(/\b(parlance|process|nodejs)_\w+/g) ?? [];
    assert.ok(names.length > 0, expression);
    for (const name of names) assert.ok(series.includes(name), `${name} in ${expression}`);
  }
  for (const { type, datasource, title } of panels) {
    if (type !== "row") assert.match(datasource?.uid ?? "", /^\$\{datasource\}$/, title);
  }
});

test("what OPERATING's alerts ask for is there from a server's start, for a series that begins later hides its first event", async (t) => {
  const { url } = await startTestServer(t);
  const told = await (await fetch(`${url}/metrics`)).text();
  const page = readFileSync(new URL("../../docs/OPERATING.md", import.meta.url), "utf8");
  const alerts = Array.from(page.matchAll(/alert: \w+, expr: '(.*?)'/g), ([, expression = ""]) => expression);
  assert.ok(alerts.length > 5);
  for (const expression of alerts) {
    for (const [, name = "", selector = ""] of expression.matchAll(/\b((?:parlance|process)_\w+)(?:\{(.*?)\})?/g)) {
      assert.match(told, new RegExp(`^(# TYPE )?${name}\\b`, "m"), expression);
      // The job is Prometheus's own.
      const [label] = /\b(?!job)\w+="[^"]*"/.exec(selector) ?? [];
      if (label) assert.ok(told.includes(`\n${name}{${label}} `), `${label} in ${expression}`);
      const [, codes = ""] = /\bcode=~"(.*?)"/.exec(selector) ?? [];
      for (const code of codes.split("|")) assert.ok(code === "" || code in errorStatus, code);
    }
  }
});

test("[D1] where no more files can be opened, all is told to Prometheus, and that none is left", async (t) => {
  if (process.platform !== "linux") return t.skip("NOT RUN: only Linux tells how many files a process has open");
  const prefix = ["/bin/sh", "-c", 'ulimit -n 64; exec "$@"', "sh"];
  const { url } = await startServerProcess(t, temporaryFolder(t), [], { prefix });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const scrape = async () => {
    const [answer] = await once(request(`${url}/metrics`, { agent }).end(), "response");
    return { status: answer.statusCode, report: await text(answer) };
  };
  assert.equal((await scrape()).status, 200);
  // The first one that is turned away finds none left.
  const port = Number(new URL(url).port);
  for (let isFull = false; !isFull; ) {
    const socket = connect(port, "localhost");
    t.after(() => socket.destroy());
    socket.resume();
    await once(socket, "connect");
    isFull = await Promise.race([once(socket, "close").then(() => true), scrape().then(() => false)]);
  }
  const { status, report } = await scrape();
  assert.equal(status, 200, report);
  assert.match(report, /^process_open_fds 64$/m);
  assert.match(report, /^process_max_fds 64$/m);
  assert.match(report, /^process_resident_memory_bytes [1-9]/m);
});
