import assert from "node:assert/strict";
import { test } from "node:test";
import { startTestServer } from "../support/server.ts";
import { clientFrame, exampleAccept, handshake, opcodes, Wire } from "../support/wire.ts";

const paths = ["/api/v1/ws", "/", "/ws", "/chat/general", "/echo"];

type Shake = readonly [rfc: string, says: string, request: (path: string) => string];

const lowerCased = (path: string) => handshake(path).replace(/^[\w-]+(?=:)/gm, (name) => name.toLowerCase());

const agreed: readonly Shake[] = [
  ["4.2.1", "as the RFC has it", (path) => handshake(path)],
  ["4.2.1", "with names in lower case", lowerCased],
  ["4.2.1", "with values in other case", (path) => handshake(path, { Upgrade: "WebSocket", Connection: "uPgRaDe" })],
  ["4.2.1", "with keep-alive beside Upgrade", (path) => handshake(path, { Connection: "keep-alive, Upgrade" })],
  [
    "9.1",
    "that offers extensions",
    (path) =>
      handshake(path, { "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits, constructor; x=1" }),
  ],
  ["4.2.1", "for a whole address", (path) => handshake(`http://localhost${path}`)],
  ["4.2.1", "that says that it has no body", (path) => handshake(path, { "Content-Length": "0" })],
];

for (const [rfc, says, request] of agreed) {
  test(`[RFC 6455 §${rfc}] on every WebSocket: a handshake ${says} is agreed to, and nothing more than was asked`, async (t) => {
    const { ports } = await startTestServer(t);
    for (const path of paths) {
      const wire = await Wire.connect(t, ports[0] ?? 0);
      wire.send(request(path));
      const head = await headOf(wire);
      const [status, ...fields] = head.trimEnd().split("\r\n");
      assert.equal(status, "HTTP/1.1 101 Switching Protocols");
      assert.deepEqual(fields.map((field) => field.toLowerCase()).toSorted(), [
        "connection: upgrade",
        `sec-websocket-accept: ${exampleAccept.toLowerCase()}`,
        "upgrade: websocket",
      ]);
      assert.ok(head.includes(exampleAccept));
      wire.socket.destroy();
    }
  });
}

const refused: readonly (readonly [...Shake, status: number])[] = [
  ["4.2.1", "without a key", (path) => handshake(path, { "Sec-WebSocket-Key": undefined }), 400],
  ["4.2.1", "with an empty key", (path) => handshake(path, { "Sec-WebSocket-Key": "" }), 400],
  ["4.2.1", "with a key of 15 bytes", (path) => handshake(path, { "Sec-WebSocket-Key": "A".repeat(20) }), 400],
  ["4.2.1", "with a key that is not base64", (path) => handshake(path, { "Sec-WebSocket-Key": "!".repeat(24) }), 400],
  ["11.3.1", "with two keys", (path) => handshake(path).replace(/Sec-WebSocket-Key: .*\r\n/, "$&$&"), 400],
  ["4.4", "of version 12", (path) => handshake(path, { "Sec-WebSocket-Version": "12" }), 400],
  ["4.4", "without a version", (path) => handshake(path, { "Sec-WebSocket-Version": undefined }), 400],
  ["4.4", "of a version that is no number", (path) => handshake(path, { "Sec-WebSocket-Version": "13, 12" }), 400],
  ["4.2.1", "by POST", (path) => handshake(path).replace("GET", "POST"), 405],
  ["4.2.1", "without a Host", (path) => handshake(path, { Host: undefined }), 400],
  [
    "11.3.4",
    "with subprotocols that are no tokens",
    (path) => handshake(path, { "Sec-WebSocket-Protocol": `chat, b${" ".repeat(5_000)}x` }),
    400,
  ],
];

for (const [rfc, says, request, status] of refused) {
  test(`[RFC 6455 §${rfc}] on every WebSocket: a handshake ${says} is refused with ${status}, and what follows it is not read`, async (t) => {
    const { ports, url } = await startTestServer(t);
    for (const path of paths) {
      const wire = await Wire.connect(t, ports[0] ?? 0);
      const words = path === "/api/v1/ws" ? '{"type":"join","room":"general"}' : "smuggled";
      wire.send(
        Buffer.concat([Buffer.from(request(path)), clientFrame(opcodes.text, words), Buffer.from(handshake(path))]),
      );
      await wire.ended;
      const answer = wire.received.toString();
      assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1, answer);
      assert.ok(answer.startsWith(`HTTP/1.1 ${status} `), answer);
      if (rfc === "4.4") assert.match(answer, /^Sec-WebSocket-Version: 13\b/m);
    }
    assert.deepEqual(await said(url), []);
  });
}

/** What is no handshake at all is the plain request that it also is: RFC 9110 §7.8 lets a server pass over an Upgrade. */
const plain: readonly Shake[] = [
  ["4.2.1", "without Upgrade", (path) => handshake(path, { Upgrade: undefined })],
  ["4.2.1", "without Connection", (path) => handshake(path, { Connection: undefined })],
  ["4.2.1", "over HTTP/1.0", (path) => handshake(path).replace("HTTP/1.1", "HTTP/1.0")],
  [
    "4.2.1",
    "that offers h2c, as curl and Java do",
    (path) =>
      handshake(path, {
        Upgrade: "h2c",
        Connection: "Upgrade, HTTP2-Settings",
        "HTTP2-Settings": "AAMAAABkAAQCAAAAAAIAAAAA",
      }),
  ],
  ["4.2.1", "with a body", (path) => `${handshake(path, { "Content-Length": "5" })}hello`],
  [
    "4.2.1",
    "with a chunked body",
    (path) => `${handshake(path, { "Transfer-Encoding": "chunked" })}5\r\nhello\r\n0\r\n\r\n`,
  ],
];

for (const [rfc, says, request] of plain) {
  test(`[RFC 6455 §${rfc}] a request ${says} is no handshake, and is answered as the plain request that it is`, async (t) => {
    const { ports } = await startTestServer(t);
    for (const [path, status] of [
      ["/healthz", 200],
      ["/ws", 404],
      ["/echo", 404],
    ] as const) {
      const wire = await Wire.connect(t, ports[0] ?? 0);
      wire.send(request(path));
      assert.match(await headOf(wire), new RegExp(`^HTTP/1\\.1 ${status} `));
      wire.socket.destroy();
    }
  });
}

test("[RFC 6455 §4.2.1] a message may be posted with an Upgrade to h2c beside it", async (t) => {
  const { ports, url } = await startTestServer(t);
  const wire = await Wire.connect(t, ports[0] ?? 0);
  const head =
    "POST /rooms/general/messages HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n";
  wire.send(`${head}HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\nContent-Length: 6\r\n\r\nпри`);
  assert.match(await headOf(wire), /^HTTP\/1\.1 201 /);
  assert.deepEqual(await said(url), ["при"]);
});

async function headOf(wire: Wire): Promise<string> {
  const end = await wire.until((received) => {
    const at = received.indexOf("\r\n\r\n");
    return at === -1 ? undefined : at + 4;
  });
  return wire.received.subarray(0, end).toString();
}

async function said(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/rooms/general/messages`);
  return ((await answer.json()) as { messages: { text: string }[] }).messages.map(({ text }) => text);
}
