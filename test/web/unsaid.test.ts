import assert from "node:assert/strict";
import { test } from "node:test";
import { type ReadonlySignal, signal } from "@preact/signals";
import { memoryOutbox, type Room, type User } from "../../src/sdk/index.ts";
import { createConversation } from "../../src/web/state/conversation.ts";
import { enter } from "../sdk/support/enter.ts";
import { ann, epoch, messageAt, startScriptedServer } from "../sdk/support/scripted-server.ts";
import { connectInSetTime, heard, next } from "../sdk/support/set-time.ts";
import { FakeClock } from "../support/fake-clock.ts";

const kept = { read: () => undefined, write() {}, forget() {}, watch: () => () => {} };

/** The room as the page shows it. */
function show(room: Room) {
  const conversation = createConversation(room, {
    me: signal(ann as User),
    clock: new FakeClock(),
    kept,
    keptInTab: kept,
    pages: { read: async () => [], async write() {}, async forget() {} },
    search: async () => ({ messages: [] }),
    isInvited: false,
  });
  const texts = (): string[] =>
    conversation.stretches.value.flatMap(({ rows }) =>
      rows.flatMap((row) => (row.is === "group" ? row.lines.map(({ text }) => text) : [])),
    );
  return { unsent: conversation.unsent as ReadonlySignal<number>, texts, conversation };
}

const page = (from: number, to: number) => ({
  messages: Array.from({ length: to - from + 1 }, (_, index) => messageAt(from + index)),
  more: true,
});

test("[S1] what was acknowledged only after a reset, and is older than the new page, waits no longer", async (t) => {
  const { client, room, line, comeBack } = await enter(t, 2);
  const { unsent, texts } = show(room);
  room.send("загублене");
  await line.next("message");
  assert.equal(unsent.value, 1);
  const back = await comeBack(line);
  await back.letIn({ head: 400 }, page(391, 400));
  back.ack(await back.next("message"), 3, true);
  await heard(client, back);
  assert.equal(unsent.value, 0);
  assert.deepEqual(
    texts(),
    page(391, 400).messages.map(({ text }) => text),
  );
});

test("[S1] the same when the acknowledgement comes before the page", async (t) => {
  const { client, room, line, comeBack } = await enter(t, 2);
  const { unsent } = show(room);
  room.send("загублене");
  await line.next("message");
  const back = await comeBack(line);
  const { ref } = await back.next("join");
  back.send({ type: "joined", room: "general", epoch, head: 400, recovered: false, count: 1, members: [ann], ref });
  back.ack(await back.next("message"), 3, true);
  await heard(client, back);
  assert.equal(unsent.value, 1, "the page may yet have it");
  back.send({ type: "history", room: "general", epoch, ...page(391, 400), ref });
  await heard(client, back);
  assert.equal(unsent.value, 0);
});

test("[S1] what waited over a reload and is older than the first page waits no longer", async (t) => {
  const server = await startScriptedServer(t);
  const outbox = memoryOutbox();
  outbox.add({ type: "message", id: messageAt(3).id, room: "general", at: 0, text: "загублене" } as never);
  const { client } = connectInSetTime(t, server.url, { outbox });
  const room = client.join("general");
  const { unsent } = show(room);
  assert.equal(unsent.value, 1);
  const line = await server.accept();
  await line.admit({ head: 400 }, page(391, 400));
  line.ack(await line.next("message"), 3, true);
  await heard(client, line);
  assert.equal(unsent.value, 0);
});

test("[S1] what is acknowledged before its message comes stays until that does", async (t) => {
  const { client, room, line } = await enter(t, 2);
  const { unsent, texts } = show(room);
  line.message(3);
  await next(room, "message");
  const said = room.send("привіт");
  line.ack(await line.next("message"), 4);
  await heard(client, line);
  assert.deepEqual([unsent.value, texts()], [1, ["message 3", "привіт"]]);
  line.send({ ...messageAt(4, "привіт"), id: said.id, user: ann });
  await next(room, "message");
  assert.deepEqual([unsent.value, texts()], [0, ["message 3", "привіт"]]);
});

test("[E1] the last one that is said is edited, and not the one before it while that is on its way", async (t) => {
  const { client, room, line } = await enter(t, 2);
  const { conversation } = show(room);
  const { occasion } = conversation;
  line.send({ ...messageAt(3, "о дев’ятій"), user: ann });
  await next(room, "message");
  const said = room.send("สวัสดี");
  assert.equal(conversation.edit(), false, "on its way to the server");
  line.ack(await line.next("message"), 4);
  await heard(client, line);
  assert.equal(conversation.edit(), false, "stored, and on its way back");
  assert.equal(occasion.value.is, "new");
  line.send({ ...messageAt(4, "สวัสดี"), id: said.id, user: ann });
  await next(room, "message");
  assert.ok(conversation.edit());
  assert.equal(conversation.text.value, "สวัสดี");

  conversation.giveUp();
  room.send("не те");
  line.send({ type: "error", id: (await line.next("message")).id, code: "too_long", message: "too long" });
  await heard(client, line);
  assert.ok(conversation.edit(), "what was refused is not on its way");
  assert.equal(conversation.text.value, "สวัสดี");
});
