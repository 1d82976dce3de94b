import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { WebSocket } from "ws";
import { startTestServer } from "../support/server.ts";

/** A plain request with exactly these headers, to the loopback address. */
function ask(url: string, headers: Record<string, string>, { path = "/healthz", method = "GET" } = {}) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>((resolve, reject) => {
    const { port } = new URL(url);
    const asked = request({ host: "127.0.0.1", port, path, method, headers, setHost: false }, async (answer) =>
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) }),
    );
    asked.on("error", reject).end();
  });
}

/** The status of a WebSocket handshake with these headers: 101 when it is let in. */
function shakeHands(url: string, headers: Record<string, string>, path = "/api/v1/ws"): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace("http", "ws").replace("localhost", "127.0.0.1")}${path}`, { headers });
    socket.on("open", () => {
      socket.terminate();
      resolve(101);
    });
    socket.on("unexpected-response", (_request, answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    socket.on("error", reject);
  });
}

test("[D1] a Host is an IP address, localhost, or one that was allowed; any other is 403", async (t) => {
  const server = await startTestServer(t, { allowHosts: ["chat.example.org"] });
  const port = server.ports[0];
  const cases: readonly (readonly [string, number])[] = [
    [`localhost:${port}`, 200],
    [`127.0.0.1:${port}`, 200],
    [`[::1]:${port}`, 200],
    ["192.168.1.7", 200],
    ["chat.example.org", 200],
    ["CHAT.example.org.", 200],
    ["evil.example", 403],
    ["localhost.evil.example", 403],
    ["127.0.0.1.evil.example", 403],
    ["a b", 400],
  ];
  for (const [host, status] of cases) {
    assert.equal((await ask(server.url, { Host: host })).status, status, host);
    if (status !== 400) assert.equal(await shakeHands(server.url, { Host: host }), status === 200 ? 101 : status, host);
  }
  assert.ok(server.log.lines.some((line) => line.includes("--allow-host evil.example")));
});

test("[D1] a page's Origin is the host's own, on this machine any port of localhost, or one that was allowed", async (t) => {
  const server = await startTestServer(t, { allowOrigins: ["https://intranet.example", "null"] });
  const host = `localhost:${server.ports[0]}`;
  const cases: readonly (readonly [string, boolean])[] = [
    [`http://${host}`, true],
    ["http://localhost:3000", true],
    ["http://127.0.0.1:5173", true],
    ["http://[::1]:5173", true],
    ["https://intranet.example", true],
    ["null", true],
    ["https://evil.example", false],
    ["http://localhost.evil.example", false],
    ["http://intranet.example", false],
    ["chrome-extension://abcdef", false],
    ["nonsense", false],
  ];
  for (const [origin, allowed] of cases) {
    const answer = await ask(server.url, { Host: host, Origin: origin });
    assert.equal(answer.status, allowed ? 200 : 403, origin);
    assert.equal(answer.headers["access-control-allow-origin"], allowed ? origin : undefined, origin);
    assert.equal(await shakeHands(server.url, { Host: host, Origin: origin }), allowed ? 101 : 403, origin);
    const posted = await ask(server.url, { Host: host, Origin: origin }, { path: "/rooms/x/messages", method: "POST" });
    assert.equal(posted.status, allowed ? 400 : 403, origin);
    // Which a page could not read of a 429 otherwise.
    assert.equal(posted.headers["access-control-expose-headers"], allowed ? "Retry-After" : undefined, origin);
  }
  assert.ok(server.log.lines.some((line) => line.includes("--allow-origin https://evil.example")));
});

test("[D1] behind a proxy that ends TLS a Host may name its port, which an Origin leaves out", async (t) => {
  const { url } = await startTestServer(t, { allowHosts: ["chat.example.org"] });
  const cases: readonly (readonly [host: string, origin: string, status: number])[] = [
    ["chat.example.org", "https://chat.example.org", 200],
    ["chat.example.org:443", "https://chat.example.org", 200],
    ["chat.example.org:443", "http://chat.example.org", 403],
    ["chat.example.org:443", "https://chat.example.org:8443", 403],
    ["chat.example.org:8443", "https://chat.example.org", 403],
  ];
  for (const [host, origin, status] of cases) {
    assert.equal((await ask(url, { Host: host, Origin: origin })).status, status, `${origin} at ${host}`);
    assert.equal(await shakeHands(url, { Host: host, Origin: origin }), status === 200 ? 101 : status);
  }
});

test("[D1] [B1] an import from elsewhere is refused before any of its body is read", async (t) => {
  const { ports } = await startTestServer(t);
  const socket = connect(ports[0] ?? 0, "127.0.0.1");
  t.after(() => socket.destroy());
  const head = "POST /api/v1/import/old HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 192.0.2.7\r\n";
  socket.write(`${head}Content-Length: 8000000\r\n\r\n`);
  const [answer] = await once(socket, "data");
  assert.match(String(answer), /^HTTP\/1\.1 403 /);
});

test("[D1] from another site without an Origin only a navigation to the page is let in", async (t) => {
  const { url, ports } = await startTestServer(t);
  const headers = { Host: `localhost:${ports[0]}`, "Sec-Fetch-Site": "cross-site" };
  assert.equal((await ask(url, headers)).status, 403);
  assert.equal((await ask(url, { ...headers, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe" })).status, 403);
  assert.equal(
    (await ask(url, { ...headers, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" })).status,
    200,
  );
});

const changes = [
  ["PATCH", "/rooms/general/messages/no-such-message-1"],
  ["DELETE", "/rooms/general/messages/no-such-message-1"],
  ["PUT", "/rooms/general/messages/no-such-message-1/reactions/%F0%9F%91%8D"],
  ["DELETE", "/rooms/general/messages/no-such-message-1/reactions/%F0%9F%91%8D"],
  ["PUT", "/rooms/general/topic"],
] as const;

test("[D1] an allowed page may ask before it posts or changes anything (CORS preflight)", async (t) => {
  const { url, ports } = await startTestServer(t);
  for (const [method, path] of [["POST", "/rooms/general/messages"], ...changes]) {
    const headers = {
      Host: `localhost:${ports[0]}`,
      Origin: "http://localhost:3000",
      "Access-Control-Request-Method": method,
    };
    const answer = await ask(url, headers, { method: "OPTIONS", path });
    assert.equal(answer.status, 204);
    assert.match(String(answer.headers["access-control-allow-methods"]), new RegExp(`\\b${method}\\b`));
    assert.match(String(answer.headers["access-control-allow-headers"]), /Idempotency-Key/);
  }
});

test("[D1] a foreign page changes nothing, whatever it says of itself", async (t) => {
  const { url, ports } = await startTestServer(t);
  const Host = `localhost:${ports[0]}`;
  for (const [method, path] of changes) {
    for (const foreign of [{ Origin: "https://evil.example" }, { "Sec-Fetch-Site": "cross-site" }]) {
      const { status, body } = await ask(url, { Host, ...foreign } as Record<string, string>, { method, path });
      assert.deepEqual([status, (JSON.parse(body) as { code: string }).code], [403, "forbidden_origin"], method);
    }
    assert.equal((await ask(url, { Host }, { method, path })).status, 401, "a program is asked for its token");
  }
});

test("[D2] two Host headers, or none, are 400", async (t) => {
  const { ports } = await startTestServer(t);
  for (const hosts of ["Host: localhost\r\nHost: evil.example\r\n", ""]) {
    const socket = connect(ports[0] ?? 0, "127.0.0.1");
    socket.end(`GET /healthz HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`);
    assert.match(await text(socket), /^HTTP\/1\.1 400 /);
  }
});

test("[D3] the page and every answer have the headers that keep foreign code out, and none that need TLS", async (t) => {
  const { url } = await startTestServer(t);
  for (const path of ["/", "/r/general", "/healthz", "/rooms/none/messages", "/nothing"]) {
    const { headers } = await fetch(url + path);
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self'(;|$)/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe|upgrade-insecure/);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
    assert.equal(headers.get("strict-transport-security"), null);
  }
});

test("a WebSocket on an unknown path is refused with 404", async (t) => {
  const { url } = await startTestServer(t);
  assert.equal(await shakeHands(url, {}, "/api/v9/ws"), 404);
});

test("[B2] what is not HTTP, or breaks off in the handshake, ends nothing but itself", async (t) => {
  const { url, ports } = await startTestServer(t);
  for (const bytes of ["\u0000\u0001\u0002\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "hello\n"]) {
    const socket = connect(ports[0] ?? 0, "127.0.0.1");
    socket.end(bytes);
    assert.match(await text(socket), /^HTTP\/1\.1 400 /);
  }
  for (let index = 0; index < 20; index++) {
    const socket = connect(ports[0] ?? 0, "127.0.0.1");
    await new Promise<void>((resolve) =>
      socket.write("GET /api/v1/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n", () => resolve()),
    );
    socket.resetAndDestroy();
  }
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
});
