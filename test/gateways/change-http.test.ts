import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultLimits } from "../../src/protocol/limits.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

type Answer = Readonly<{ room: string; seq: number; id: string; ts: string; dup: boolean; code: string }>;

/** Asks in the room `кухня`, as who has this token. */
function asks(url: string, token?: string) {
  return async (method: string, path: string, body?: string | object, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${url}/rooms/${encodeURIComponent("кухня")}${path}`, {
      method,
      headers: {
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...(typeof body === "object" && { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "object" ? JSON.stringify(body) : body }),
    });
    return { status: answer.status, headers: answer.headers, ...((await answer.json()) as Answer) };
  };
}

test("[E1] over HTTP a message is edited, reacted to and deleted and a topic set, as by frames", async (t) => {
  const { url } = await startTestServer(t);
  const [ann, bob] = await Promise.all(["Ann", "Боб"].map((name) => RawClient.join(t, url, { name, room: "кухня" })));
  assert.ok(ann && bob);
  const ask = asks(url, ann.welcome.token);
  const { id } = await ask("POST", "/messages", "їжак");
  const edited = await ask("PATCH", `/messages/${id}`, { text: "їжак 🦔" });
  assert.deepEqual([edited.status, edited.room, edited.seq, edited.dup], [200, "кухня", 2, false]);
  assert.match(edited.id, /^[a-z0-9]{22}$/);
  const frame = await bob.next("edited");
  assert.deepEqual(
    [frame.seq, frame.id, frame.ts, frame.target, frame.text, frame.user],
    [2, edited.id, edited.ts, id, "їжак 🦔", ann.welcome.user],
  );
  assert.equal((await ask("PATCH", `/messages/${id}`, "a plain body is the text")).seq, 3);
  assert.equal((await bob.next("edited")).text, "a plain body is the text");
  const reaction = `/messages/${id}/reactions/${encodeURIComponent("👩🏽\u200d🚀")}`;
  assert.equal((await asks(url, bob.welcome.token)("PUT", reaction)).seq, 4);
  assert.equal((await asks(url, bob.welcome.token)("DELETE", reaction)).seq, 5);
  const [on, off] = [await ann.next("reacted"), await ann.next("reacted")];
  assert.deepEqual([on.emoji, on.active, off.active, on.user], ["👩🏽\u200d🚀", true, false, bob.welcome.user]);
  assert.equal((await ask("PUT", "/topic", { text: " звірі\nі люди " })).seq, 6);
  assert.equal((await bob.next("topic")).text, "звірі⏎і люди");
  const last = (query: string) => ask("GET", `/messages${query}`) as Promise<{ topic?: string }>;
  assert.deepEqual([(await last("")).topic, (await last("?after=0")).topic], ["звірі⏎і люди", undefined]);
  assert.equal((await ask("PUT", "/topic", { text: "" })).seq, 7);
  assert.equal((await last("")).topic, undefined);
  assert.equal((await ask("DELETE", `/messages/${id}`)).seq, 8);
  assert.equal((await bob.next("deleted")).target, id);
});

test("[S1] a change with an Idempotency-Key is made once, however often it is asked for", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url, { name: "Ann", room: "кухня" });
  const ask = asks(url, ann.welcome.token);
  const { id } = await ann.say("once");
  const key = { "Idempotency-Key": "edit-just-this-once" };
  const [first, second] = [
    await ask("PATCH", `/messages/${id}`, { text: "twice" }, key),
    await ask("PATCH", `/messages/${id}`, { text: "twice" }, key),
  ];
  assert.deepEqual([first.id, first.seq, first.dup], ["edit-just-this-once", 2, false]);
  assert.deepEqual([second.status, second.seq, second.ts, second.dup], [200, 2, first.ts, true]);
  assert.equal((await ask("DELETE", `/messages/${id}`, undefined, key)).code, "id_conflict");
  assert.equal((await ask("DELETE", `/messages/${id}`, undefined, { "Idempotency-Key": "short" })).code, "bad_id");
});

test("[E1] over HTTP too nobody changes what is another's, or nothing, or without a token", async (t) => {
  const { url } = await startTestServer(t);
  const [ann, bob] = [
    await RawClient.join(t, url, { name: "Ann", room: "кухня" }),
    await RawClient.join(t, url, { name: "Bob" }),
  ];
  const { id } = await ann.say("mine");
  const ask = asks(url, bob.welcome.token);
  const reactions = `/messages/${id}/reactions`;
  const refusals: readonly [ReturnType<typeof ask>, number, string][] = [
    [asks(url)("PATCH", `/messages/${id}`, { text: "x" }), 401, "token_required"],
    [asks(url, "made-up")("DELETE", `/messages/${id}`), 401, "token_required"],
    [asks(url, "made-up")("PUT", "/topic", { text: "x" }), 401, "token_required"],
    [ask("PATCH", `/messages/${id}`, { text: "yours" }), 403, "not_the_author"],
    [ask("DELETE", `/messages/${id}`), 403, "not_the_author"],
    [ask("PATCH", "/messages/no-such-message-1", { text: "x" }), 404, "no_such_message"],
    [ask("PATCH", "/messages/short", { text: "x" }), 400, "bad_id"],
    [ask("PATCH", `/messages/${id}`, { text: "  " }), 400, "empty"],
    [ask("PATCH", `/messages/${id}`, { text: 7 }), 400, "bad_frame"],
    [ask("PATCH", `/messages/${id}`), 400, "empty"],
    [ask("PUT", `${reactions}/thumbs`), 400, "bad_emoji"],
    [ask("PUT", "/topic", { text: "ก".repeat(251) }), 413, "too_long"],
  ];
  for (const [asked, status, code] of refusals) {
    const answer = await asked;
    assert.deepEqual([answer.status, answer.code], [status, code]);
    assert.equal(answer.headers.get("www-authenticate"), status === 401 ? "Bearer" : null);
  }
  const nowhere = await fetch(`${url}/rooms/nowhere/messages/${id}`, {
    method: "DELETE",
    headers: { Authorization: `Bearer ${bob.welcome.token}` },
  });
  assert.equal(((await nowhere.json()) as Answer).code, "no_such_room", "and none is made");
  assert.equal((await fetch(`${url}/rooms/nowhere/messages`)).status, 404);
});

test("changes over HTTP count for the rate of who makes them", async (t) => {
  const { url } = await startTestServer(t, { limits: { ...defaultLimits, sendRate: 0.01, sendBurst: 2 } });
  const ann = await RawClient.join(t, url, { name: "Ann", room: "кухня" });
  const ask = asks(url, ann.welcome.token);
  const { id } = await ask("POST", "/messages", "one");
  assert.equal((await ask("PATCH", `/messages/${id}`, { text: "two" })).status, 200);
  const { status, code, headers } = await ask("DELETE", `/messages/${id}`);
  assert.deepEqual([status, code], [429, "rate_limited"]);
  assert.ok(Number(headers.get("retry-after")) > 0);
});
