import assert from "node:assert/strict";
import { test } from "node:test";
import { startTestServer } from "../support/server.ts";
import { connectWithoutDelay, next } from "./support/set-time.ts";

test("[Q1] [Q2] a client finds what was said, in one room and in all, page by page, and is refused by name", async (t) => {
  const { url } = await startTestServer(t, { accessKey: "ключ від хати" });
  const ann = connectWithoutDelay(t, url, { name: "Зоя", key: "ключ від хати" });
  const room = ann.join("кухня");
  await next(room, "reset");
  for (const text of ["Їжак спить", "кіт", "їжак їсть"]) await room.settled(room.send(text));
  const all = await ann.search("їЖАК");
  assert.deepEqual([all.messages.map(({ text }) => text), all.next], [["їжак їсть", "Їжак спить"], undefined]);
  const first = await ann.search("їжак", { room: "кухня", limit: 1 });
  assert.deepEqual(first.messages[0]?.user, ann.user);
  const rest = await ann.search("їжак", { room: "кухня", ...(first.next && { before: first.next }) });
  assert.deepEqual([rest.messages.map(({ text }) => text), rest.next], [["Їжак спить"], undefined]);
  await assert.rejects(ann.search("  "), { name: "ChatRefusal", code: "empty" });
  await assert.rejects(ann.search("x", { room: "nowhere" }), { code: "no_such_room" });
});
