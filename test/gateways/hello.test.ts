import assert from "node:assert/strict";
import { test } from "node:test";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

const ask = (url: string, path: string, body?: object, token?: string) =>
  fetch(`${url}${path}`, {
    method: "POST",
    ...(body && { body: JSON.stringify(body) }),
    headers: { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) },
  });

interface Welcome {
  readonly type: string;
  readonly user: { readonly id: string; readonly name: string };
  readonly token: string;
}

async function welcomed(answer: Response): Promise<Welcome> {
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  return (await answer.json()) as Welcome;
}

async function refusal(answer: Response): Promise<unknown[]> {
  assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
  const { code, suggestion } = (await answer.json()) as { code: string; suggestion?: string };
  return [answer.status, code, suggestion];
}

test("a hello over HTTP is answered by the welcome of the native gateway, and its token is good there", async (t) => {
  const { url } = await startTestServer(t);
  const { user, token } = await welcomed(await ask(url, "/api/v1/hello", { name: " Оля ", v: 1 }));
  assert.equal(user.name, "Оля");
  const line = await RawClient.join(t, url, { token });
  assert.deepEqual(line.welcome.user, user);
  const again = await welcomed(await ask(url, "/api/v1/hello", { token }));
  // A token tells the second in which it was issued.
  assert.deepEqual({ ...again, token }, { ...line.welcome, token });
  const guest = await welcomed(await ask(url, "/api/v1/hello"));
  assert.match(guest.user.name, /^user_[a-z]{6}\d{2}$/);
});

test("a hello over HTTP is refused by name: a taken one, a bad one, a body that is none, another version", async (t) => {
  const { url } = await startTestServer(t);
  await RawClient.join(t, url, { name: "Ann" });
  assert.deepEqual(await refusal(await ask(url, "/api/v1/hello", { name: "ANN" })), [409, "name_taken", "ANN2"]);
  assert.deepEqual(await refusal(await ask(url, "/api/v1/hello", { name: "a:b" })), [400, "bad_name", undefined]);
  assert.deepEqual(await refusal(await ask(url, "/api/v1/hello", { v: 2 })), [400, "bad_frame", undefined]);
  const body = await fetch(`${url}/api/v1/hello`, { method: "POST", body: "{" });
  assert.deepEqual(await refusal(body), [400, "bad_json", undefined]);
});

test("a hello over HTTP is refused in the language of its lang, else of Accept-Language, else the server's", async (t) => {
  const { url } = await startTestServer(t, { lang: "ru" });
  await RawClient.join(t, url, { name: "Ann" });
  const detail = async (body: object, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${url}/api/v1/hello`, { method: "POST", body: JSON.stringify(body), headers });
    return ((await answer.json()) as { detail: string }).detail;
  };
  const thai = { "Accept-Language": "th" };
  assert.match(await detail({ name: "Ann", lang: "uk-UA" }, thai), /Це ім’я зайняте/);
  assert.match(await detail({ name: "a:b", lang: "uk" }, thai), /Ім’я має/);
  assert.match(await detail({ name: "Ann", lang: "de" }, thai), /ชื่อนี้มีคนใช้แล้ว/);
  assert.match(await detail({ lang: 7 }, thai), /ไม่มีฟิลด์ “lang”/);
  assert.match(await detail({ name: "Ann", lang: null }), /Это имя занято/);
});

test("who comes back over HTTP to find their name taken gets a free one; a rename to a taken name is refused", async (t) => {
  const { url } = await startTestServer(t);
  const { user, token } = await welcomed(await ask(url, "/api/v1/hello", { name: "น้อย" }));
  await RawClient.join(t, url, { name: "น้อย" });
  const back = await welcomed(await ask(url, "/api/v1/hello", { token, name: "น้อย" }));
  assert.deepEqual(back.user, { id: user.id, name: "น้อย2" });
  assert.deepEqual(await refusal(await ask(url, "/api/v1/rename", { name: "น้อย" }, back.token)), [
    409,
    "name_taken",
    "น้อย3",
  ]);
  const renamed = await welcomed(await ask(url, "/api/v1/rename", { name: "Ной" }, token));
  assert.deepEqual(renamed.user, { id: user.id, name: "Ной" });
});

test("a rename over HTTP is heard in the rooms where its owner has a line", async (t) => {
  const { url } = await startTestServer(t);
  const bob = await RawClient.join(t, url, { name: "Bob" });
  const ann = await RawClient.join(t, url, { name: "Ann" });
  await welcomed(await ask(url, "/api/v1/rename", { name: "Аня" }, ann.welcome.token));
  const { was, user } = await bob.next("user_renamed");
  assert.deepEqual([was, user.name], ["Ann", "Аня"]);
});

test("[L1] entering over HTTP makes the room, and says where its log stands and how many are in it", async (t) => {
  const { url } = await startTestServer(t);
  const path = `/rooms/${encodeURIComponent("Кухня")}`;
  assert.equal((await fetch(`${url}${path}/messages`)).status, 404);
  const empty = (await (await ask(url, path)).json()) as { epoch: string };
  assert.match(empty.epoch, /^[a-z0-9]{16}$/);
  const ann = await RawClient.join(t, url, { name: "Ann", room: "кухня" });
  await ann.say("привіт");
  assert.deepEqual(await (await ask(url, path)).json(), { room: "кухня", epoch: empty.epoch, head: 1, count: 1 });
  assert.deepEqual(await refusal(await ask(url, "/rooms/a%20b")), [400, "bad_room", undefined]);
});
