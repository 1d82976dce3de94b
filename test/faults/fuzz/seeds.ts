import { clientFrame, closePayload, handshake, opcodes } from "../../support/wire.ts";

const { text, binary, close, ping, pong, continuation } = opcodes;

/** What a mutation begins with: right, or of a shape that once brought down a server of this field. */
export interface Seed {
  /** The class of bug that its shape was; none for what is simply right. */
  readonly bug?: string;
  readonly bytes: Buffer;
}

/** A way in, and what is said there. */
export interface Door {
  readonly name: string;
  readonly port: "http" | "tcpChat" | "tcpEcho";
  /** Said once on each connection, before anything else; a handshake, mostly. */
  readonly openings: readonly Seed[];
  readonly inputs: readonly Seed[];
}

const right = (bytes: string | Uint8Array): Seed => ({ bytes: Buffer.from(bytes) });
const once = (bug: string, bytes: string | Uint8Array): Seed => ({ bug, bytes: Buffer.from(bytes) });
const frameOf = (value: unknown) => clientFrame(text, typeof value === "string" ? value : JSON.stringify(value));

/** Shapes of handshakes. */
const shakes = (path: string): readonly Seed[] => [
  right(handshake(path)),
  right(handshake(path)),
  right(handshake(path, { Origin: "http://localhost:3000", "Sec-WebSocket-Protocol": "chat, superchat" })),
  once(
    "names of Object.prototype as extensions (ws before 3.3.1)",
    handshake(path, { "Sec-WebSocket-Extensions": "constructor, __proto__; toString=1; toString=2" }),
  ),
  once(
    "quadratic parsing of an unclosed quote (websocket-extensions, CVE-2020-7662)",
    handshake(path, { "Sec-WebSocket-Extensions": `x; y="${"\\x".repeat(2_000)}` }),
  ),
  once(
    "quadratic parsing of spaces between subprotocols (ws, CVE-2021-32640)",
    handshake(path, { "Sec-WebSocket-Protocol": `b${" ".repeat(6_000)}x` }),
  ),
  once(
    "more headers than are kept, so that Upgrade is gone (ws, CVE-2024-37890)",
    handshake(path).replace("\r\n\r\n", `\r\n${"x:\r\n".repeat(1_999)}\r\n`),
  ),
  once("an upgrade to something else, then a reset (engine.io, CVE-2022-41940)", handshake(path, { Upgrade: "h2c" })),
  once("a handshake with a body, which becomes frames", `${handshake(path, { "Content-Length": "5" })}hello`),
  once("a key of no length", handshake(path, { "Sec-WebSocket-Key": "" })),
];

/** Shapes of frames, whatever they say. */
const frames: readonly Seed[] = [
  right(clientFrame(ping, "are you there")),
  right(clientFrame(pong)),
  right(clientFrame(close, closePayload(1000, "ลาก่อน"))),
  right(clientFrame(binary, Buffer.of(0, 1, 2, 255))),
  right(clientFrame(text, "สวัสดี", { isFinal: false })),
  right(clientFrame(continuation, "ครับ")),
  once("a length with the top bit set loops for ever (Tomcat, CVE-2020-13935)", header(2n ** 63n)),
  once("a length that overflows when something is added (gorilla/websocket, CVE-2020-27813)", header(2n ** 63n - 1n)),
  once("memory is taken for the length that a header tells (ws before 1.1.1)", header(2n ** 32n)),
  once("an opcode that nobody handles (ws before 1.0.1)", clientFrame(5, "?")),
  once("a close of one byte", clientFrame(close, Buffer.of(3))),
  once("a reason that is no UTF-8 (engine.io)", clientFrame(close, closePayload(1000, Buffer.of(0xed, 0xa0, 0xbd)))),
  once("text that is no UTF-8 (engine.io, hocuspocus)", clientFrame(text, Buffer.of(0xf0, 0x9f, 0x91))),
  once(
    "a flood of fragments with nothing in them",
    Buffer.concat(Array(70).fill(clientFrame(continuation, "", { isFinal: false }))),
  ),
  once(
    "several frames in one segment overrun a buffer (UnrealIRCd, CVE-2023-50784)",
    Buffer.concat(Array(40).fill(clientFrame(text, "x".repeat(400)))),
  ),
  once(
    "compressed where nobody agreed to compress",
    clientFrame(text, Buffer.of(0xf2, 0x48, 0xcd, 0xc9), { reserved: 4 }),
  ),
];

function header(length: bigint): Buffer {
  return clientFrame(text, "", { length, lengthBytes: 8 });
}

/** Words that were hard on somebody. */
const hardTexts: readonly (readonly [bug: string, text: string])[] = [
  ["clusters that crash a text layout (iOS, 2018)", "జ్ఞా \u0633\u0645\u064e\u0651\u0648\u064f\u0648\u064f"],
  ["a stack of combining marks", `Z${"\u0351\u036b\u0343\u036a".repeat(200)}`],
  ["a name that turns the line round", "\u202egnp.exe\u2066"],
  ["control characters that steer a terminal", "\u001b]0;owned\u0007\u001b[2J\u009b31m"],
  ["a line that forges another", "hi\r\nserver :: Ann left\u2028x\u0085y"],
  ["only what cannot be seen", "\u200b\u2060\ufeff\u00ad"],
  ["families of joined emoji", "👩‍👩‍👧‍👦🏳️‍🌈".repeat(300)],
];

const nativeFrames: readonly Seed[] = [
  ...[
    { type: "hello", name: "Оля", lang: "uk", v: 1 },
    { type: "join", room: "ห้องเรียน", history: 5 },
    { type: "join", since: { epoch: "aaaaaaaaaaaaaaaa", seq: 3 } },
    { type: "message", text: "hi 👋", id: "aaaaaaaaaaaaaaaaaaaaaa", reply_to: "bbbbbbbbbbbbbbbbbbbbbb" },
    { type: "message", room: "general", text: "น้ำ" },
    { type: "edit", target: "aaaaaaaaaaaaaaaaaaaaaa", text: "น้ำ 🦔", id: "eeeeeeeeeeeeeeeeeeeeee" },
    { type: "delete", target: "aaaaaaaaaaaaaaaaaaaaaa" },
    { type: "react", target: "aaaaaaaaaaaaaaaaaaaaaa", emoji: "👩🏽‍🚀", active: false },
    { type: "topic", text: "чай" },
    { type: "rooms", after: "1763595996000-7", limit: 3 },
    { type: "read", seq: 1 },
    { type: "direct", user: "นก" },
    { type: "join", room: `@${"a".repeat(20)}-${"b".repeat(20)}` },
    { type: "typing", active: true },
    { type: "rename", name: "น้อย" },
    { type: "claim", passphrase: "น้ำใจ 🙂 น้ำใจ" },
    { type: "login", name: "น้อย", passphrase: "น้ำใจ 🙂 น้ำใจ" },
    { type: "sessions", ref: "s" },
    { type: "end_session", session: "others" },
    { type: "history", before: 3, limit: 10, ref: "r" },
    { type: "leave" },
    { type: "ping" },
  ].map((frame) => right(frameOf(frame))),
  once(
    "a type that every object has (socket.io-parser, CVE-2023-32695)",
    frameOf('{"type":"constructor","text":{"toString":1}}'),
  ),
  once(
    "a prototype in JSON",
    frameOf('{"__proto__":{"type":"join"},"type":"message","text":"hi","constructor":{"prototype":{"x":1}}}'),
  ),
  once("nesting that overflows a stack", frameOf(`{"type":"message","text":${"[".repeat(5_000)}${"]".repeat(5_000)}}`)),
  once("half a surrogate pair (socket.io before 1.5)", frameOf('{"type":"message","text":"\\ud83d","id":"\\udc00"}')),
  once("numbers past what is exact", frameOf('{"type":"history","before":9007199254740993,"limit":1e999,"after":-0}')),
  once(
    "an event of arrays where there should be one of objects (socket.io 2.0.3)",
    frameOf('442["some","data","that","breaks"]'),
  ),
  once("the same key many times", frameOf(`{${'"type":"join",'.repeat(500)}"type":"ping"}`)),
  once("a command about a room that is not there (ergo)", frameOf({ type: "leave", room: "nowhere" })),
  ...hardTexts.flatMap(([bug, said]) => [
    once(bug, frameOf({ type: "message", text: said })),
    once(bug, frameOf({ type: "rename", name: said.slice(0, 30) })),
    once(bug, frameOf({ type: "topic", text: said })),
    once(bug, frameOf({ type: "react", target: "aaaaaaaaaaaaaaaaaaaaaa", emoji: said })),
  ]),
];

const textFrames: readonly Seed[] = [
  ...["hello", "สวัสดี", "Привіт 👋", '{"type":"jo', "/name x", ""].map((said) => right(clientFrame(text, said))),
  ...hardTexts.map(([bug, said]) => once(bug, clientFrame(text, said))),
];

const lines: readonly Seed[] = [
  ...["hello\n", "สวัสดี\r\n", "Привіт", "/name น้อย\n", "/join кухня\n", "//x\n", "exit\n", "\n", "\r\r\n"].map(right),
  once("a browser made to call (XPS, 'freenode 2010')", "POST / HTTP/1.1\r\nHost: localhost:6667\r\n\r\nhello\r\n"),
  once("a line without an end fills the memory (prosody, CVE-2021-32918)", "x".repeat(20_000)),
  once(
    "a packet of another protocol (mosquitto #2163)",
    Buffer.from("101000044d5154540502003c03210014000029020001e000", "hex"),
  ),
  once("an option of telnet left hanging", Buffer.of(0xff, 0xfd, 0x06, 0xff, 0xfa, 0x18, 0xff)),
  once("a code point that never ends", Buffer.of(0xf0, 0x9f)),
  once("a command with nothing to it (ergo #165)", "/name\n/join\n/ \n/\n"),
  ...hardTexts.map(([bug, said]) => once(bug, `${said}\n`)),
];

const host = "Host: localhost\r\n";
const post = `POST /rooms/general/messages HTTP/1.1\r\n${host}`;
const requests: readonly Seed[] = [
  right(`GET /healthz HTTP/1.1\r\n${host}\r\n`),
  right(`GET /rooms/general/messages?after=0&limit=3 HTTP/1.1\r\n${host}\r\n`),
  right(`GET /rooms/general/events?format=text HTTP/1.1\r\n${host}Last-Event-ID: aaaaaaaaaaaaaaaa-1\r\n\r\n`),
  right(`GET /events HTTP/1.1\r\n${host}Accept: text/event-stream\r\n\r\n`),
  right(`GET / HTTP/1.1\r\n${host}Range: bytes=0-10\r\nIf-None-Match: "x"\r\n\r\n`),
  right(`${post}Content-Length: 5\r\n\r\nhello`),
  right(
    `${post}Content-Type: application/json\r\nIdempotency-Key: aaaaaaaaaaaaaaaaaaaaaa\r\nContent-Length: 26\r\n\r\n{"text":"hi","name":"Ann"}`,
  ),
  right(`${post}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 11\r\n\r\ntext=a%20%E`),
  right(`${post}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`),
  right(`PATCH /rooms/general/messages/aaaaaaaaaaaaaaaaaaaaaa HTTP/1.1\r\n${host}Content-Length: 2\r\n\r\nhi`),
  right(`DELETE /rooms/general/messages/aaaaaaaaaaaaaaaaaaaaaa HTTP/1.1\r\n${host}Authorization: Bearer x\r\n\r\n`),
  right(`PUT /rooms/x/messages/aaaaaaaaaaaaaaaa/reactions/%F0%9F%91%8D HTTP/1.1\r\n${host}Content-Length: 0\r\n\r\n`),
  right(`PUT /rooms/general/topic HTTP/1.1\r\n${host}Content-Length: 5\r\n\r\ntopic`),
  right(`POST /api/v1/hello HTTP/1.1\r\n${host}Content-Length: 12\r\n\r\n{"name":"x"}`),
  right(`POST /rooms/%E0%B8%99 HTTP/1.1\r\n${host}Content-Length: 0\r\n\r\n`),
  right(
    `OPTIONS /rooms/x/messages HTTP/1.1\r\n${host}Origin: http://localhost:1\r\nAccess-Control-Request-Method: POST\r\n\r\n`,
  ),
  once(
    "two ways to tell a length (Node, CVE-2022-32214)",
    `${post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET`,
  ),
  once(
    "a coding on a line of its own (Node, CVE-2022-32215)",
    `${post}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`,
  ),
  once("a header behind a bare CR (Node, CVE-2023-30589)", `${post}X: y\rContent-Length: 5\r\n\r\nhello`),
  once(
    "extensions of chunks without an end (Node, CVE-2024-22019)",
    `${post}Transfer-Encoding: chunked\r\n\r\n1;${"x".repeat(8_000)}\r\n`,
  ),
  once("a space before a header (Node, CVE-2024-27982)", `${post} Content-Length: 5\r\n\r\nhello`),
  once("__proto__ as a header", `${post}__proto__: x\r\nconstructor: y\r\nContent-Length: 2\r\n\r\nhi`),
  once(
    "a content type that cannot be parsed (Fastify, CVE-2022-39288)",
    `${post}Content-Type: ;;;=\t"\r\nContent-Length: 2\r\n\r\nhi`,
  ),
  once(
    "a content type behind a tab (Fastify, CVE-2026-25223)",
    `${post}Content-Type: application/json\ta\r\nContent-Length: 2\r\n\r\n{}`,
  ),
  once(
    "JSON promised and not sent (Fastify #5148)",
    `${post}Content-Type: application/json\r\nContent-Length: 0\r\n\r\n`,
  ),
  once("percent-encoding cut short (hapi #4368)", `GET /rooms/%E0%B8/messages?after=%7 HTTP/1.1\r\n${host}\r\n`),
  once("a way out of the folder", `GET /%2e%2e/..%2f..%5c..//etc/passwd HTTP/1.1\r\n${host}\r\n`),
  once(
    "a reset in the middle of an upgrade (socket.io #3564)",
    `HEAD / HTTP/1.1\r\n${host}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n`,
  ),
  once(
    "an import of nobody's",
    `POST /api/v1/import/x HTTP/1.1\r\n${host}Content-Length: 33\r\n\r\n{"messages":[{"id":1},null,[[]]]}`,
  ),
];

const webSocket = (name: string, path: string, more: readonly Seed[], first: readonly Buffer[] = []): Door => ({
  name,
  port: "http",
  openings: shakes(path).map(({ bytes, ...seed }) => ({ ...seed, bytes: Buffer.concat([bytes, ...first]) })),
  // What says something is more often wanted than what ends the line.
  inputs: [...frames, ...more, ...more, ...more],
});
const join = frameOf({ type: "join" });

/** Every gateway, with what its kind of server has been brought down by. */
export const doors: readonly Door[] = [
  webSocket("native", "/api/v1/ws", nativeFrames, [join]),
  webSocket("JSON by hand", "/", nativeFrames, [join]),
  webSocket("plain text", "/", textFrames),
  webSocket("open text", "/ws", textFrames),
  webSocket("room text", "/chat/general", textFrames),
  webSocket("echo", "/echo", textFrames),
  { name: "TCP chat", port: "tcpChat", openings: [], inputs: lines },
  { name: "TCP echo", port: "tcpEcho", openings: [], inputs: lines },
  { name: "HTTP", port: "http", openings: [], inputs: requests },
];
