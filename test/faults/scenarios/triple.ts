import { randomFillSync } from "node:crypto";
import { once } from "node:events";
import { WebSocket } from "ws";
import { newMessageId } from "../../../src/protocol/ids.ts";
import type { ServerFrameOf } from "../../../src/protocol/server-frames.ts";
import { RawClient } from "../../support/client.ts";
import { type Acknowledgement, Recorder } from "../recorder.ts";
import { judge, type Scenario } from "../scenario.ts";
import type { Scope } from "../scope.ts";
import { ServerUnderTest } from "../server-under-test.ts";

type Send = (id: string, text: string) => Promise<Acknowledgement>;

/** Sends frames on one line, and finds each one's answer by its id. */
function byFrames(client: RawClient): Send {
  const waiting = new Map<string, (ack: ServerFrameOf<"ack">) => void>();
  const hear = async () => {
    for (;;) {
      const ack = await client.next("ack");
      waiting.get(ack.id)?.(ack);
    }
  };
  hear().catch(() => {
    // The line ends with the scenario.
  });
  return (id, text) => {
    client.send({ type: "message", id, text });
    return new Promise((resolve) => waiting.set(id, resolve));
  };
}

const byPost =
  (url: string): Send =>
  async (id, text) => {
    const headers = { "Idempotency-Key": id, "Content-Type": "text/plain" };
    const answer = await fetch(`${url}/rooms/general/messages`, { method: "POST", headers, body: text });
    if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Acknowledgement;
  };

/** Three ways in: the native gateway, JSON typed by hand on `/`, and a post. */
async function threeWays(scope: Scope, url: string): Promise<readonly Send[]> {
  const native = await RawClient.join(scope, url);
  const socket = new WebSocket(url.replace(/^http/, "ws"));
  scope.after(() => socket.terminate());
  const byHand = new RawClient(socket);
  await once(socket, "open");
  byHand.send({ type: "join", name: "Postman" });
  await byHand.next("joined");
  return [byFrames(native), byFrames(byHand), byPost(url)];
}

/** How many ids are under way at once. */
const batch = 50;

export const tripleIds: Scenario = {
  name: "triple",
  fault: "every id sent three times at once, through three gateways",
  rules: "[S1]",
  rounds: { full: 1_000, short: 100 },
  async run(rounds, scope) {
    const recorder = new Recorder();
    const server = new ServerUnderTest(scope);
    await server.start();
    const ways = await threeWays(scope, server.url);
    const firsts = ways.map(() => 0);
    const tell = async (n: number) => {
      const message = { id: newMessageId(randomFillSync), text: `тричі ${n} สามครั้ง` };
      // Nobody's order is promised among three: each message is its own sender's.
      recorder.sends(message.id, message);
      // Not always the same way first.
      const order = ways.map((_, index) => (index + n) % ways.length);
      await Promise.all(
        order.map(async (index) => {
          const acknowledgement = await ways[index]?.(message.id, message.text);
          if (!acknowledgement) return;
          recorder.acknowledges(message.id, acknowledgement);
          if (!acknowledgement.dup) firsts[index] = (firsts[index] ?? 0) + 1;
        }),
      );
    };
    for (let n = 0; n < rounds; n += batch) {
      await Promise.all(Array.from({ length: Math.min(batch, rounds - n) }, (_, index) => tell(n + index)));
    }
    const log = await server.log();
    const verdict = judge(recorder, log);
    return {
      times: rounds,
      figures: {
        ...verdict.figures,
        rows: log.messages.length,
        "first by native, by hand, by post": firsts.join(", "),
      },
      violations: verdict.violations,
    };
  },
};
