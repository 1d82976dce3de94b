import assert from "node:assert/strict";
import { after, before, type TestContext, test } from "node:test";
import { defaultLimits, type Limits } from "../../src/protocol/limits.ts";
import { startTestServer } from "../support/server.ts";
import { clientFrame, closePayload, opcodes, RawWebSocket } from "../support/wire.ts";
import type { Exchange, Speech } from "./exchange.ts";
import { frameCases, maxFrame } from "./rfc6455-frames.ts";
import { payloadCases } from "./rfc6455-payloads.ts";

interface Door {
  readonly name: string;
  readonly path: string;
  /** What is said before anything else. */
  readonly greeting?: string;
  readonly prefix?: string;
  readonly suffix?: string;
  /** What stands before an echoed text; a door without it leads into a room. */
  readonly echo?: string;
}

const json = { prefix: '{"type":"message","text":"', suffix: '"}', greeting: '{"type":"join"}' };
const doors: readonly Door[] = [
  { name: "native", path: "/api/v1/ws", ...json },
  { name: "plain text", path: "/" },
  { name: "JSON by hand", path: "/", ...json },
  { name: "open text", path: "/ws" },
  { name: "room text", path: "/chat/general" },
  { name: "echo", path: "/echo", echo: "Server answers: " },
];

function speechAt({ prefix = "", suffix = "", echo }: Door): Speech {
  return {
    say: (content) => Buffer.concat([Buffer.from(prefix), Buffer.from(content), Buffer.from(suffix)]),
    ofLength: (bytes) => "x".repeat(bytes - prefix.length - suffix.length),
    readsBinary: echo !== undefined,
  };
}

/** One gateway, with a server of its own, so that what its room heard came from here. */
class Place {
  readonly door: Door;
  readonly #url: string;
  readonly #port: number;
  #read = 0;

  constructor(door: Door, { url, ports }: { url: string; ports: readonly number[] }) {
    this.door = door;
    this.#url = url;
    this.#port = ports[0] ?? 0;
  }

  async holds(t: TestContext, exchange: Exchange): Promise<void> {
    const { door } = this;
    const line = await RawWebSocket.open(t, this.#port, door.path);
    if (door.greeting !== undefined) line.wire.send(clientFrame(opcodes.text, door.greeting));
    for (const piece of exchange.send) line.wire.send(piece);
    if (exchange.close === undefined) await staysOpen(line, exchange);
    else await closes(line, exchange.close);
    const heard = door.echo === undefined ? await this.#news(exchange.heard?.length ?? 0) : echoed(line, door.echo);
    assert.deepEqual(heard, exchange.heard ?? [], `${door.name} hears what was said`);
  }

  /** What the room has heard since the last time: waits for as much as there should be, and sees what else there is. */
  async #news(count: number): Promise<string[]> {
    const texts: string[] = [];
    do {
      const wait = texts.length < count ? "&wait=5" : "";
      const answer = await fetch(`${this.#url}/rooms/general/messages?after=${this.#read}${wait}`);
      const { messages } = (await answer.json()) as { messages: { seq: number; text: string }[] };
      if (messages.length === 0 && wait) break;
      texts.push(...messages.map(({ text }) => text));
      this.#read = messages.at(-1)?.seq ?? this.#read;
    } while (texts.length < count);
    return texts;
  }
}

async function staysOpen(line: RawWebSocket, { pongs = [] }: Exchange): Promise<void> {
  line.wire.send(clientFrame(opcodes.ping, "still here?"));
  const answer = await line.nextWhere(
    ({ opcode, payload }) => opcode === opcodes.pong && payload.toString() === "still here?",
  );
  assert.ok(answer, `closed with ${line.frames.at(-1)?.payload.toString("hex")}`);
  assert.deepEqual(line.payloads(opcodes.pong).slice(0, -1), pongs);
  line.wire.socket.destroy();
}

async function closes(line: RawWebSocket, code: number | "without a code"): Promise<void> {
  const last = await line.nextWhere(({ opcode }) => opcode === opcodes.close);
  assert.ok(last, "the server says why it closes");
  const told = last.payload.length === 0 ? "without a code" : last.payload.readUInt16BE(0);
  assert.equal(told, code);
  // Only who asked for the end needs no answer.
  line.wire.send(clientFrame(opcodes.close, closePayload(1000)));
  line.wire.socket.end();
  assert.equal(await line.next(), undefined, "nothing follows");
  await line.wire.ended;
}

const echoed = (line: RawWebSocket, words: string) =>
  line.frames.flatMap(({ opcode, payload }) => {
    const text = payload.toString();
    if (opcode === opcodes.binary) return [text];
    return opcode === opcodes.text && text !== words ? [text.slice(words.length)] : [];
  });

/** No bound but the one on frames: a table talks faster than people. */
const limits = {
  ...(Object.fromEntries(Object.keys(defaultLimits).map((name) => [name, 0])) as unknown as Limits),
  maxFrame,
};

let places: readonly Place[] = [];
const cleanups: (() => Promise<unknown>)[] = [];

before(async () => {
  const t = { after: (cleanup: () => Promise<unknown>) => void cleanups.unshift(cleanup) };
  places = await Promise.all(doors.map(async (door) => new Place(door, await startTestServer(t, { limits }))));
});
after(async () => {
  for (const cleanup of cleanups) await cleanup();
});

for (const { rfc, says, exchange } of [...frameCases, ...payloadCases]) {
  test(`[RFC 6455 §${rfc}] on every WebSocket: ${says}`, async (t) => {
    await Promise.all(places.map((place) => place.holds(t, exchange(speechAt(place.door)))));
  });
}

for (const [code, last] of [
  [1000, clientFrame(opcodes.close, closePayload(1000))],
  [1002, clientFrame(opcodes.text, "bare", { isMasked: false })],
] as const) {
  test(`[RFC 6455 §5.5.1] on every WebSocket: nothing follows the Close, ${code}, not even what was about to be said`, async (t) => {
    const { ports } = await startTestServer(t);
    for (const door of doors) {
      const line = await RawWebSocket.open(t, ports[0] ?? 0, door.path);
      const { say } = speechAt(door);
      const greeting = door.greeting === undefined ? [] : [clientFrame(opcodes.text, door.greeting)];
      // Somebody in the room already, who is told at once that this was too long.
      line.wire.send(Buffer.concat([...greeting, clientFrame(opcodes.text, say("first"))]));
      await line.nextWhere(({ opcode, payload }) => opcode === opcodes.text && payload.includes("first"));
      line.wire.send(Buffer.concat([clientFrame(opcodes.text, say("x".repeat(4_097))), last]));
      await closes(line, code);
    }
  });
}

test("[RFC 6455 §5.5.2] on every WebSocket: pings that come in one piece are answered, and past 200 end the line with 4102", async (t) => {
  const { ports } = await startTestServer(t);
  const ping = clientFrame(opcodes.ping);
  for (const { path } of doors) {
    const line = await RawWebSocket.open(t, ports[0] ?? 0, path);
    line.wire.send(Buffer.concat(Array<Buffer>(150).fill(ping)));
    await line.nextWhere(() => line.payloads(opcodes.pong).length === 150);
    assert.equal(line.payloads(opcodes.pong).length, 150);
    line.wire.send(Buffer.concat(Array<Buffer>(150).fill(ping)));
    await closes(line, 4102);
  }
});
