import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as passing } from "node:timers/promises";
import { RawClient } from "../../support/client.ts";
import { growth, roundsForTimes, type Scenario, spread } from "../scenario.ts";
import { OwnScope, type Scope } from "../scope.ts";
import { ServerUnderTest } from "../server-under-test.ts";
import { maskedFrame, upgraded } from "../wire.ts";

/** What one flood is made of, if the server takes it all. */
const floodBytes = 64 * 1024 * 1024;
/** A server that reads no further leaves the rest of it in the flooder's own hands. */
const longestMs = 2_000;
const answeredWithinMs = 1_000;

interface Flood {
  open(scope: Scope, url: string): Promise<Socket>;
  /** What is said over and over. */
  readonly drop: Buffer;
}

const text = "นำ้ท่วม ".repeat(20);

/** Everybody says as much as the line takes, and reads nothing of what is answered. */
const floods: readonly Flood[] = [
  {
    async open(scope, url) {
      const socket = await upgraded(scope, url, "/api/v1/ws");
      socket.write(maskedFrame(JSON.stringify({ type: "join" })));
      return socket;
    },
    drop: maskedFrame(JSON.stringify({ type: "message", text })),
  },
  { open: (scope, url) => upgraded(scope, url, "/"), drop: maskedFrame(text) },
  { open: (scope, url) => upgraded(scope, url, "/echo"), drop: maskedFrame(text) },
  {
    async open(scope, url) {
      const socket = connect(Number(new URL(url).port), "127.0.0.1");
      scope.after(() => socket.destroy());
      await once(
        socket.on("error", () => {}),
        "connect",
      );
      return socket;
    },
    drop: Buffer.from(
      `POST /rooms/general/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    ),
  },
];

/** Pours until everything is out, the server has ended the line, or it reads no further. How many bytes left this process. */
async function pour(socket: Socket, drop: Buffer): Promise<number> {
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const enough = passing(longestMs);
  const chunk = Buffer.concat(Array.from({ length: Math.ceil(65_536 / drop.length) }, () => drop));
  let isOver = false;
  void Promise.race([closed, enough]).then(() => {
    isOver = true;
  });
  while (!isOver && socket.bytesWritten < floodBytes) {
    if (socket.write(chunk)) await passing(0);
    else await Promise.race([new Promise<void>((resolve) => socket.once("drain", () => resolve())), closed, enough]);
  }
  return socket.bytesWritten - socket.writableLength;
}

export const flood: Scenario = {
  name: "flood",
  fault: "floods of messages, their answers unread, by four gateways at once",
  rules: "[B1] [B2]",
  rounds: { full: 10, short: 1 },
  async run(rounds, scope) {
    const server = new ServerUnderTest(scope);
    // As people start it: a rate is what a flood runs into.
    await server.start(["--send-rate", "2"]);
    const { url } = server;
    const answeredMs: number[] = [];
    const memory: number[] = [];
    let bytes = 0;
    for (let round = 0; round < rounds; round++) {
      await using opened = new OwnScope();
      const good = await RawClient.join(opened, url);
      const pouring = floods.map(async ({ open, drop }) => pour(await open(opened, url), drop));
      let isPouring = true;
      const poured = Promise.all(pouring).finally(() => {
        isPouring = false;
      });
      while (isPouring) {
        const began = performance.now();
        good.send({ type: "ping" });
        await good.next("pong");
        answeredMs.push(performance.now() - began);
        await passing(100);
      }
      for (const flooded of await poured) bytes += flooded;
      memory.push(server.memory() ?? Number.NaN);
    }
    const kept = growth(memory);
    const isSlow = rounds >= roundsForTimes && Math.max(...answeredMs) > answeredWithinMs;
    return {
      times: rounds * floods.length,
      figures: {
        poured: `${Math.round(bytes / 1024 / 1024)} MiB`,
        "others' pings meanwhile": spread(answeredMs),
        ...kept.figures,
      },
      violations: [
        ...kept.violations,
        ...(isSlow ? [`somebody else waited ${Math.round(Math.max(...answeredMs))} ms for an answer`] : []),
      ],
    };
  },
};
