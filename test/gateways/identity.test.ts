import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { type TestContext, test } from "node:test";
import type { ServerFrameOf } from "../../src/protocol/server-frames.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";
import { TcpClient } from "../support/tcp-client.ts";
import { TextClient } from "../support/text-client.ts";

const passphrase = "ที่ปลอดภัย และจำง่าย";

interface Answer {
  readonly status: number;
  readonly code?: string;
  readonly suggestion?: string;
  readonly token?: string;
  readonly user?: { readonly id: string; readonly name: string };
  readonly claimed?: string;
  readonly sessions?: ServerFrameOf<"sessions">["sessions"];
}

async function post(url: string, path: string, body: object | string, token?: string): Promise<Answer> {
  const answer = await fetch(url + path, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: {
      ...(typeof body === "object" && { "Content-Type": "application/json" }),
      ...(token && { Authorization: `Bearer ${token}` }),
      "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
    },
  });
  return { ...((await answer.json()) as object), status: answer.status };
}

/** Claims Ирина's name by one request, as curl would. */
async function claimed(url: string): Promise<Required<Pick<Answer, "token" | "user">>> {
  const { status, token, user, claimed: name } = await post(url, "/api/v1/claim", { name: "Ирина", passphrase });
  assert.deepEqual([status, name], [200, "Ирина"]);
  assert.ok(token && user);
  return { token, user };
}

async function ask(t: TestContext, url: string, frame: object): Promise<unknown[]> {
  const line = await RawClient.connect(t, url);
  line.send(frame);
  const { code, suggestion } = await line.next("error");
  return [code, suggestion];
}

test("[I2] a claimed name is its owner's on every gateway, also while they are away and after a restart", async (t) => {
  const first = await startTestServer(t, { tcpPort: 0 });
  const { user } = await claimed(first.url);
  await first.stop();
  const server = await startTestServer(t, { tcpPort: 0, data: first.data });
  const { url } = server;
  const refusal = ["name_taken", "ИРИНА2"];
  assert.deepEqual(await ask(t, url, { type: "hello", name: "ИРИНА" }), refusal);
  assert.deepEqual(await ask(t, url, { type: "join", name: "ИРИНА" }), refusal);
  const guest = await RawClient.join(t, url);
  guest.send({ type: "rename", name: "ИРИНА" });
  assert.equal((await guest.next("error")).code, "name_taken");
  guest.send({ type: "claim", name: "ИРИНА", passphrase });
  assert.equal((await guest.next("error")).code, "name_taken");
  const byHand = await TextClient.connect(t, url, "/", { headers: { origin: url } });
  byHand.send('{"type":"join","name":"ИРИНА"}');
  assert.equal((JSON.parse(String(await byHand.next())) as { code: string }).code, "name_taken");
  const refused = await TextClient.refusal(url, `/chat/general?name=${encodeURIComponent("ИРИНА")}`);
  assert.deepEqual([refused.status, (JSON.parse(refused.body) as Answer).suggestion], [409, "ИРИНА2"]);
  const answers = [
    await post(url, "/api/v1/hello", { name: "ИРИНА" }),
    await post(url, "/api/v1/rename", { name: "ИРИНА" }),
    await post(url, "/api/v1/claim", { name: "ИРИНА", passphrase }),
    await post(url, "/rooms/general/messages", { name: "ИРИНА", text: "not me" }),
  ];
  for (const answer of answers) assert.deepEqual([answer.status, answer.code], [409, "name_taken"]);
  const line = await TcpClient.join(t, server.tcpPort);
  line.send("/name ИРИНА\n");
  assert.match(await line.line(), /^server :: This name is taken. “ИРИНА2” is free/);
  line.send(`/login Ирина ${passphrase}\n`);
  assert.equal(await line.line(), "server :: You are Ирина now.");
  line.send("я тут\n");
  const said = await guest.next("message");
  assert.deepEqual([said.user, said.text], [user, "я тут"]);
});

test("[I2] curl gets a token by name and passphrase, and TCP keeps a name of several words", async (t) => {
  const server = await startTestServer(t, { tcpPort: 0 });
  const line = await TcpClient.join(t, server.tcpPort);
  line.send("/name Zoë de la Cruz\n");
  await line.line();
  line.send("/claim short\n");
  assert.match(await line.line(), /^server :: A passphrase has 8 to 256 characters/);
  line.send("/claim drei kleine Wörter\n");
  assert.equal(await line.line(), "server :: The name Zoë de la Cruz is kept for you.");
  line.send('/login "Zoë de la Cruz" falsche Wörter\n');
  assert.match(await line.line(), /^server :: The name and the passphrase do not go together/);
  const wrong = await post(server.url, "/api/v1/login", { name: "Zoë de la Cruz", passphrase: "falsche Wörter" });
  assert.deepEqual([wrong.status, wrong.code], [403, "wrong_passphrase"]);
  const right = await post(server.url, "/api/v1/login", { name: "zoë de la cruz", passphrase: "drei kleine Wörter" });
  const reader = await TcpClient.join(t, server.tcpPort);
  const posted = await post(server.url, "/rooms/general/messages", "hello from curl", right.token);
  assert.equal(posted.status, 201);
  assert.equal(await reader.line(), "Zoë de la Cruz :: hello from curl");
});

test("[I3] the token of a session that was ended opens nothing, on any gateway, after a restart too", async (t) => {
  const first = await startTestServer(t, { accessKey: "Schlüssel" });
  const line = await RawClient.connect(t, first.url);
  line.send({ type: "hello", key: "Schlüssel", name: "Ирина" });
  const { token: guest } = await line.next("welcome");
  const mine = await post(first.url, "/api/v1/claim", { passphrase }, guest);
  const phone = await post(first.url, "/api/v1/login", { name: "Ирина", passphrase }, guest);
  assert.deepEqual([mine.status, mine.claimed, phone.user?.id], [200, "Ирина", mine.user?.id]);
  const token = phone.token ?? "";
  const stream = await fetch(`${first.url}/events`, { headers: { Authorization: `Bearer ${token}` } });
  assert.equal(stream.status, 200);
  const { sessions = [] } = await post(first.url, "/api/v1/sessions", {}, guest);
  assert.deepEqual(
    sessions.map(({ agent, current }) => [agent, current]),
    [
      ["Firefox, Windows", true],
      ["Firefox, Windows", false],
    ],
  );
  const tab = await RawClient.connect(t, first.url, { headers: { authorization: `Bearer ${token}` } });
  tab.send({ type: "join", token });
  await tab.next("joined");
  const left = await post(first.url, "/api/v1/end_session", { session: sessions[1]?.id }, guest);
  assert.equal(left.sessions?.length, 1);
  assert.equal(await tab.closed, 4003);
  await stream.text();
  const page = await fetch(first.url, { headers: { Authorization: `Bearer ${token}` } });
  assert.equal(page.status, 401, "it shows no more that the key was given");
  await first.stop();

  const { url } = await startTestServer(t, { data: first.data });
  for (const frame of ["hello", "join"]) {
    const late = await RawClient.connect(t, url);
    late.send({ type: frame, token });
    assert.equal((await late.next("error")).code, "session_ended");
    assert.equal(await late.closed, 4003);
  }
  const byHand = await TextClient.connect(t, url, "/", { headers: { origin: url } });
  byHand.send(JSON.stringify({ type: "join", token }));
  assert.equal((JSON.parse(String(await byHand.next())) as { code: string }).code, "session_ended");
  const answers = [
    await post(url, "/api/v1/hello", { token }),
    await post(url, "/api/v1/rename", { name: "Ира" }, token),
    await post(url, "/api/v1/sessions", {}, token),
    await post(url, "/rooms/general/messages", "not me", token),
    await post(url, "/rooms/general", "", token),
  ];
  for (const answer of answers) assert.deepEqual([answer.status, answer.code], [401, "session_ended"]);
  for (const path of ["/events", "/rooms/general/messages"]) {
    assert.equal((await fetch(url + path, { headers: { Authorization: `Bearer ${token}` } })).status, 401, path);
  }
  assert.equal((await post(url, "/rooms/general/messages", "still me", guest)).status, 201);
});

test("[I4] a thousand wrong passphrases at once cost few hashes, and keep nobody else waiting", async (t) => {
  const { url } = await startTestServer(t);
  await claimed(url);
  const lines = await Promise.all(Array.from({ length: 20 }, () => RawClient.connect(t, url)));
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const answers = lines.map(async (line, which) => {
    for (let n = 0; n < 50; n++) line.send({ type: "login", name: "Ирина", passphrase: `wrong ${which} ${n}` });
    const codes: string[] = [];
    while (codes.length < 50) codes.push((await line.next("error")).code);
    return codes;
  });
  const codes = (await Promise.all(answers)).flat();
  delay.disable();
  const judged = codes.filter((code) => code === "wrong_passphrase").length;
  // Six, and one more after 1 s, 2 s, 4 s …, however long it all takes.
  assert.ok(judged >= 6 && judged <= 9, `${judged}`);
  assert.equal(codes.filter((code) => code === "rate_limited").length, 1_000 - judged);
  t.diagnostic(`event loop's longest delay ${(delay.max / 1e6).toFixed(0)} ms`);
});
