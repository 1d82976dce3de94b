import assert from "node:assert/strict";
import { test } from "node:test";
import { ChatRefusal, type Room } from "../../src/sdk/index.ts";
import { enter } from "./support/enter.ts";
import { ann, epoch, messageAt, noi, olya } from "./support/scripted-server.ts";
import { become, next } from "./support/set-time.ts";

const room = "general";
const names = (of: Room) => of.members?.map(({ name }) => name);

test("who is here is kept up to date, and every change is told once", async (t) => {
  const { room: general, line } = await enter(t, 0);
  const told: string[] = [];
  general.on("members", ({ members, count }) => told.push(`${members?.map(({ name }) => name)} (${count})`));
  for (const event of ["user_joined", "user_left", "user_renamed"] as const) {
    general.on(event, ({ user }) => told.push(`${event} ${user.name}`));
  }
  line.send({ type: "user_joined", room, user: olya, count: 2 });
  line.send({ type: "user_joined", room, user: olya, count: 2 });
  line.send({ type: "user_renamed", room, user: { ...olya, name: "Ольга" }, was: "Оля" });
  line.send({ type: "user_left", room, user: ann, count: 1 });
  line.send({ type: "members", room, members: [noi], count: 1 });
  line.send({ type: "presence", room, count: 201 });
  line.send({ type: "user_joined", room, user: ann, count: 202 });
  await next(general, "user_joined", () => general.count === 202);
  assert.deepEqual(told, [
    "Ann,Оля (2)",
    "user_joined Оля",
    "Ann,Оля (2)",
    "user_joined Оля",
    "Ann,Ольга (2)",
    "user_renamed Ольга",
    "Ольга (1)",
    "user_left Ann",
    "น้อย (1)",
    "undefined (201)",
    "undefined (202)",
    "user_joined Ann",
  ]);
  assert.deepEqual([names(general), general.count], [undefined, 202]);
});

test("the own typing is told once in 3 s, and taken back once", async (t) => {
  const { room: general, line, time } = await enter(t, 0);
  general.typing(false);
  for (let key = 0; key < 5; key++) general.typing();
  assert.equal((await line.next("typing")).active, true);
  time.pass(2999);
  general.typing();
  assert.deepEqual(await line.unread(), []);
  time.pass(1);
  general.typing();
  general.typing(false);
  general.typing(false);
  general.typing();
  assert.deepEqual([(await line.next("typing")).active, (await line.next("typing")).active], [true, false]);
  assert.deepEqual(await line.unread(), []);
});

test("what is typed after a message is told at once", async (t) => {
  const { room: general, line } = await enter(t, 0);
  general.typing();
  await line.next("typing");
  general.send("зроблено");
  await line.next("message");
  general.typing();
  assert.equal((await line.next("typing")).active, true);
});

test("others' typing is passed on", async (t) => {
  const { room: general, line } = await enter(t, 0);
  const typing = next(general, "typing");
  line.send({ type: "typing", room, user: noi, active: true });
  assert.deepEqual(await typing, { type: "typing", room, user: noi, active: true });
});

test("pages of history answer the request they belong to, and are no reset", async (t) => {
  const { room: general, line } = await enter(t, 3);
  let resets = 0;
  general.on("reset", () => resets++);
  const [older, oldest] = [general.history({ before: 3, limit: 1 }), general.history({ before: 2 })];
  const [first, second] = [await line.next("history"), await line.next("history")];
  assert.deepEqual([first.before, first.limit, second.before, second.limit], [3, 1, 2, undefined]);
  line.send({ type: "history", room, epoch, messages: [messageAt(1)], more: false, ref: second.ref });
  line.send({ type: "history", room, epoch, messages: [messageAt(2)], more: true, ref: first.ref });
  assert.deepEqual(
    [await older, await oldest],
    [
      { messages: [messageAt(2)], more: true },
      { messages: [messageAt(1)], more: false },
    ],
  );
  assert.equal(resets, 0);
});

test("a page that is refused, or whose line breaks, is rejected", async (t) => {
  const { room: general, line, client } = await enter(t, 3);
  const refused = assert.rejects(general.history({ before: 3 }), ChatRefusal);
  const { ref } = await line.next("history");
  line.send({ type: "error", code: "rate_limited", message: "ช้าลงหน่อย", ref });
  await refused;
  const broken = assert.rejects(general.history({ before: 3 }), /not joined/);
  await line.next("history");
  line.cut();
  await broken;
  await become(client, "waiting");
  await assert.rejects(general.history({ before: 3 }), /not joined/);
});

test("the operator's words, and refusals that belong to nothing sent, are passed on", async (t) => {
  const { client, line } = await enter(t, 0);
  const [notice, error] = [next(client, "notice"), next(client, "error")];
  line.send({ type: "notice", text: "🟢 перерва о 12:00", from: "server" });
  line.send({ type: "error", code: "unknown_type", message: "?" });
  assert.deepEqual([(await notice).text, (await error).code], ["🟢 перерва о 12:00", "unknown_type"]);
});
