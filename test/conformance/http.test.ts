import assert from "node:assert/strict";
import { channel } from "node:diagnostics_channel";
import type { Server } from "node:http";
import { type TestContext, test } from "node:test";
import { startTestServer } from "../support/server.ts";
import { handshake, Wire } from "../support/wire.ts";

const post = "POST /rooms/general/messages HTTP/1.1\r\nHost: localhost\r\n";
/** What must never be taken for a request of its own. */
const smuggled = `${post}Content-Length: 8\r\n\r\nsmuggled`;
const none = "0\r\n\r\n";
const farewell = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

interface Outcome {
  /** The status of every answer, in order. */
  readonly statuses: readonly number[];
  readonly stored?: readonly string[];
  /** The server hangs up by itself. */
  readonly closes?: boolean;
}

const refusedAs = (status: number): Outcome => ({ statuses: [status], closes: true });
const bad = refusedAs(400);

/** A server, and what each exchange with it came to. */
async function startHttp(t: TestContext) {
  const server = await startTestServer(t);
  const port = server.ports[0] ?? 0;
  let read = 0;
  return async (what: string, request: string, { statuses, stored = [], closes = false }: Outcome) => {
    const wire = await Wire.connect(t, port);
    wire.send(Buffer.from(closes ? request : request + farewell, "latin1"));
    await wire.ended;
    const answers = [...wire.received.toString("latin1").matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) =>
      Number(status),
    );
    assert.deepEqual(answers, closes ? statuses : [...statuses, 200], what);
    const answer = await fetch(`${server.url}/rooms/general/messages?after=${read}`);
    const { messages } = (await answer.json()) as { messages: { seq: number; text: string }[] };
    read = messages.at(-1)?.seq ?? read;
    assert.deepEqual(
      messages.map(({ text }) => text),
      stored,
      what,
    );
  };
}

type Row = readonly [what: string, request: string, outcome: Outcome];

const lengths: readonly Row[] = [
  [
    "Content-Length and Transfer-Encoding",
    `${post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n${none}${smuggled}`,
    bad,
  ],
  [
    "Transfer-Encoding and Content-Length",
    `${post}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n${none}${smuggled}`,
    bad,
  ],
  ["two Content-Lengths alike", `${post}Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi`, bad],
  ["two Content-Lengths", `${post}Content-Length: 2\r\nContent-Length: 0\r\n\r\nhi${smuggled}`, bad],
  ...["2, 2", "+2", "-1", "0x2", "2.0", "1 2", "", "18446744073709551618", "٢"].map(
    (length): Row => [`a Content-Length of «${length}»`, `${post}Content-Length: ${length}\r\n\r\nhi${smuggled}`, bad],
  ),
  ["a space before Content-Length's colon", `${post}Content-Length : 2\r\n\r\nhi`, bad],
  ["a space before Content-Length", `${post} Content-Length: 2\r\n\r\nhi`, bad],
];

const encodings: readonly Row[] = [
  ...[
    "xchunked",
    "chunked, identity",
    "identity",
    '"chunked"',
    "\x0bchunked",
    "chunked\x00",
    "\r\n chunked",
    "chunked, chunked",
  ].map(
    (coding): Row => [
      `a Transfer-Encoding of ${JSON.stringify(coding)}`,
      `${post}Transfer-Encoding: ${coding}\r\n\r\n${none}${smuggled}`,
      bad,
    ],
  ),
  [
    "two Transfer-Encodings",
    `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n${none}${smuggled}`,
    bad,
  ],
  ["a space before Transfer-Encoding's colon", `${post}Transfer-Encoding : chunked\r\n\r\n${none}${smuggled}`, bad],
  ["a space before Transfer-Encoding", `${post} Transfer-Encoding: chunked\r\n\r\n${none}${smuggled}`, bad],
  ["Transfer-Encoding behind a bare CR", `${post}X: x\rTransfer-Encoding: chunked\r\n\r\n${none}${smuggled}`, bad],
  ["Transfer-Encoding behind a bare LF", `${post}X: x\nTransfer-Encoding: chunked\r\n\r\n${none}${smuggled}`, bad],
  [
    "chunks over HTTP/1.0",
    `${post.replace("1.1", "1.0")}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n${none}${smuggled}`,
    { statuses: [201], stored: ["hi"], closes: true },
  ],
  ["chunks", `${post}Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nhi\r\n${none}`, { statuses: [201], stored: ["hi"] }],
  [
    "a body coded in another way as well",
    `${post}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nhi\r\n${none}`,
    { statuses: [400] },
  ],
];

const chunked = `${post}Transfer-Encoding: chunked\r\n\r\n`;
const chunks: readonly Row[] = [
  ...["10000000000000002", "-2", "0x2", "2 ", "", "2;\nxx", `2;${"x".repeat(20_000)}`].map(
    (size): Row => [`a chunk of size «${size.slice(0, 20)}»`, `${chunked}${size}\r\nhi\r\n${none}${smuggled}`, bad],
  ),
  ["a chunk longer than it says", `${chunked}1\r\nhi\r\n${none}${smuggled}`, bad],
  ["a chunk without its end", `${chunked}2\r\nhiXX${none}${smuggled}`, bad],
  ["chunks with bare LFs", `${chunked}2\nhi\n0\n\n${smuggled}`, bad],
  ["a length among the trailers", `${chunked}2\r\nhi\r\n0\r\nContent-Length: 5\r\n\r\n${smuggled}`, bad],
];

const heads: readonly Row[] = [
  ["a folded line", `${post}X: a\r\n b\r\nContent-Length: 2\r\n\r\nhi`, bad],
  ["bare LFs for line ends", `${post}Content-Length: 2\r\n\r\nhi`.replaceAll("\r\n", "\n"), bad],
  ["a bare LF at the end of the head", `${post}Content-Length: 2\r\n\nhi`, bad],
  ["a CR and no LF at the end of the head", `${post}Content-Length: 2\r\n\rX: y\r\n\r\nhi`, bad],
  ["a NUL in a value", `${post}X: a\0b\r\nContent-Length: 2\r\n\r\nhi`, bad],
  ["a NUL in a name", `${post}X\0: b\r\nContent-Length: 2\r\n\r\nhi`, bad],
  ["a NUL in the target", "GET /rooms/gen\0eral/messages HTTP/1.1\r\nHost: localhost\r\n\r\n", bad],
  ["a line without a colon", `${post}Nonsense\r\nContent-Length: 2\r\n\r\nhi`, bad],
  ["a line without a name", `${post}: x\r\nContent-Length: 2\r\n\r\nhi`, bad],
  ["a version of its own", "GET /healthz HTTP/1.2\r\nHost: localhost\r\n\r\n", bad],
  ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", bad],
  ["the beginning of TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", bad],
  ["bytes past ASCII in the target", "GET /rooms/\xe1/messages HTTP/1.1\r\nHost: localhost\r\n\r\n", bad],
  ["17,000 bytes of header", `${post}X: ${"x".repeat(17_000)}\r\n\r\n`, refusedAs(431)],
  [
    "2,001 headers before Host",
    `GET /healthz HTTP/1.1\r\n${"x:\r\n".repeat(2_001)}Host: localhost\r\n\r\n`,
    refusedAs(431),
  ],
  [
    "2,001 headers before a page's Origin",
    `${post}${"x:\r\n".repeat(2_001)}Origin: http://evil.example\r\n\r\n`,
    refusedAs(431),
  ],
  ["a target of 17,000 bytes", `GET /${"x".repeat(17_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, refusedAs(431)],
  [
    "a target of 10,000 bytes",
    `GET /rooms/${"x".repeat(10_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    { statuses: [400] },
  ],
  [
    "names that every object has",
    `${post}__proto__: x\r\nconstructor: y\r\nContent-Length: 2\r\n\r\nhi`,
    { statuses: [201], stored: ["hi"] },
  ],
  ["a NUL in the body", `${post}Content-Length: 3\r\n\r\na\0b`, { statuses: [201], stored: ["a\0b"] }],
];

const targets: readonly Row[] = [
  [
    "the full address of another host",
    `${post.replace("/rooms", "http://evil.example/rooms")}Content-Length: 2\r\n\r\nhi`,
    { statuses: [403] },
  ],
  [
    "the full address of another host behind a user",
    `${post.replace("/rooms", "http://localhost@evil.example/rooms")}Content-Length: 2\r\n\r\nhi`,
    { statuses: [400] },
  ],
  [
    "the full address of this host",
    `${post.replace("/rooms", "http://localhost/rooms")}Content-Length: 2\r\n\r\nhi`,
    { statuses: [201], stored: ["hi"] },
  ],
  [
    "two slashes and another host",
    "GET //evil.example/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    { statuses: [400] },
  ],
  ["a way up", "GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", { statuses: [400] }],
  ["an encoded way up", "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", { statuses: [400] }],
  ["bad percent-encoding", "GET /rooms/%zz/messages HTTP/1.1\r\nHost: localhost\r\n\r\n", { statuses: [400] }],
  ["an encoded NUL", "GET /rooms/%00/messages HTTP/1.1\r\nHost: localhost\r\n\r\n", { statuses: [400] }],
  ["a tunnel", "CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", { statuses: [], closes: true }],
  ["no slash", "GET healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", bad],
];

const sequences: readonly Row[] = [
  [
    "a whole request and then none",
    `${post}Content-Length: 2\r\n\r\nhi\0\0\0\0`,
    { statuses: [201, 400], stored: ["hi"], closes: true },
  ],
  ["a whole request that is the last, and more", `${farewell}${smuggled}`, { statuses: [200], closes: true }],
  [
    "a body that its request does not need",
    `GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    { statuses: [200] },
  ],
  [
    "a body that goes wrong after its refusal",
    `${chunked.replace("localhost", "evil.example")}zz\r\n${smuggled}`,
    { statuses: [403], closes: true },
  ],
];

for (const [group, rows] of Object.entries({ lengths, encodings, chunks, heads, targets, sequences })) {
  test(`[B2] [RFC 9112] ${group}: one answer each, hung up on where nobody can know where a request ends, and nothing smuggled`, async (t) => {
    const holds = await startHttp(t);
    for (const row of rows) await holds(...row);
  });
}

test("[D1] [D2] a Host that a rebound name would send is refused, to a request and to a handshake", async (t) => {
  const server = await startTestServer(t);
  const rebound: readonly (readonly [host: string, status: number])[] = [
    ["evil.example", 403],
    [`evil.example:${server.ports[0]}`, 403],
    ["localhost.evil.example", 403],
    ["127.0.0.1.evil.example", 403],
    ["xn--lcalhost-54a", 403],
    ["localhost@evil.example", 400],
    ["localhost:80@evil.example", 400],
    ["localhost, evil.example", 400],
    ["localhost/evil.example", 400],
    ["[::1].evil.example", 400],
    ["[::1", 400],
    ["localhost:99999", 400],
    ["%", 400],
    ["", 400],
  ];
  const twice = "Host: localhost\r\nHost: evil.example";
  const requests: readonly (readonly [head: string, status: number])[] = [
    ...rebound.map(([host, status]) => [`Host: ${host}`, status] as const),
    [twice, 400],
    ["X: y", 400],
  ];
  for (const [host, status] of requests) {
    for (const request of [`${post}Content-Length: 2\r\n\r\nhi`, handshake("/ws"), handshake("/")]) {
      const wire = await Wire.connect(t, server.ports[0] ?? 0);
      wire.send(request.replace("Host: localhost", host));
      const line = await wire.until((received) => /^.*\r\n/.exec(received.toString())?.[0]);
      assert.match(line ?? "", new RegExp(`^HTTP/1\\.1 ${status} `), `${host}: ${request}`);
      wire.socket.destroy();
    }
  }
  const { messages } = (await (await fetch(`${server.url}/rooms/general/messages`)).json()) as { messages: unknown[] };
  assert.deepEqual(messages, []);
});

test("[RFC 9112 §9.3.2] answers come in the order of their requests, also where a later one is an Upgrade", async (t) => {
  const server = await startTestServer(t);
  const wire = await Wire.connect(t, server.ports[0] ?? 0);
  wire.send(`GET /rooms/general/messages?after=0&wait=55 HTTP/1.1\r\nHost: localhost\r\n\r\n${handshake("/ws")}`);
  // Asked for later, and on another connection: by then the first has been read.
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  await fetch(`${server.url}/rooms/general/messages`, { method: "POST", body: "ну ось" });
  const statuses = await wire.until((received) => {
    const found = [...received.toString().matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status);
    return found.length === 2 ? found : undefined;
  });
  assert.deepEqual(statuses, ["200", "404"]);
});

test("[B2] a stream that is under way is not broken into by an answer to what follows its request", async (t) => {
  const server = await startTestServer(t);
  const wire = await Wire.connect(t, server.ports[0] ?? 0);
  wire.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await wire.until((received) => (received.includes("retry:") ? true : undefined));
  wire.send("\0\0\0\0");
  await fetch(`${server.url}/rooms/general/messages`, { method: "POST", body: "ยังอยู่" });
  await wire.until((received) => (received.includes("ยังอยู่") ? true : undefined));
  assert.equal(wire.received.toString().match(/HTTP\/1\.1/g)?.length, 1);
  wire.socket.destroy();
});

test("request heads have 10 s, whole requests 30 s, and idle connections longer than the 60 s of a proxy [B2]", async (t) => {
  const { url } = await startTestServer(t);
  const served = new Promise<Server>((resolve) => {
    const started = channel("http.server.request.start");
    const take = (message: unknown) => resolve((message as { server: Server }).server);
    started.subscribe(take);
    t.after(() => started.unsubscribe(take));
  });
  const answer = await fetch(`${url}/healthz`);
  assert.equal(answer.headers.get("keep-alive"), "timeout=75");
  const { headersTimeout, requestTimeout } = await served;
  assert.deepEqual({ headersTimeout, requestTimeout }, { headersTimeout: 10_000, requestTimeout: 30_000 });
});
