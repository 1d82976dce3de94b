import assert from "node:assert/strict";
import { test } from "node:test";
import { RawClient } from "../support/client.ts";
import { startTestServer, temporaryFolder } from "../support/server.ts";
import { TcpClient } from "../support/tcp-client.ts";
import { runPiped } from "../support/terminal.ts";
import { TextClient } from "../support/text-client.ts";

const from = (address: string) => ({ headers: { "x-forwarded-for": address } });

test("[D8] parlance ban keeps out addresses and people beside the running server, and parlance unban lets them in again", async (t) => {
  const server = await startTestServer(t, { trustProxies: ["loopback"], tcpPort: 0 });
  const { url } = server;
  const command = async (...words: string[]) => {
    const run = runPiped(t, [...words, "--data", server.data], {});
    return { status: await run.exit, output: run.output };
  };
  const stranger = await RawClient.connect(t, url, from("203.0.113.7"));
  stranger.send({ type: "join", name: "Ева" });
  stranger.send({ type: "message", room: "general", id: "spam-spam-spam-spam", text: "купи!" });
  await stranger.next("ack");
  const owner = await RawClient.join(t, url, { name: "Оля" });
  owner.send({ type: "claim", passphrase: "коти люблять молоко" });
  const { user, token } = await owner.next("welcome");
  const neighbour = await RawClient.connect(t, url, from("203.0.114.7"));
  neighbour.send({ type: "join", name: "น้อย" });
  await neighbour.next("joined");

  const stream = await fetch(`${url}/rooms/general/events`, from("203.0.113.8"));
  const idle = [
    await TextClient.connect(t, url, "/echo", from("203.0.113.9")),
    await TextClient.connect(t, url, "/", { headers: { ...from("203.0.113.9").headers, origin: url } }),
  ];

  const done = await Promise.all(["203.0.113.99/24", "Оля", "Ева"].map((who) => command("ban", who)));
  assert.deepEqual(
    done.map(({ status }) => status),
    [0, 0, 0],
    done.map(({ output }) => output).join(),
  );
  const [subnet = "", owned = "", guest = ""] = done.map(({ output }) => output);
  assert.match(subnet, /✅ 203\.0\.113\.0\/24 is banned\./);
  assert.ok(owned.includes(`✅ Оля (${user.id}) is banned.`), owned);
  assert.match(guest, /✅ Ева \(u_[a-z0-9]{20}\) is banned\./);
  assert.deepEqual(await Promise.all([owner.closed, stranger.closed]), [4003, 4003]);
  assert.ok(await stream.text(), "the stream has an end");
  await Promise.all(idle.map(({ closed }) => closed));
  assert.match(server.log.lines.join("\n"), /sent away: banned .*203\.0\.113\.7/);

  const refused = await fetch(`${url}/rooms/general/messages`, from("203.0.113.8"));
  assert.deepEqual([refused.status, ((await refused.json()) as { code: string }).code], [403, "banned"]);
  assert.equal((await TextClient.refusal(url, "/", from("203.0.113.8"))).status, 403);
  const posted = await fetch(`${url}/rooms/general/messages`, {
    method: "POST",
    body: "я тут",
    headers: { authorization: `Bearer ${token}` },
  });
  assert.deepEqual([posted.status, ((await posted.json()) as { code: string }).code], [403, "banned"]);
  assert.equal((await fetch(`${url}/rooms/general/messages`, from("203.0.114.7"))).status, 200, "a neighbour");
  neighbour.send({ type: "ping" });
  await neighbour.next("pong");

  const listed = await command("bans");
  assert.equal(listed.output.trim().split("\n").length, 3, listed.output);
  const lifted = await command("unban", "Оля");
  assert.equal(lifted.output.trim(), `✅ Оля (${user.id}) may come in again. Running servers know within 5 s.`);
  await server.stop();
  const anew = await startTestServer(t, { data: server.data, tcpPort: 0, trustProxies: ["loopback"] });
  assert.deepEqual((await RawClient.join(t, anew.url, { token })).welcome.user, user);
  assert.equal((await fetch(`${anew.url}/healthz`, from("203.0.113.7"))).status, 403, "over a restart");
  await TcpClient.join(t, anew.tcpPort);
});

test("parlance ban says in a line what is in the way", async (t) => {
  const server = await startTestServer(t);
  const refuse = async (...words: string[]) => {
    const run = runPiped(t, words, {});
    assert.equal(await run.exit, 1);
    return run.output;
  };
  const [unknown, none, empty] = await Promise.all([
    refuse("ban", "Nobody", "--data", server.data),
    refuse("ban", "Ann", "--data", temporaryFolder(t)),
    runPiped(t, ["bans", "--data", server.data], {}),
  ]);
  assert.match(unknown, /❌ Nobody called Nobody keeps that name, or has said anything under it/);
  assert.match(none, /❌ There is no .*parlance\.db\./);
  assert.equal(await empty.exit, 0);
  assert.match(empty.output, /Nobody is banned\./);
});
