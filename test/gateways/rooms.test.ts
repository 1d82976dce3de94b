import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { directRoom } from "../../src/protocol/direct.ts";
import type { ServerFrameOf } from "../../src/protocol/server-frames.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer, temporaryFolder } from "../support/server.ts";
import { TcpClient } from "../support/tcp-client.ts";
import { TextClient } from "../support/text-client.ts";

/** Asks, and answers with the status and the JSON. */
async function ask(
  url: string,
  path: string,
  { method, token, body }: { method?: string; token?: string; body?: object | string } = {},
) {
  const answer = await fetch(`${url}${path}`, {
    ...(body !== undefined && {
      method: method ?? "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
    }),
    headers: {
      ...(typeof body === "object" && { "Content-Type": "application/json" }),
      ...(token && { Authorization: `Bearer ${token}` }),
    },
  });
  return [answer.status, (await answer.json()) as Readonly<Record<string, unknown>>] as const;
}

type Listed = ServerFrameOf<"rooms">["rooms"];

test("[P2] rooms are listed by latest message, with who is in them and what is unread, and paged", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url, { name: "Ann", room: "кухня" });
  const bob = await RawClient.join(t, url, { name: "Боб", room: "ห้องเรียน" });
  await bob.say("สวัสดี");
  await ann.say("раз");
  const { ts } = await ann.say("два");
  ann.send({ type: "topic", text: "борщ" });
  await ann.next("topic");
  ann.send({ type: "read", seq: 1 });
  ann.send({ type: "rooms", ref: "r" });
  const { ref, rooms, next } = await ann.next("rooms");
  assert.deepEqual([ref, next, rooms.map(({ room }) => room)], ["r", undefined, ["кухня", "ห้องเรียน", "general"]]);
  assert.deepEqual(rooms[0], { room: "кухня", topic: "борщ", head: 3, count: 1, last: { ts }, read: 1, unread: 1 });
  assert.deepEqual(rooms[2], { room: "general", head: 0, count: 0 });
  const paged: string[] = [];
  for (let after: unknown = ""; after !== undefined; ) {
    const [status, page] = await ask(url, `/rooms?limit=1${after ? `&after=${after}` : ""}`);
    assert.equal(status, 200);
    for (const { room, read } of page["rooms"] as Listed) {
      assert.equal(read, undefined, "without a token nobody has read anything");
      paged.push(room);
    }
    after = page["next"];
  }
  assert.deepEqual(paged, ["кухня", "ห้องเรียน", "general"]);
  const [, own] = await ask(url, "/rooms", { token: ann.welcome.token });
  assert.deepEqual(own["rooms"], rooms);
  // Those in which nothing was said are all as late as one another.
  for (const room of ["a", "b", "c"]) await ask(url, `/rooms/${room}`, { body: {} });
  const silent: string[] = [];
  for (let after: unknown = "1-0"; after !== undefined; ) {
    const [, page] = await ask(url, `/rooms?limit=1&after=${after}`);
    silent.push(...(page["rooms"] as Listed).map(({ room }) => room));
    after = page["next"];
  }
  assert.deepEqual(silent.toSorted(), ["a", "b", "c", "general"]);
  for (const query of ["limit=0", "limit=201", "limit=x", "after=1", "after=1-x"]) {
    const [status, { code }] = await ask(url, `/rooms?${query}`);
    assert.deepEqual([status, code], [400, "bad_frame"], query);
  }
});

test("[P3] a marker moves over HTTP too, and is there after a restart", async (t) => {
  const data = temporaryFolder(t);
  const { url, stop } = await startTestServer(t, { data, drainMs: 0 });
  const ann = await RawClient.join(t, url, { name: "Ann" });
  const { token } = ann.welcome;
  for (const text of ["1", "2", "3"]) await ann.say(text);
  const tab = await RawClient.join(t, url, { token });
  assert.deepEqual(await ask(url, "/rooms/general/read", { token, body: { seq: 2 } }), [
    200,
    { room: "general", seq: 2 },
  ]);
  assert.equal((await tab.next("read")).seq, 2);
  assert.equal((await ann.next("read")).seq, 2);
  tab.send({ type: "read", seq: 1 });
  tab.send({ type: "rooms" });
  assert.deepEqual(
    (await tab.next("rooms")).rooms[0]?.read,
    2,
    "told by the store before it was asked to write it down",
  );
  const refusals = [
    ["/rooms/general/read", { body: { seq: 1 } }, 401, "token_required"],
    ["/rooms/general/read", { token, body: { seq: -1 } }, 400, "bad_frame"],
    ["/rooms/general/read", { token, body: "{" }, 400, "bad_json"],
    ["/rooms/never/read", { token, body: { seq: 1 } }, 404, "no_such_room"],
    ["/rooms/a%20b/read", { token, body: { seq: 1 } }, 400, "bad_room"],
  ] as const;
  for (const [path, request, status, code] of refusals) {
    const [answered, problem] = await ask(url, path, request);
    assert.deepEqual([answered, problem["code"]], [status, code]);
  }
  await stop();
  const again = await startTestServer(t, { data });
  const [, entered] = await ask(again.url, "/rooms/general", { token, body: {} });
  assert.deepEqual([entered["read"], entered["unread"], entered["head"]], [2, 1, 3]);
  const [, beyond] = await ask(again.url, "/rooms/general/read", { token, body: { seq: 99 } });
  assert.equal(beyond["seq"], 3, "never past what there is");
});

test("[P1] two people talk by themselves through every gateway that knows who they are", async (t) => {
  const heard: string[] = [];
  const observer = { connected() {}, disconnected() {}, received: (text: string) => void heard.push(text) };
  const { url } = await startTestServer(t, {}, observer);
  const ann = await RawClient.join(t, url, { name: "Ann" });
  const bob = await RawClient.join(t, url, { name: "น้ำ" });
  const [token, bobs] = [ann.welcome.token, bob.welcome.token];
  const [status, entered] = await ask(url, "/api/v1/direct", { token, body: { user: "น้ำ" } });
  const room = directRoom(ann.welcome.user.id, bob.welcome.user.id);
  assert.deepEqual([status, entered["room"], entered["direct"]], [200, room, { user: bob.welcome.user }]);
  const path = `/rooms/${encodeURIComponent(room)}`;
  assert.equal((await ask(url, `${path}/messages`, { token, body: "між нами" }))[0], 201);
  assert.deepEqual(await bob.next("invited"), { type: "invited", room, head: 1, direct: { user: ann.welcome.user } });
  const [, page] = await ask(url, `${path}/messages`, { token: bobs });
  assert.deepEqual((page["messages"] as { text: string }[])[0]?.text, "між нами");
  const stop = new AbortController();
  t.after(() => stop.abort());
  const stream = await fetch(`${url}${path}/events?since=0`, {
    headers: { Authorization: `Bearer ${bobs}` },
    signal: stop.signal,
  });
  assert.equal(stream.status, 200);
  const { value } = (await stream.body?.pipeThrough(new TextDecoderStream()).getReader().read()) ?? {};
  assert.match(String(value), /^retry/);
  assert.deepEqual(heard, [], "what is theirs alone is not shown on the server's terminal");
  assert.deepEqual((await ask(url, "/api/v1/direct", { body: { user: "น้ำ" } }))[0], 401);
  assert.deepEqual((await ask(url, "/api/v1/direct", { token, body: { user: "nobody" } }))[0], 404);
});

test("[P1] nobody else reads, hears, enters or speaks in a direct conversation by any gateway, nor learns that it is there", async (t) => {
  const transcripts = temporaryFolder(t);
  const { url, tcpPort } = await startTestServer(t, { tcpPort: 0, transcripts });
  const ann = await RawClient.join(t, url, { name: "Ann" });
  const bob = await RawClient.join(t, url, { name: "Bob" });
  const eve = await RawClient.join(t, url, { name: "Eve" });
  ann.send({ type: "direct", user: "Bob" });
  const { room } = await ann.next("joined");
  const { id } = await ann.say("secret", { room });
  const { token } = eve.welcome;
  const nowhere = directRoom(bob.welcome.user.id, "u_00000000000000000000" as never);
  const both: unknown[][] = [];
  for (const name of [room, nowhere]) {
    const path = `/rooms/${encodeURIComponent(name)}`;
    const answers: unknown[] = [];
    for (const [method, to] of [
      ["PATCH", `messages/${id}`],
      ["DELETE", `messages/${id}`],
      ["PUT", `messages/${id}/reactions/%F0%9F%91%8D`],
      ["PUT", "topic"],
    ] as const) {
      const [status, { code }] = await ask(url, `${path}/${to}`, { method, token, body: { text: "x" } });
      answers.push(`${status} ${code}`);
    }
    for (const who of [{ token }, { token: `${token}x` }, {}]) {
      for (const [to, body] of [
        [`${path}/messages`, undefined],
        [`${path}/messages?after=0&wait=1`, undefined],
        [`${path}/messages?before=9`, undefined],
        [`${path}/events`, undefined],
        [`${path}/search?q=secret`, undefined],
        [`/search?q=secret&room=${encodeURIComponent(name)}`, undefined],
        [`${path}/messages`, "let me in"],
        [path, {}],
      ] as const) {
        const [status, { code }] = await ask(url, to, { ...who, ...(body !== undefined && { body }) });
        answers.push(`${status} ${code}`);
      }
    }
    answers.push((await ask(url, `${path}/read`, { token, body: { seq: 1 } }))[0]);
    const record = {
      id,
      user: { id: eve.welcome.user.id, name: "Eve" },
      text: "as Eve",
      ts: new Date().toISOString(),
    };
    const [, imported] = await ask(url, `/api/v1/import/${encodeURIComponent(name)}`, {
      body: { messages: [record] },
    });
    answers.push((imported["refused"] as { message: string }[])[0]?.message);
    for (const frame of [
      { type: "join", room: name },
      { type: "join", room: name, since: { epoch: "aaaaaaaaaaaaaaaa", seq: 0 } },
      { type: "message", room: name, text: "x" },
      { type: "edit", room: name, target: id, text: "x" },
      { type: "delete", room: name, target: id },
      { type: "react", room: name, target: id, emoji: "👍" },
      { type: "history", room: name },
      { type: "read", room: name, seq: 1 },
      { type: "search", room: name, text: "secret" },
    ]) {
      eve.send(frame);
      answers.push((await eve.next("error")).code);
    }
    answers.push(await TextClient.refusal(url, `/chat/${encodeURIComponent(name)}`));
    const line = await TcpClient.join(t, tcpPort);
    line.send(`/join ${name}\n`);
    answers.push(await line.line());
    both.push(answers);
  }
  assert.deepEqual(both[0], both[1], "the same where there is nothing");
  assert.ok(both[0]?.every((answer) => !JSON.stringify(answer).includes("secret")));
  for (const answer of (both[0] ?? []).slice(0, 28)) assert.equal(answer, "404 no_such_room");
  for (const who of [{ token }, {}]) {
    const [, found] = await ask(url, "/search?q=secret", who);
    assert.deepEqual(found, { messages: [] });
    const [, { rooms }] = await ask(url, "/rooms", who);
    assert.deepEqual(
      (rooms as Listed).map((one) => one.room),
      ["general"],
    );
  }
  const [, own] = await ask(url, "/search?q=secret", { token: bob.welcome.token });
  assert.equal((own["messages"] as unknown[]).length, 1, "its two people find it");
  ann.send({ type: "history", room, limit: 0, ref: "end" });
  const came: string[] = [];
  for (;;) {
    const frame = await ann.take();
    if (!("room" in frame) || frame.room !== room) continue;
    if (frame.type === "history" && frame.ref === "end") break;
    came.push(frame.type);
  }
  assert.deepEqual(came, ["message"], "nothing came in, and nobody");
  assert.deepEqual(
    readdirSync(transcripts).filter((name) => name.includes("@")),
    [],
  );
});
