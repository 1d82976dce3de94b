import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { before, type TestContext, test } from "node:test";
import { WebSocket } from "ws";
import { nats as natsProgram, postgres as postgresProgram } from "../../scripts/servers.mjs";
import { defaultLimits } from "../../src/protocol/limits.ts";
import type { ServerFrameOf } from "../../src/protocol/server-frames.ts";
import { StartupError } from "../../src/server/index.ts";
import { RawClient } from "../support/client.ts";
import { useNats } from "../support/nats.ts";
import { usePostgres } from "../support/postgres.ts";
import { describeWith, freePort } from "../support/programs.ts";
import { range } from "../support/seqs.ts";
import { startTestServer, temporaryFolder } from "../support/server.ts";

describeWith([postgresProgram, natsProgram], "several nodes, on one Postgres and one NATS", () => {
  const postgres = usePostgres();
  const nats = useNats();
  let store = "";

  // People have names of their own in each test: who was on a node that has ended keeps theirs for a while. [N6]
  before(async () => {
    store = await postgres().newDatabase();
  });

  const startNode = (t: TestContext) => startTestServer(t, { store, bus: nats().address });

  test("[N1] [R1] what is said on either is read on both, each message once and in one order", async (t) => {
    const [here, there] = [await startNode(t), await startNode(t)];
    const room = "ห้องเรียน";
    const members = [
      await RawClient.join(t, here.url, { room, name: "Оля" }),
      await RawClient.join(t, there.url, { room, name: "น้อย" }),
    ];
    const acks = members.map(async (member, node) => {
      for (const n of range(1, 50)) member.send({ type: "message", text: `${node}: привіт ${n} 👋` });
      const seqs: number[] = [];
      while (seqs.length < 50) seqs.push((await member.next("ack")).seq);
      return seqs;
    });
    const read = await Promise.all(
      [here, there].map(async ({ url }) => {
        const reader = await RawClient.join(t, url, { room });
        const first = reader.joined.head;
        const last = 100 - first;
        const messages: ServerFrameOf<"message">[] = [];
        while (messages.length < last) messages.push(await reader.next("message"));
        assert.deepEqual(
          messages.map(({ seq }) => seq),
          range(first + 1, 100),
        );
        return new Map(messages.map(({ seq, text }) => [seq, text]));
      }),
    );
    const all = (await Promise.all(acks)).flat();
    assert.deepEqual(
      all.toSorted((a, b) => a - b),
      range(1, 100),
    );
    const [one, other] = read;
    for (const [seq, text] of one ?? []) if (other?.has(seq)) assert.equal(other.get(seq), text);
  });

  test("[N7] a guest's address has one rate on both, once what was said through one is read on the other", async (t) => {
    const limits = { ...defaultLimits, sendRate: 0.01, sendBurst: 1 };
    const start = () =>
      startTestServer(t, { store, bus: nats().address, limits, trustProxies: ["127.0.0.0/8", "::1"] });
    const [here, there] = [await start(), await start()];
    const post = async (url: string, address: string) => {
      const headers = { "x-forwarded-for": address };
      return (await fetch(`${url}/rooms/rates/messages`, { method: "POST", body: "привіт", headers })).status;
    };
    const reader = await RawClient.join(t, there.url, { room: "rates" });
    assert.equal(await post(here.url, "2001:db8::1"), 201);
    await reader.next("message");
    assert.equal(await post(there.url, "2001:db8::2"), 429, "one /64 is one address");
    assert.equal(await post(there.url, "192.0.2.1"), 201);
  });

  test("[N1] [R2] [R3] a member of one node goes on at the other as who they were, and misses nothing", async (t) => {
    const [here, there] = [await startNode(t), await startNode(t)];
    const ann = await RawClient.join(t, here.url, { room: "resume", name: "Ann" });
    const bob = await RawClient.join(t, here.url, { room: "resume", name: "Bob" });
    const { seq, id } = await ann.say("seen by Ann");
    ann.socket.terminate();
    for (const n of range(1, 20)) await bob.say(`missed ${n}`);
    const again = await RawClient.connect(t, there.url);
    const { epoch } = ann.joined;
    again.send({ type: "join", room: "resume", token: ann.welcome.token, since: { epoch, seq, id } });
    assert.deepEqual((await again.next("welcome")).user, ann.welcome.user);
    assert.equal((await again.next("joined")).recovered, true);
    for (const n of range(1, 20)) assert.equal((await again.next("message")).text, `missed ${n}`);
    await bob.say("live");
    assert.equal((await again.next("message")).text, "live");
    const resent = await again.say("seen by Ann", { id });
    assert.deepEqual([resent.seq, resent.dup], [seq, true]);
  });

  test("[N5] [N8] [K5] who comes, goes and types on one is seen on the other, and nobody leaves by a restart", async (t) => {
    const [here, there] = [await startNode(t), await startNode(t)];
    const room = "кухня";
    const ann = await RawClient.join(t, here.url, { room, name: "Аня" });
    const som = await RawClient.join(t, there.url, { room, name: "ส้ม" });
    // What passes between servers may come a moment after who joins.
    if (som.joined.count === 1) assert.deepEqual((await som.next("user_joined")).user, ann.welcome.user);
    else assert.deepEqual(new Set(som.joined.members), new Set([ann.welcome.user, som.welcome.user]));
    const seen = await ann.next("user_joined");
    assert.deepEqual([seen.user, seen.count], [som.welcome.user, 2]);
    som.send({ type: "typing" });
    assert.deepEqual((await ann.next("typing")).user, som.welcome.user);
    assert.ok(here.broadcast("🟢 ทดสอบ").ok);
    assert.equal((await ann.next("notice")).text, "🟢 ทดสอบ");
    assert.equal((await som.next("notice")).text, "🟢 ทดสอบ");
    await there.stop();
    const back = await RawClient.join(t, here.url, { room, token: som.welcome.token });
    assert.deepEqual(back.welcome.user, som.welcome.user);
    assert.equal(back.joined.count, 2);
    back.leave();
    const told = await ann.take();
    assert.ok(told.type === "typing" && !told.active, "and nothing else since");
  });

  test("[N6] a name in use on one is taken on the other, through every gateway, until its owner leaves", async (t) => {
    const [here, there] = [await startNode(t), await startNode(t)];
    const admin = await RawClient.join(t, here.url, { room: "names", name: "admin" });
    const other = await RawClient.connect(t, there.url);
    other.send({ type: "join", room: "names", name: "аdmin" });
    const refused = await other.next("error");
    assert.deepEqual([refused.code, refused.suggestion], ["name_taken", "аdmin2"]);
    const post = () =>
      fetch(`${there.url}/rooms/names/messages`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name: "Admin", text: "привіт" }),
      });
    assert.equal((await post()).status, 409);
    const hello = await fetch(`${there.url}/api/v1/hello`, { method: "POST", body: '{"name":"ADMIN"}' });
    assert.equal(hello.status, 409);
    const handshake = new WebSocket(`${there.url.replace("http", "ws")}/chat/names?name=admin`);
    await assert.rejects(once(handshake, "open"), /409/);
    admin.leave();
    await admin.closed;
    while ((await post()).status !== 201);
    other.send({ type: "join", room: "names", name: "аdmin" });
    assert.equal((await other.next("welcome")).user.name, "аdmin");
  });

  test("[N2] [R1] while NATS is away nothing is lost, and what was said meanwhile is read, in order", async (t) => {
    const [here, there] = [await startNode(t), await startNode(t)];
    const ann = await RawClient.join(t, here.url, { room: "bus", name: "Тарас" });
    const bob = await RawClient.join(t, there.url, { room: "bus", name: "Леся" });
    await nats().kill();
    await ann.say("while it is away");
    assert.equal((await bob.next("message")).text, "while it is away");
    await ann.say("and once more");
    await nats().start();
    assert.equal((await bob.next("message")).text, "and once more");
    await ann.say("it is back");
    assert.equal((await bob.next("message")).text, "it is back");
  });

  test("[N3] [L3] Postgres is killed and comes back: refused meanwhile, read from memory, nothing acknowledged is lost", async (t) => {
    const [here, there] = [await startNode(t), await startNode(t)];
    const ann = await RawClient.join(t, here.url, { room: "kill", name: "Mia" });
    const reader = await RawClient.join(t, there.url, { room: "kill" });
    const acknowledged: number[] = [];
    const untilRefused = (async () => {
      for (let n = 1; ; n++) {
        ann.send({ type: "message", text: `message ${n}` });
        for (;;) {
          const frame = await ann.take();
          if (frame.type === "ack") acknowledged.push(frame.seq);
          if (frame.type === "error") return frame;
          if (frame.type === "ack") break;
        }
      }
    })();
    await reader.next("message");
    await postgres().kill();
    const { code } = await untilRefused;
    assert.equal(code, "unavailable");
    assert.equal(await readiness(here.url), 503);
    const late = await RawClient.connect(t, here.url);
    late.send({ type: "join", room: "kill", history: 1 });
    const joined = await late.next("joined");
    assert.deepEqual((await late.next("history")).messages.length, 1, "from memory");
    assert.ok(joined.head >= (acknowledged.at(-1) ?? 0));
    const poll = await fetch(`${here.url}/rooms/kill/messages?after=0&limit=1`);
    const page = (await poll.json()) as {
      readonly head: number;
      readonly messages: readonly { readonly seq: number }[];
    };
    assert.deepEqual([poll.status, page.head, page.messages[0]?.seq], [200, joined.head, 1], "over HTTP, too");
    assert.equal((await fetch(`${here.url}/rooms/nobody-is-here/messages`)).status, 503);
    await postgres().start();
    while ((await readiness(here.url)) !== 200);
    while ((await readiness(there.url)) !== 200);
    const last = await RawClient.join(t, here.url, { room: "kill", name: "Ivan" });
    const ack = await said(last, "after it");
    const { messages } = (await (await fetch(`${there.url}/rooms/kill/messages?after=0&limit=1000`)).json()) as {
      messages: { seq: number; text: string }[];
    };
    const kept = new Map(messages.map(({ seq, text }) => [seq, text]));
    assert.deepEqual(
      acknowledged.filter((seq) => kept.get(seq) !== `message ${seq}`),
      [],
    );
    let seq = 1;
    while (seq < ack) {
      const next = await reader.next("message");
      assert.equal(next.seq, seq + 1);
      seq = next.seq;
    }
  });

  test("[N4] [L4] after a failover that lost the tail every reader is sent away with 4104, and reads what there is", async (t) => {
    await postgres().stop();
    postgres().keepCopy();
    await postgres().start();
    const [here, there] = [await startNode(t), await startNode(t)];
    const ann = await RawClient.join(t, here.url, { room: "failover", name: "Zoe" });
    const bob = await RawClient.join(t, there.url, { room: "failover", name: "Max" });
    const { id, seq } = await ann.say("on the disk that is gone");
    await bob.next("message");
    await postgres().failOverToCopy();
    while ((await readiness(here.url)) !== 200);
    while ((await readiness(there.url)) !== 200);
    // Somebody speaks in the room: both nodes find out that its log is another one.
    await fetch(`${here.url}/rooms/failover/messages`, { method: "POST", body: "said after it" });
    assert.deepEqual([await ann.closed, await bob.closed], [4104, 4104]);
    const back = await RawClient.connect(t, here.url);
    back.send({ type: "join", room: "failover", since: { epoch: ann.joined.epoch, seq, id } });
    const joined = await back.next("joined");
    assert.deepEqual([joined.recovered, joined.reason], [false, "epoch"]);
    assert.deepEqual(
      (await back.next("history")).messages.map((message) => (message as { text: string }).text),
      ["said after it"],
    );
  });

  test("[L5] needs no data folder and locks none, and tells of no disk", async (t) => {
    const data = join(temporaryFolder(t), "none");
    const { url } = await startTestServer(t, { data, store });
    assert.equal((await fetch(`${url}/rooms/general/messages`)).status, 200);
    assert.doesNotMatch(await (await fetch(`${url}/metrics`)).text(), /disk_free|database_bytes/);
    assert.equal(existsSync(data), false);
  });
});

test("says what to do when the database is not there, or a bus has nobody to hear, and never a password", async (t) => {
  const away = `postgres://ann:s3cret@127.0.0.1:${await freePort()}/chat`;
  await assert.rejects(startTestServer(t, { store: away }), (error) => {
    assert.ok(error instanceof StartupError);
    assert.match(error.message, /^No Postgres answers at 127\.0\.0\.1:\d+\/chat .*--store/);
    return !error.message.includes("s3cret");
  });
  await assert.rejects(
    startTestServer(t, { bus: "nats://127.0.0.1:4222" }),
    /--bus is for servers that share a database/,
  );
});

async function readiness(url: string): Promise<number> {
  return (await fetch(`${url}/readyz`)).status;
}

/** Says something as soon as it can be stored. */
async function said(client: RawClient, text: string): Promise<number> {
  for (;;) {
    client.send({ type: "message", text });
    for (;;) {
      const frame = await client.take();
      if (frame.type === "ack") return frame.seq;
      if (frame.type !== "error") continue;
      assert.equal(frame.code, "unavailable");
      break;
    }
  }
}
