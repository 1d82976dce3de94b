import assert from "node:assert/strict";
import { createServer, request, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server as Listener } from "node:net";
import { type TestContext, test } from "node:test";
import { checks, examine, type Finding } from "../../src/ops/doctor.ts";
import { Target } from "../../src/ops/probe.ts";
import { startTestServer } from "../support/server.ts";

type Server = Awaited<ReturnType<typeof startTestServer>>;

async function findings(server: Server, url = server.url): Promise<Map<string, Finding>> {
  const { tcpPort = 1, tcpEchoPort = 1 } = server;
  const found = new Map<string, Finding>();
  const target = new Target({ url: new URL(url), room: "parlance-doctor", tcpPort, tcpEchoPort });
  for await (const finding of examine(target)) found.set(finding.check, finding);
  return found;
}

const troubles = (found: Map<string, Finding>) =>
  [...found.values()].flatMap((finding) => (finding.ok ? [] : [`${finding.check}: ${finding.trouble.kind}`]));

/** Opens a free port of this machine until the test ends. */
async function portOf(t: TestContext, listener: Listener): Promise<number> {
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  t.after(() => listener.close());
  return (listener.address() as AddressInfo).port;
}

/**
 * A proxy that passes requests on, but no upgrade, as one that was set up carelessly does; what `spoils` answers, it
 * answers by itself.
 */
async function carelessProxy(
  t: TestContext,
  server: Server,
  spoils: (url: string, answer: ServerResponse) => boolean = () => false,
): Promise<string> {
  const proxy = createServer((incoming, answer) => {
    if (spoils(incoming.url ?? "", answer)) return;
    const onward = request(
      `${server.url}${incoming.url}`,
      { method: incoming.method, headers: incoming.headers },
      (answered) => {
        answer.writeHead(answered.statusCode ?? 502, answered.headers);
        answered.pipe(answer);
      },
    );
    answer.on("close", () => onward.destroy());
    onward.on("error", () => answer.destroy());
    incoming.pipe(onward);
  });
  proxy.on("upgrade", (_request, socket) => socket.end("HTTP/1.1 501 Not Implemented\r\nConnection: close\r\n\r\n"));
  t.after(() => proxy.closeAllConnections());
  return `http://127.0.0.1:${await portOf(t, proxy)}`;
}

test("the doctor finds every gateway of a sound server working, each with its latency", async (t) => {
  const found = await findings(await startTestServer(t, { tcpPort: 0, tcpEchoPort: 0 }));
  assert.deepEqual([...found.keys()], [...checks]);
  assert.deepEqual(troubles(found), []);
});

test("the doctor tells what does not get through a proxy that passes on no upgrades, and what does", async (t) => {
  const server = await startTestServer(t, { tcpPort: 0, tcpEchoPort: 0 });
  const found = await findings(server, await carelessProxy(t, server));
  assert.deepEqual(
    troubles(found),
    ["native", "plain", "room_text", "open_text", "echo"].map((check) => `${check}: upgrade_blocked`),
  );
});

test("the doctor tells what breaks behind a proxy that cuts what takes long, and looks at the rest", async (t) => {
  const server = await startTestServer(t, { tcpPort: 0, tcpEchoPort: 0 });
  const url = await carelessProxy(t, server, (asked, answer) => {
    if (asked.includes("wait=")) answer.writeHead(504).end();
    else if (asked.endsWith("/events")) answer.writeHead(200).write("retry: 3000\n\n", () => answer.destroy());
    else return false;
    return true;
  });
  // What never answers over TCP is waited for meanwhile.
  const mute = createTcpServer((socket) => t.after(() => void socket.resume().destroy()));
  const found = await findings({ ...server, tcpPort: await portOf(t, mute) }, url);
  assert.deepEqual(troubles(found).slice(5), ["events: silent", "poll: refused", "tcp_chat: refused"]);
  assert.equal(found.size, checks.length);
});

test("the doctor tells that another program answers, and looks at the rest", async (t) => {
  const another = createServer((_incoming, answer) => answer.end("<!doctype html>"));
  const found = await findings(await startTestServer(t), `http://127.0.0.1:${await portOf(t, another)}`);
  assert.deepEqual(troubles(found).slice(5), [
    ...["post", "events", "poll", "tcp_chat"].map((check) => `${check}: wrong_answer`),
    "tcp_echo: tcp_closed",
  ]);
});

test("the doctor tells which TCP gateways are off", async (t) => {
  const found = await findings(await startTestServer(t));
  assert.deepEqual(troubles(found), ["tcp_chat: tcp_closed", "tcp_echo: tcp_closed"]);
});

test("[D1] the doctor tells that pages of this address are not let in, and the flag that lets them", async (t) => {
  const server = await startTestServer(t, { allowHosts: ["chat.example"] });
  const proxy = createServer((_incoming, answer) => {
    const headers = { host: "chat.example", origin: "https://elsewhere.example" };
    request(`${server.url}/healthz`, { headers }, (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(answer);
    }).end();
  });
  proxy.listen(0, "127.0.0.1");
  await new Promise((resolve) => proxy.once("listening", resolve));
  t.after(() => proxy.close().closeAllConnections());
  const found = await findings(server, `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  const origin = found.get("http");
  assert.ok(origin && !origin.ok);
  assert.match(String(origin.trouble.params["detail"]), /--allow-origin https:\/\/elsewhere\.example/);
});

test("the doctor says once that the server is at another address, where one leads on to it", async (t) => {
  const server = await startTestServer(t);
  const location = `${server.url}/healthz`;
  const leading = createServer((_incoming, answer) => answer.writeHead(301, { location }).end());
  const found = await findings(server, `http://127.0.0.1:${await portOf(t, leading)}`);
  assert.deepEqual(troubles(found), ["http: unreachable"]);
  const http = found.get("http");
  assert.equal(http?.ok === false && http.trouble.params["detail"], `301: ${location}`);
});

test("the doctor says once that nothing answers", async (t) => {
  const server = await startTestServer(t);
  await server.stop();
  assert.deepEqual(troubles(await findings(server)), ["http: unreachable"]);
});
