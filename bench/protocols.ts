import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Child } from "./child.ts";
import type { ServerDuties } from "./servers/subject.ts";

/**
 * What the ways to read a room cost, side by side: the same messages to the same number of readers
 * through each protocol. Every reader is a raw socket, so that all bytes count, headers too, both
 * ways; every message is looked for at every reader, and a run in which one is missing does not stand.
 */

const readers = 50;
const messagesASecond = 10;
const seconds = 10;
/** How often a plain poll asks. */
const pollEveryMs = 1_000;

interface Reader {
  readonly socket: Socket;
  /** When each message was seen first, by its number. */
  readonly seen: Map<number, number>;
  close(): void;
}

type OpenReader = (entrance: { readonly port: number; readonly tcpPort: number }) => Promise<Reader>;

const mark = (number: number) => `message-${String(number).padStart(5, "0")}.`;

/** A socket that notes which messages come in, wherever in the bytes they stand. */
function reader(port: number): Reader & { readonly onText: Set<(text: string) => void> } {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true }).setEncoding("latin1");
  const seen = new Map<number, number>();
  const onText = new Set<(text: string) => void>();
  let rest = "";
  socket.on("data", (text: string) => {
    rest += text;
    for (const [, number = ""] of rest.matchAll(/message-(\d{5})\./g)) {
      if (!seen.has(Number(number))) seen.set(Number(number), performance.now());
    }
    for (const listener of onText) listener(rest);
    rest = rest.slice(-16_384);
  });
  socket.on("error", () => {});
  return { socket, seen, onText, close: () => socket.destroy() };
}

/** Resolves when a text has come in. */
const until = ({ onText }: ReturnType<typeof reader>, expected: string) =>
  new Promise<void>((resolve) => {
    const listener = (text: string) => {
      if (!text.includes(expected)) return;
      onText.delete(listener);
      resolve();
    };
    onText.add(listener);
  });

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

/** A masked text frame. RFC 6455 §5.2; a mask of zeros is one too. */
const textFrame = (text: string) => Buffer.concat([Buffer.of(0x81, 0x80 | text.length, 0, 0, 0, 0), Buffer.from(text)]);

function webSocket(path: string, join?: string): OpenReader {
  return async ({ port }) => {
    const opened = reader(port);
    const upgraded = until(opened, "\r\n\r\n");
    opened.socket.write(
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    );
    await upgraded;
    if (!join) return opened;
    const joined = until(opened, '"type":"history"');
    opened.socket.write(textFrame(join));
    await joined;
    return opened;
  };
}

/** Asks for page after page over one kept connection; at once after an answer, or after a while. */
function polling(wait: string, pauseMs: number): OpenReader {
  return async ({ port }) => {
    const opened = reader(port);
    const path = "/rooms/general/messages?limit=1000";
    let asking = true;
    const ask = async () => {
      let cursor = "";
      let body = "";
      const answered = (text: string) => {
        body = text;
      };
      opened.onText.add(answered);
      while (asking) {
        const next = `"next":"`;
        const before = opened.socket.bytesRead;
        opened.socket.write(get(cursor === "" ? path : `${path}&after=${cursor}${wait}`));
        while (
          asking &&
          (opened.socket.bytesRead === before || !/"next":"[^"]+","more":\w+,"reset":\w+\}$/.test(body))
        ) {
          await once(opened.socket, "data").catch(() => {});
        }
        cursor = body.slice(body.lastIndexOf(next) + next.length).split('"')[0] ?? "";
        if (pauseMs > 0) await sleep(pauseMs);
      }
    };
    void ask();
    return {
      ...opened,
      close() {
        asking = false;
        opened.close();
      },
    };
  };
}

const protocols: Readonly<Record<string, OpenReader>> = {
  "WebSocket, native frames": webSocket("/api/v1/ws", '{"type":"join","history":0}'),
  "WebSocket, plain text": webSocket("/"),
  async "server-sent events"({ port }) {
    const opened = reader(port);
    const begun = until(opened, "retry:");
    opened.socket.write(get("/events"));
    await begun;
    return opened;
  },
  "long poll": polling("&wait=55", 0),
  [`poll, every ${pollEveryMs / 1000} s`]: polling("", pollEveryMs),
  async "TCP chat"({ tcpPort }) {
    const opened = reader(tcpPort);
    await until(opened, "joined");
    return opened;
  },
};

interface Row {
  readonly protocol: string;
  readonly bytes: number;
  readonly cpuMicros: number;
  readonly p50: number;
  readonly p99: number;
}

const percentile = (sorted: readonly number[], part: number) =>
  sorted[Math.ceil(sorted.length * part) - 1] ?? Number.NaN;

async function measure(protocol: string, open: OpenReader): Promise<Row> {
  await using server = new Child<ServerDuties>("./servers/parlance.ts");
  const { port } = await server.ask("entrance");
  const { port: tcpPort } = await server.ask("entrance", "TCP chat");
  const all = await Promise.all(Array.from({ length: readers }, () => open({ port, tcpPort })));
  await sleep(1_500);
  const bytesBefore = all.map(({ socket }) => socket.bytesRead + socket.bytesWritten);
  const { cpuMicros } = await server.ask("usage");
  const sent: number[] = [];
  const messages = messagesASecond * seconds;
  const start = performance.now();
  for (let number = 0; number < messages; number++) {
    await sleep(Math.max(0, start + (number * 1_000) / messagesASecond - performance.now()));
    sent.push(performance.now());
    await fetch(`http://127.0.0.1:${port}/rooms/general/messages`, { method: "POST", body: mark(number) });
  }
  await sleep(pollEveryMs + 500);
  const used = (await server.ask("usage")).cpuMicros - cpuMicros;
  const bytes = all.reduce(
    (sum, { socket }, index) => sum + socket.bytesRead + socket.bytesWritten - (bytesBefore[index] ?? 0),
    0,
  );
  const latencies = all.flatMap(({ seen }) => sent.map((at, number) => (seen.get(number) ?? Number.NaN) - at));
  for (const one of all) one.close();
  if (latencies.some(Number.isNaN)) throw new Error(`${protocol}: a message is missing; the figures do not stand`);
  const sorted = latencies.toSorted((one, other) => one - other);
  const deliveries = messages * readers;
  return {
    protocol,
    bytes: bytes / deliveries,
    cpuMicros: used / deliveries,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
  };
}

/** Measures every protocol; a Markdown table. */
export async function measureProtocols(): Promise<string> {
  const rows: Row[] = [];
  for (const [protocol, open] of Object.entries(protocols)) {
    console.error(protocol);
    rows.push(await measure(protocol, open));
  }
  const cells = rows.map(
    ({ protocol, bytes, cpuMicros, p50, p99 }) =>
      `| ${protocol} | ${bytes.toFixed(0)} | ${cpuMicros.toFixed(0)} | ${p50.toFixed(1)} | ${p99.toFixed(1)} |`,
  );
  return [
    `${readers} readers of one room, ${messagesASecond} messages a second posted for ${seconds} s; every message found at every reader.`,
    "",
    "| read by | bytes per message and reader, both ways | server CPU per message and reader (µs) | p50 (ms) | p99 (ms) |",
    "|---|---|---|---|---|",
    ...cells,
    "",
  ].join("\n");
}
