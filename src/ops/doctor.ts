import { randomFillSync } from "node:crypto";
import { connect } from "node:net";
import { newMessageId } from "../protocol/ids.ts";
import { openLine, openStream, post, type Target, Trouble, within } from "./probe.ts";

/** Everything that is looked at, in the order in which it is reported. */
export const checks = [
  "http",
  "origin",
  "clock",
  "native",
  "plain",
  "room_text",
  "open_text",
  "echo",
  "post",
  "events",
  "poll",
  "tcp_chat",
  "tcp_echo",
] as const;
type Check = (typeof checks)[number];

/** What was found: how long a round trip took, or what is wrong and how to mend it. */
export type Finding =
  | { readonly check: Check; readonly ok: true; readonly latencyMs: number }
  | { readonly check: Check; readonly ok: false; readonly trouble: Trouble };

/** Clocks further apart than this make times on messages misleading. */
const clockToleranceMs = 5_000;

const roundTrip = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

const expect = (holds: boolean, detail: string): void => {
  if (!holds) throw new Trouble("wrong_answer", { detail });
};

/** A text that nobody else says. */
const nonce = () => `doctor ${newMessageId(randomFillSync)}`;

/** How each gateway is tried: says something, waits for it, and where there is a position cuts the line and resumes. */
const tries: Readonly<Record<Check, (target: Target) => Promise<number>>> = {
  async http(target) {
    const latency = await roundTrip(() => target.get("/healthz"));
    // Behind an access key, unlike that. [D6]
    await target.get("/api/v1/openapi.json");
    return latency;
  },

  // As the page itself comes: whether the server takes this address for its own. [D1]
  origin: (target) => roundTrip(() => target.get("/healthz", { headers: { Origin: target.url.origin } })),

  async clock(target) {
    const sent = Date.now();
    const { headers } = await target.get("/healthz");
    const server = Date.parse(headers.get("date") ?? "");
    // The header counts whole seconds.
    const apart = Math.max(sent - server - 1_000, server - Date.now());
    if (apart > clockToleranceMs) throw new Trouble("clock_off", { seconds: Math.round(apart / 1_000) });
    return 0;
  },

  async native(target) {
    const first = await openLine(target, "/api/v1/ws");
    first.send(JSON.stringify({ type: "join", room: target.room }));
    const { token } = await first.frame("welcome");
    const { epoch } = await first.frame("joined");
    const text = nonce();
    const latency = await roundTrip(async () => {
      first.send(JSON.stringify({ type: "message", text }));
      while ((await first.frame("message")).text !== text);
    });
    const { seq, id } = first.latest;
    first.close();
    const missed = nonce();
    await post(target, missed);
    const second = await openLine(target, "/api/v1/ws");
    second.send(JSON.stringify({ type: "hello", token }));
    second.send(JSON.stringify({ type: "join", room: target.room, since: { epoch, seq, id } }));
    expect((await second.frame("joined")).recovered === true, "recovered: false");
    while ((await second.frame("message")).text !== missed);
    second.close();
    return latency;
  },

  plain: (target) => trySaying(target, "/?lang=en", (text) => `You said: ${text}`),
  room_text: (target) => trySaying(target, `/chat/${target.room}`, (text) => ` :: ${text}`),
  open_text: (target) => trySaying(target, "/ws?lang=en", (text) => `User: ${text}`),
  echo: (target) => trySaying(target, "/echo?lang=en", (text) => `Server answers: ${text}`),

  async post(target) {
    const [text, id] = [nonce(), newMessageId(randomFillSync)];
    let seq = 0;
    const latency = await roundTrip(async () => {
      seq = (await post(target, text, id)).seq;
    });
    const again = await post(target, text, id);
    expect(again.dup && again.seq === seq, "dup: false");
    return latency;
  },

  async events(target) {
    const { epoch } = await target.page("limit=1");
    const stream = await openStream(target);
    const text = nonce();
    let seq = 0;
    const latency = await roundTrip(async () => {
      seq = (await post(target, text)).seq;
      await stream.until(text);
    });
    stream.close();
    const missed = nonce();
    await post(target, missed);
    const resumed = await openStream(target, `${epoch}-${seq}`);
    await resumed.until(missed);
    resumed.close();
    return latency;
  },

  async poll(target) {
    const { next } = await target.page("limit=1");
    const waiting = target.page(`after=${next}&wait=10`);
    const text = nonce();
    return await roundTrip(async () => {
      const [{ messages }] = await Promise.all([waiting, post(target, text)]);
      expect(messages.at(-1)?.text === text, "the message is not in the page");
    });
  },

  tcp_chat: async (target) => {
    const text = nonce();
    const { next } = await target.page("limit=1");
    const waiting = target.page(`after=${next}&wait=10`);
    return await roundTrip(async () => {
      const said = overTcp(target, target.tcpPort, `/join ${target.room}\n${text}\n`, " :: ");
      const [{ messages }] = await Promise.all([waiting, said]);
      expect(messages.at(-1)?.text === text, "the message is not in the room");
    });
  },

  tcp_echo: (target) => {
    const text = nonce();
    return roundTrip(() => overTcp(target, target.tcpEchoPort, text, text));
  },
};

/** Tries every gateway of a server, one after the other. `target.room` is made, and keeps what was said in it. */
export async function* examine(target: Target): AsyncGenerator<Finding> {
  for (const check of checks) {
    try {
      yield { check, ok: true, latencyMs: await within(tries[check](target)) };
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      yield { check, ok: false, trouble: error };
      // Where nobody is let in, or nothing answers at all, the rest would only say so again.
      if ((error.kind === "unreachable" || error.kind === "key_required") && check === "http") return;
    }
  }
}

async function trySaying(target: Target, path: string, answer: (text: string) => string): Promise<number> {
  const line = await openLine(target, path);
  const text = nonce();
  const latency = await roundTrip(async () => {
    line.send(text);
    while (!(await line.next()).endsWith(answer(text)));
  });
  line.close();
  return latency;
}

/** Sends bytes over TCP, after the access key, and waits until some come back that hold `expected`. */
function overTcp({ host, key }: Target, port: number, bytes: string, expected: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host, port }).setEncoding("utf8");
  let read = "";
  socket.on("error", (error) => reject(new Trouble("tcp_closed", { port: String(port), detail: error.message })));
  socket.on("connect", () => socket.write(key === undefined ? bytes : `/key ${key}\n${bytes}`));
  socket.on("data", (chunk) => {
    read += chunk;
    if (read.includes(expected)) resolve();
  });
  return within(promise).finally(() => socket.end());
}
