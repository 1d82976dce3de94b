import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as passing } from "node:timers/promises";
import { clientFrame, opcodes, parseFrame, Wire } from "../../support/wire.ts";
import { type Chance, mutate } from "./mutate.ts";
import type { Door, Seed } from "./seeds.ts";

/** What one connection sent, and what came of it. */
export interface Attack {
  readonly inputs: number;
  readonly sent: Buffer;
  /** What was answered, by kind: `HTTP 400`, `close 1002`, `hung up`, `still open` … */
  readonly answers: readonly string[];
  /** What a server must never do, if it did it. */
  readonly violation?: string;
}

/** Where input went wrong, a server may go on waiting for the rest of it: it is not waited for any longer. */
const patienceMs = 300;
/** Said last, so that whoever still understands answers, and is known to have read everything before it. */
const lastRequest = Buffer.from("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
const lastPing = clientFrame(opcodes.ping, "the last");
const lastPong = Buffer.from("\x8a\x08the last", "latin1");
/** Few enough for most of them to be heard: a bad request ends its connection, a bad frame too. */
const mostInputs = { http: 3, tcpChat: 12, tcpEcho: 12, webSocket: 8 };

const documented = new Set([
  ...[100, 101, 200, 201, 204, 206, 302, 304],
  ...[400, 401, 403, 404, 405, 408, 409, 412, 413, 415, 416, 417, 429, 431],
]);

/** Connects, says what was planned in the manner that chance decides, and reads what is answered. */
export async function attack(door: Door, port: number, chance: Chance): Promise<Attack> {
  const isWebSocket = door.openings.length > 0;
  const inputs = 1 + chance.below(mostInputs[isWebSocket ? "webSocket" : door.port]);
  const opening = isWebSocket ? openingOf(door.openings, chance) : Buffer.alloc(0);
  const said = Array.from({ length: inputs }, () => inputOf(door, chance));
  const last = door.port !== "http" ? [] : [isWebSocket ? lastPing : lastRequest];
  const sent = Buffer.concat([opening, ...said, ...last]);
  const wire = new Wire(connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true }));
  const { socket } = wire;
  try {
    await once(socket, "connect");
  } catch (error) {
    return { inputs, sent, answers: ["not let in"], violation: `connecting failed: ${String(error)}` };
  }
  for (const piece of slicesOf(sent, chance)) {
    if (wire.isOver || socket.destroyed) break;
    socket.write(piece);
    if (chance.happens(0.3)) await new Promise((resolve) => setImmediate(resolve));
  }
  if (chance.happens(0.05)) socket.resetAndDestroy();
  else if (door.port !== "http" || chance.happens(0.05)) socket.end();
  const isAnswered = wire.until((received) => (received.includes(lastPong) ? true : undefined));
  await Promise.race([isAnswered, passing(patienceMs, undefined, { ref: false })]);
  const hungUp = wire.isOver;
  socket.destroy();
  return { inputs, sent, ...judge(door, wire.received, sent, hungUp) };
}

/** Mostly right, so that what follows is heard. */
function openingOf(openings: readonly Seed[], chance: Chance): Buffer {
  if (chance.happens(0.8)) return (openings[0] as Seed).bytes;
  const { bytes } = chance.one(openings);
  return chance.happens(0.5) ? bytes : mutate(bytes, chance, () => chance.one(openings).bytes);
}

function inputOf({ inputs, openings }: Door, chance: Chance): Buffer {
  const { bytes } = chance.one(inputs);
  const other = () => chance.one(inputs).bytes;
  if (chance.happens(0.1)) return bytes;
  const request = chance.happens(0.5)
    ? /^(.*Content-Length: )\d+(.*?\r\n\r\n)(.*)$/s.exec(bytes.toString("latin1"))
    : null;
  if (request) return withBody(request, mutate(Buffer.from(request[3] ?? "", "latin1"), chance, other));
  // A frame that is right, about something wrong, gets further than one that is not.
  const frame = openings.length > 0 && chance.happens(0.85) ? textOf(bytes) : undefined;
  if (!frame) return mutate(bytes, chance, other);
  const said = mutate(frame, chance, other);
  // Mostly text still: what is none ends the line.
  return clientFrame(opcodes.text, chance.happens(0.9) ? said.toString() : said);
}

/** A request whose head is right, with another body. */
const withBody = ([, before = "", after = ""]: readonly string[], body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${before}${body.length}${after}`, "latin1"), body]);

/** What a whole masked text frame says. */
function textOf(bytes: Buffer): Buffer | undefined {
  if (bytes[0] !== (0x80 | opcodes.text)) return undefined;
  const lengthBytes = ((bytes[1] ?? 0) & 0x7f) === 126 ? 2 : 0;
  const mask = bytes.subarray(2 + lengthBytes, 6 + lengthBytes);
  return Buffer.from(bytes.subarray(6 + lengthBytes).map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
}

function* slicesOf(bytes: Buffer, chance: Chance): Generator<Buffer> {
  if (chance.happens(0.7)) return yield bytes;
  for (let from = 0; from < bytes.length; ) {
    const to = from + 1 + chance.below(bytes.length);
    yield bytes.subarray(from, to);
    from = to;
  }
}

type Verdict = Pick<Attack, "answers" | "violation">;

function judge(door: Door, received: Buffer, sent: Buffer, hungUp: boolean): Verdict {
  const end = hungUp ? "hung up" : "still open";
  if (door.port === "tcpEcho") {
    const isPrefix = sent.subarray(0, received.length).equals(received);
    return { answers: [end], ...(!isPrefix && { violation: "what came back was not what was sent" }) };
  }
  if (door.port === "tcpChat") return { answers: [received.includes("server :: ") ? `lines, ${end}` : end] };
  const head = received.indexOf("\r\n\r\n");
  const isWebSocket = head !== -1 && received.subarray(0, 12).toString() === "HTTP/1.1 101";
  return isWebSocket ? judgeFrames(received.subarray(head + 4), end) : judgeAnswers(received, end);
}

function judgeAnswers(received: Buffer, end: string): Verdict {
  const statuses = [...received.toString("latin1").matchAll(/HTTP\/1\.1 (\d{3}) [A-Z]/g)].map(([, code]) =>
    Number(code),
  );
  const wrong = statuses.find((status) => !documented.has(status));
  const answers = statuses.length === 0 ? [end] : statuses.map((status) => `HTTP ${status}`);
  return { answers, ...(wrong !== undefined && { violation: `answered ${wrong}` }) };
}

function judgeFrames(received: Buffer, end: string): Verdict {
  try {
    for (let rest = received; ; ) {
      const frame = parseFrame(rest);
      if (!frame) return { answers: [end] };
      if (frame.opcode === opcodes.close) return judgeClose(frame.payload, rest.length > frame.bytes);
      rest = rest.subarray(frame.bytes);
    }
  } catch (error) {
    return { answers: ["a frame that is none"], violation: String(error) };
  }
}

function judgeClose(payload: Buffer, isFollowed: boolean): Verdict {
  const code = payload.length === 0 ? 1005 : payload.readUInt16BE(0);
  // A client's own code comes back to it, if it is one that clients may send.
  const isLawful = code >= 3000 ? code < 5000 : code >= 1000 && code < 1015;
  if (isFollowed) return { answers: [`close ${code}`], violation: `something follows close ${code}` };
  return { answers: [`close ${code}`], ...(!isLawful && { violation: `closed with ${code}` }) };
}
