import assert from "node:assert/strict";
import { test } from "node:test";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

test("[Q1] [Q2] [Q4] a line finds what was said in one room and in all, page by page, and is answered under its ref", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url, { name: "Ann" });
  const bob = await RawClient.join(t, url, { name: "Боб", room: "кухня" });
  await ann.say("ПРИВЕТ, мир");
  const tea = await bob.say("привет, чай готов");
  const thai = await ann.say("เมื่อวานฝนตกหนักมากที่บ้านเรา");
  ann.send({ type: "search", text: "привет", ref: "s1" });
  const all = await ann.next("results");
  assert.deepEqual(
    [all.messages.map(({ room, text }) => [room, text]), all.next, all.ref],
    [
      [
        ["кухня", "привет, чай готов"],
        ["general", "ПРИВЕТ, мир"],
      ],
      undefined,
      "s1",
    ],
  );
  assert.deepEqual([all.messages[0]?.id, all.messages[0]?.seq, all.messages[0]?.user.name], [tea.id, 1, "Боб"]);
  ann.send({ type: "search", text: "Привет", room: "general" });
  assert.deepEqual(
    (await ann.next("results")).messages.map(({ text }) => text),
    ["ПРИВЕТ, мир"],
  );
  ann.send({ type: "search", text: "ฝนตก บ้าน" });
  assert.deepEqual(
    (await ann.next("results")).messages.map(({ id }) => id),
    [thai.id],
  );
  ann.send({ type: "search", text: "привет", limit: 1 });
  const { next } = await ann.next("results");
  ann.send({ type: "search", text: "привет", before: next });
  assert.deepEqual(
    (await ann.next("results")).messages.map(({ text }) => text),
    ["ПРИВЕТ, мир"],
  );
  ann.send({ type: "edit", target: thai.id, text: "วันนี้แดดออก" });
  await ann.next("ack");
  ann.send({ type: "search", text: "ฝน" });
  assert.deepEqual((await ann.next("results")).messages, []);
});

test("[Q1] [Q2] [Q4] what cannot be looked for is refused by name, under its ref, and the line lives on", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url, { name: "Ann" });
  await ann.say("something");
  const refusals: readonly [object, string][] = [
    [{ text: "   " }, "empty"],
    [{ text: '""\u200b' }, "empty"],
    [{ text: "ก".repeat(257) }, "too_long"],
    [{ text: "x", room: "nobody-was-here" }, "no_such_room"],
    [{ text: "x", room: "no good" }, "bad_room"],
    [{ text: "x", before: "12" }, "bad_frame"],
    [{ text: "x", before: "0000000000000000-12" }, "bad_frame"],
    [{ text: "x", limit: 0 }, "bad_frame"],
    [{ text: "x", limit: 101 }, "bad_frame"],
  ];
  for (const [fields, code] of refusals) {
    const line = code.startsWith("bad") ? await RawClient.join(t, url, {}) : ann;
    line.send({ type: "search", ...fields, ref: code });
    const error = await line.next("error");
    assert.deepEqual([error.code, error.ref], [code, code]);
  }
  ann.send({ type: "search", text: "SOME thing" });
  assert.equal((await ann.next("results")).messages.length, 1);
});

test("[Q2] over HTTP too, in all rooms and in one, with the cursor of the answer", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url, { name: "Ann" });
  for (const text of ["їжак 1", "кіт", "ЇЖАК 2", "їжак 3"]) await ann.say(text);
  const ask = async (path: string) => {
    const answer = await fetch(`${url}${path}`);
    return {
      status: answer.status,
      body: (await answer.json()) as Record<string, unknown> & { messages: { text: string }[] },
    };
  };
  const first = await ask(`/search?q=${encodeURIComponent("їжак")}&limit=2`);
  assert.deepEqual(
    first.body.messages.map(({ text }) => text),
    ["їжак 3", "ЇЖАК 2"],
  );
  const rest = await ask(`/search?q=${encodeURIComponent("їжак")}&before=${first.body["next"]}`);
  assert.deepEqual([rest.body.messages.map(({ text }) => text), rest.body["next"]], [["їжак 1"], undefined]);
  const inRoom = await ask(`/rooms/general/search?q=${encodeURIComponent("їжак")}&before=3`);
  assert.deepEqual(
    inRoom.body.messages.map(({ text }) => text),
    ["їжак 1"],
  );
  const codes = [
    "/search",
    "/search?q=",
    "/rooms/nowhere/search?q=x",
    "/search?q=x&limit=1000",
    "/rooms/a%20b/search?q=x",
  ];
  assert.deepEqual(await Promise.all(codes.map(async (path) => (await ask(path)).body["code"])), [
    "bad_frame",
    "empty",
    "no_such_room",
    "bad_frame",
    "bad_room",
  ]);
});
