import assert from "node:assert/strict";
import { randomFillSync, randomInt } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { newMessageId } from "../../src/protocol/ids.ts";
import { RawClient } from "../support/client.ts";
import { startServerProcess } from "../support/process.ts";
import { temporaryFolder } from "../support/server.ts";

interface Sent {
  readonly id: string;
  readonly text: string;
  /** Its place, once the server has acknowledged it; until then nobody knows. */
  seq?: number;
}

interface Page {
  readonly messages: readonly { readonly seq: number; readonly id: string; readonly text: string }[];
  readonly next: string;
  readonly more: boolean;
}

/** Sends without waiting until the line breaks, and notes what was acknowledged. */
async function pour(client: RawClient, sent: Sent[], from: string, acknowledged: () => void): Promise<void> {
  const byId = new Map<string, Sent>();
  const say = () => {
    const message = { id: newMessageId(randomFillSync), text: `${from} ${sent.length} ขอบคุณ` };
    sent.push(message);
    byId.set(message.id, message);
    client.send({ type: "message", ...message });
  };
  for (let outstanding = 0; outstanding < 50; outstanding++) say();
  try {
    for (;;) {
      const ack = await client.next("ack");
      const message = byId.get(ack.id);
      if (message) message.seq = ack.seq;
      acknowledged();
      say();
    }
  } catch {
    // The server was killed.
  }
}

async function readLog(url: string): Promise<Page["messages"]> {
  const messages: Page["messages"][number][] = [];
  for (let after = "0"; ; ) {
    const page = (await (await fetch(`${url}/rooms/general/messages?after=${after}&limit=1000`)).json()) as Page;
    messages.push(...page.messages);
    if (!page.more) return messages;
    after = page.next;
  }
}

test("[L2] [L3] [S1] kill -9 with messages in flight, again and again: nothing acknowledged is lost, nothing is stored twice", async (t) => {
  const data = temporaryFolder(t);
  const sent: Sent[] = [];
  for (let round = 0; round < 5; round++) {
    const server = await startServerProcess(t, data);
    const writers = await Promise.all(["Ann", "Оля", "น้อย"].map((name) => RawClient.join(t, server.url, { name })));
    let left = randomInt(100, 1_500);
    const pouring = writers.map((client, index) =>
      pour(client, sent, `writer ${index}`, () => {
        if (--left === 0) void server.kill();
      }),
    );
    await Promise.all(pouring);
  }
  const database = new DatabaseSync(join(data, "parlance.db"));
  assert.deepEqual({ ...database.prepare("PRAGMA integrity_check").get() }, { integrity_check: "ok" });
  database.close();

  const server = await startServerProcess(t, data);
  const log = await readLog(server.url);
  assert.deepEqual(
    log.map(({ seq }) => seq),
    log.map((_, index) => index + 1),
    "[L1] seq is dense",
  );
  const stored = new Map(log.map((message) => [message.id, message]));
  assert.equal(stored.size, log.length, "an id is stored once");
  const texts = new Map<string, string>(sent.map(({ id, text }) => [id, text]));
  assert.ok(
    log.every(({ id, text }) => texts.get(id) === text),
    "nothing is stored that was not sent",
  );
  const acknowledged = sent.filter(({ seq }) => seq !== undefined);
  assert.ok(acknowledged.length > 500 && acknowledged.length < sent.length, "there were messages in flight");
  assert.deepEqual(
    acknowledged.map(({ id }) => stored.get(id)?.seq),
    acknowledged.map(({ seq }) => seq),
  );

  // Whatever was left unknown is settled by sending it again: stored now, or found stored already.
  const back = await RawClient.join(t, server.url, { name: "Ann" });
  const unknown = sent.filter(({ seq }) => seq === undefined);
  for (const { id, text } of unknown) {
    const ack = await back.say(text, { id });
    assert.equal(ack.dup, stored.has(id));
    if (ack.dup) assert.equal(ack.seq, stored.get(id)?.seq);
  }
  assert.equal((await readLog(server.url)).length, sent.length);
});
