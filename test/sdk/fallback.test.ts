import assert from "node:assert/strict";
import { test } from "node:test";
import { RawClient } from "../support/client.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { startTestServer } from "../support/server.ts";
import { connectTo, follow, type Over, opensOver, reaches, shown, upTo } from "./support/fallback.ts";
import { next } from "./support/set-time.ts";

const ways: readonly (readonly [what: string, bad: Pick<TestProxy, "upgrades" | "streams">, over: Over])[] = [
  ["refuses upgrades", { upgrades: "refused", streams: "passed" }, "events"],
  ["cuts a WebSocket after its handshake", { upgrades: "cut", streams: "passed" }, "events"],
  ["refuses upgrades and cuts streams", { upgrades: "refused", streams: "cut" }, "poll"],
  ["refuses upgrades and holds streams back", { upgrades: "refused", streams: "buffered" }, "poll"],
];

for (const [what, bad, over] of ways) {
  test(`[R1] [R2] [S1] [S2] [E1] [E2] two people talk through a proxy that ${what}, over a restart, and move up when it lets them`, async (t) => {
    const first = await startTestServer(t, { drainMs: 0 });
    const proxy = await startProxy(t, first.url, bad);
    const names = ["Оля", "น้อย"];
    const people = names.map((name) => connectTo(t, proxy.url, { name }));
    const clients = people.map(({ client }) => client);
    const rooms = clients.map((client) => client.join("Кухня"));
    const followed = rooms.map(follow);
    await Promise.all(rooms.map((room) => next(room, "reset")));
    await Promise.all(clients.map((client) => opensOver(client, over)));

    /** Everybody says three things at once, betters the second and likes it, and reads all of it. */
    async function talk(from: number): Promise<void> {
      const complete = rooms.map((room) => reaches(room, from + 11));
      const sent = rooms.flatMap((room, index) => {
        const [one, two, three] = upTo(3).map((number) => room.send(`${names[index]} ${from + number} 👋`));
        assert.ok(one && two && three);
        const all = [one, two, three, room.edit(two.id, `${names[index]}: better`), room.react(two.id, "👍🏽")];
        return [...all, ...(index === 0 ? [room.setTopic(`from ${from}`)] : [])].map((told) => room.settled(told));
      });
      await Promise.all([...sent, ...complete]);
      assert.deepEqual(
        rooms.map(({ topic }) => topic),
        [`from ${from}`, `from ${from}`],
      );
    }

    await talk(0);
    const away = clients.map((client) => next(client, "state", ({ at }) => at === "waiting"));
    await first.stop();
    proxy.cut();
    await Promise.all(away);
    const second = await startTestServer(t, { data: first.data, ports: first.ports });
    await talk(11);
    assert.ok(clients.every((client) => client.state.at === "open" && client.state.over !== "websocket"));

    const ann = await RawClient.join(t, second.url, { name: "Ann", room: "кухня" });
    proxy.upgrades = "passed";
    const underWay = rooms.map((room) => reaches(room, 28));
    const meanwhile = rooms.flatMap((room, index) => {
      const said = room.send(`${names[index]} on the way up`);
      return [said, room.react(said.id, "🪜"), room.delete(said.id)].map((told) => room.settled(told));
    });
    for (const { goOnline } of people) goOnline();
    await Promise.all(clients.map((client) => opensOver(client, "websocket")));
    await Promise.all([...meanwhile, ...underWay]);
    const last = rooms.map((room) => shown(room, 29));
    await ann.say("heard by all, once");
    await Promise.all(last);

    ann.send({ type: "history", room: "кухня" });
    const stored = (await ann.next("history")).messages;
    for (const [index, { messages, resets, events }] of followed.entries()) {
      assert.deepEqual([resets, events], [1, upTo(29)]);
      assert.deepEqual(messages, stored, "[E2] what is folded is what is stored");
      const own = messages.filter(({ user }) => user.id === clients[index]?.user?.id);
      const said = [0, 11].flatMap((from) => [
        `${names[index]} ${from + 1} 👋`,
        `${names[index]}: better`,
        `${names[index]} ${from + 3} 👋`,
      ]);
      assert.deepEqual(
        own.map(({ text }) => text),
        [...said, ""],
      );
      assert.deepEqual(
        own.map(({ reactions, deleted }) => deleted ?? reactions?.[0]?.emoji),
        [undefined, "👍🏽", undefined, undefined, "👍🏽", undefined, true],
      );
    }
  });
}
