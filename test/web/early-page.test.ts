import assert from "node:assert/strict";
import { test } from "node:test";
import type { RoomName } from "../../src/sdk/index.ts";
import { askEarly } from "../../src/web/state/early-page.ts";
import { earlyOrKept, keptPagesIn } from "../../src/web/state/kept-pages.ts";

test("[D7] as many messages as fill the window are asked for early, with the token beside the address", async () => {
  const requests: unknown[] = [];
  const messages = [{ text: "สวัสดี 🙂" }, { text: "שלום" }];
  const page = askEarly("ห้องเรียน", "secret", {
    fetch: async (input, init) => {
      requests.push([input, init?.headers]);
      return Response.json({ messages });
    },
    innerHeight: 844,
  });
  assert.deepEqual(await page.messages, messages);
  const path = `/rooms/${encodeURIComponent("ห้องเรียน")}/messages?limit=9`;
  assert.deepEqual(requests, [[path, { authorization: "Bearer secret" }]]);
});

test("what cannot be had early is nothing, and no error", async () => {
  const refused = async () => Response.json({ code: "session_ended" }, { status: 401 });
  const broken = async () => new Response("<html>");
  const away = () => Promise.reject(new TypeError("Failed to fetch"));
  for (const get of [refused, broken, away]) {
    assert.deepEqual(await askEarly("кухня", "secret", { fetch: get, innerHeight: 600 }).messages, []);
  }
});

test("[P1] what was asked for early for one person is shown to nobody who comes in after them", async () => {
  const room = "кухня" as RoomName;
  const message = {
    type: "message",
    room,
    seq: 1,
    id: "a".repeat(16),
    user: { id: "u_1", name: "Оля" },
    text: "רק לך",
  };
  const early = { room, messages: Promise.resolve([{ ...message, ts: "2025-11-19T23:46:36.000Z" }]) };
  const pages = earlyOrKept(early, keptPagesIn(undefined));
  assert.deepEqual(
    (await pages.read(room)).map(({ text }) => text),
    ["רק לך"],
  );
  await pages.forget();
  assert.deepEqual(await pages.read(room), []);
});
