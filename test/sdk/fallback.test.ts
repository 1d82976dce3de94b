import assert from "node:assert/strict";
import { test } from "node:test";
import { RawClient } from "../support/client.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { startTestServer } from "../support/server.ts";
import { connectTo, follow, type Over, opensOver, seqs, shown, upTo } from "./support/fallback.ts";
import { next } from "./support/set-time.ts";

const ways: readonly (readonly [what: string, bad: Pick<TestProxy, "upgrades" | "streams">, over: Over])[] = [
  ["refuses upgrades", { upgrades: "refused", streams: "passed" }, "events"],
  ["cuts a WebSocket after its handshake", { upgrades: "cut", streams: "passed" }, "events"],
  ["refuses upgrades and cuts streams", { upgrades: "refused", streams: "cut" }, "poll"],
  ["refuses upgrades and holds streams back", { upgrades: "refused", streams: "buffered" }, "poll"],
];

for (const [what, bad, over] of ways) {
  test(`[R1] [R2] [S1] [S2] two people talk through a proxy that ${what}, over a restart, and move up when it lets them`, async (t) => {
    const first = await startTestServer(t, { drainMs: 0 });
    const proxy = await startProxy(t, first.url, bad);
    const names = ["Оля", "น้อย"];
    const people = names.map((name) => connectTo(t, proxy.url, { name }));
    const clients = people.map(({ client }) => client);
    const rooms = clients.map((client) => client.join("Кухня"));
    const followed = rooms.map(follow);
    await Promise.all(rooms.map((room) => next(room, "reset")));
    await Promise.all(clients.map((client) => opensOver(client, over)));

    /** Everybody says three things at once, and reads what all have said. */
    async function talk(from: number): Promise<void> {
      const complete = rooms.map((room) => shown(room, from + 6));
      const sent = rooms.flatMap((room, index) =>
        upTo(3).map((number) => room.settled(room.send(`${names[index]} ${from + number} 👋`))),
      );
      await Promise.all([...sent, ...complete]);
    }

    await talk(0);
    const away = clients.map((client) => next(client, "state", ({ at }) => at === "waiting"));
    await first.stop();
    proxy.cut();
    await Promise.all(away);
    const second = await startTestServer(t, { data: first.data, ports: first.ports });
    await talk(6);
    assert.ok(clients.every((client) => client.state.at === "open" && client.state.over !== "websocket"));

    const ann = await RawClient.join(t, second.url, { name: "Ann", room: "кухня" });
    proxy.upgrades = "passed";
    const underWay = rooms.map((room) => shown(room, 14));
    const meanwhile = rooms.map((room, index) => room.settled(room.send(`${names[index]} on the way up`)));
    for (const { goOnline } of people) goOnline();
    await Promise.all(clients.map((client) => opensOver(client, "websocket")));
    await Promise.all([...meanwhile, ...underWay]);
    const last = rooms.map((room) => shown(room, 15));
    await ann.say("heard by all, once");
    await Promise.all(last);

    for (const [index, { messages, resets }] of followed.entries()) {
      assert.deepEqual([resets, seqs(messages)], [1, upTo(15)]);
      const own = messages.filter(({ user }) => user.id === clients[index]?.user?.id).map(({ text }) => text);
      const said = [1, 2, 3, 7, 8, 9].map((number) => `${names[index]} ${number} 👋`);
      assert.deepEqual(own, [...said, `${names[index]} on the way up`]);
    }
  });
}
