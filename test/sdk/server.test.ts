import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageFrame, Room } from "../../src/sdk/index.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";
import { breakable } from "./support/breakable-line.ts";
import { become, connectInSetTime, connectWithoutDelay, next } from "./support/set-time.ts";

/** Keeps what a room shows, as a page would. */
function follow(room: Room): { messages: readonly MessageFrame[]; resets: number } {
  const followed = { messages: [] as readonly MessageFrame[], resets: 0 };
  room.on("reset", ({ messages }) => {
    followed.messages = messages;
    followed.resets++;
  });
  room.on("message", (message) => {
    followed.messages = [...followed.messages, message];
  });
  return followed;
}

const seqs = (messages: readonly MessageFrame[]) => messages.map(({ seq }) => seq);
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const shown = (room: Room, seq: number) => next(room, "message", (message) => message.seq === seq);

test("two people talk, through one server, in any script", async (t) => {
  const { url } = await startTestServer(t);
  const [olya, noi] = ["Оля", "น้อย"].map((name) => connectWithoutDelay(t, url, { name }).join("Кухня"));
  assert.ok(olya && noi);
  const heard = shown(noi, 2);
  await Promise.all([next(olya, "reset"), next(noi, "reset")]);
  await olya.settled(olya.send("привіт 👋"));
  const { seq, ts } = await noi.settled(noi.send("สวัสดีค่ะ"));
  assert.equal(seq, 2);
  const { type, room, user, text, ts: sentAt } = await heard;
  assert.deepEqual([type, room, user.name, text, sentAt], ["message", "кухня", "น้อย", "สวัสดีค่ะ", ts]);
  assert.deepEqual(noi.members?.map(({ name }) => name).toSorted(), ["Оля", "น้อย"]);
});

test("[R2] [S1] [K3] lines that break again and again in mid-conversation lose nothing and double nothing", async (t) => {
  const { url } = await startTestServer(t);
  const line = await breakable(t, url);
  const names = ["Ann", "Оля", "น้อย"];
  const rooms = names.map((name) => connectWithoutDelay(t, line.url, { name }).join("general"));
  const followed = rooms.map(follow);
  await Promise.all(rooms.map((room) => next(room, "reset")));
  const each = 20;
  const all = each * rooms.length;
  const complete = Promise.all(rooms.map((room) => shown(room, all)));
  let cuts = 0;
  for (const room of rooms) {
    room.on("message", ({ seq }) => {
      if (seq % 4 !== 0 || cuts >= 60) return;
      cuts++;
      line.cut();
    });
  }
  const sent = rooms.flatMap((room, index) =>
    upTo(each).map((number) => room.settled(room.send(`${names[index]} ${number}`))),
  );
  const places = await Promise.all(sent);
  await complete;
  assert.ok(cuts > 20);
  assert.deepEqual(
    places.map(({ seq }) => seq).toSorted((a, b) => a - b),
    upTo(all),
  );
  for (const { messages, resets } of followed) {
    assert.equal(resets, 1);
    assert.deepEqual(seqs(messages), upTo(all));
    for (const name of names) {
      const own = messages.filter(({ text }) => text.startsWith(name)).map(({ text }) => text);
      assert.deepEqual(
        own,
        upTo(each).map((number) => `${name} ${number}`),
      );
    }
  }
  for (const room of rooms) assert.deepEqual(room.outgoing, []);
});

test("[K3] [K4] a server that restarts is come back to: same person, nothing lost, what was said meanwhile is sent", async (t) => {
  const first = await startTestServer(t, { drainMs: 0 });
  const client = connectWithoutDelay(t, first.url, { name: "Оля" });
  const room = client.join("general");
  const followed = follow(room);
  await next(room, "reset");
  await room.settled(room.send("before"));
  const stopped = become(client, "waiting");
  await first.stop();
  await stopped;
  const meanwhile = room.send("meanwhile");
  const complete = shown(room, 4);
  const second = await startTestServer(t, { data: first.data, ports: first.ports });
  const bob = await RawClient.join(t, second.url, { name: "Bob" });
  await bob.say("while you were away");
  const { seq } = await room.settled(meanwhile);
  assert.equal(client.user?.name, "Оля");
  await bob.say("welcome back");
  await complete;
  assert.ok(seq === 2 || seq === 3);
  assert.deepEqual([followed.resets, seqs(followed.messages)], [1, [1, 2, 3, 4]]);
});

test("[R2] who missed more than can be replayed begins anew, and can read back to where they were", async (t) => {
  const { url } = await startTestServer(t);
  const line = await breakable(t, url);
  const { client } = connectInSetTime(t, line.url);
  const room = client.join("general", { history: 10 });
  const followed = follow(room);
  await next(room, "reset");
  const bob = await RawClient.join(t, url, { name: "Bob" });
  const say = async (count: number) => {
    for (const number of upTo(count)) bob.send({ type: "message", text: `${number}` });
    for (const _ of upTo(count)) await bob.next("ack");
  };
  const comeBack = async (missed: number) => {
    line.cut();
    await become(client, "waiting");
    await say(missed);
    client.retryNow();
  };

  const replayed = shown(room, 300);
  await comeBack(300);
  await replayed;
  assert.deepEqual([followed.resets, seqs(followed.messages)], [1, upTo(300)]);

  const begun = next(room, "reset");
  await comeBack(301);
  assert.equal((await begun).more, true);
  assert.deepEqual([followed.resets, seqs(followed.messages)], [2, upTo(601).slice(-10)]);
  const older = await room.history({ before: 592, limit: 100 });
  assert.deepEqual([seqs(older.messages), older.more], [upTo(591).slice(-100), true]);
  const oldest = await room.history({ before: 5 });
  assert.deepEqual([seqs(oldest.messages), oldest.more], [upTo(4), false]);
});

test("[K5] close() leaves at once; somebody whose line breaks and who comes back never left", async (t) => {
  const { url } = await startTestServer(t);
  const line = await breakable(t, url);
  const bob = await RawClient.join(t, url, { name: "Bob" });
  const client = connectWithoutDelay(t, line.url, { name: "Ann" });
  const room = client.join("general");
  await next(room, "reset");
  assert.equal((await bob.next("user_joined")).user.name, "Ann");
  const back = next(room, "members");
  line.cut();
  await back;
  client.close();
  const gone = await bob.take();
  assert.deepEqual([gone.type, gone.type === "user_left" && gone.user.name], ["user_left", "Ann"]);
});

test("names: a taken one is told with a free one, a new one is everybody's to see", async (t) => {
  const { url } = await startTestServer(t);
  const bob = await RawClient.join(t, url, { name: "Bob" });
  const client = connectWithoutDelay(t, url, { name: "BOB", lang: "uk" });
  const { code, suggestion } = await next(client, "error");
  assert.equal(code, "name_taken");
  client.rename(suggestion ?? "");
  client.join("general");
  assert.equal((await bob.next("user_joined")).user.name, suggestion);
  const welcomed = next(client, "welcome", ({ user }) => user.name === "Ольга");
  client.rename("Ольга");
  const renamed = await bob.next("user_renamed");
  assert.deepEqual([renamed.was, renamed.user.name], [suggestion, "Ольга"]);
  await welcomed;
  assert.equal(client.user?.name, "Ольга");
});
