import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { connectIn } from "../../src/sdk/connect.ts";
import type { Client, LinkState, MessageFrame, Room } from "../../src/sdk/index.ts";
import { realSurroundings } from "../../src/sdk/surroundings.ts";
import { RawClient } from "../support/client.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { startTestServer } from "../support/server.ts";
import { next } from "./support/set-time.ts";

/** How long the SDK waits for the first block of a stream. */
const firstBlockMs = 5_000;

/** A client that comes back without delay, and soon gives a stream up that says nothing. */
function connectTo(t: TestContext, url: string, options: { name?: string } = {}) {
  const watchers = new Set<{ online(): void }>();
  const surroundings = {
    ...realSurroundings,
    random: () => 0,
    after: (ms: number, callback: () => void) => realSurroundings.after(ms === firstBlockMs ? 200 : ms, callback),
    watch(watcher: { online(): void }) {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
  };
  const client = connectIn(surroundings, url, options);
  t.after(() => client.close());
  const goOnline = () => {
    for (const watcher of watchers) watcher.online();
  };
  return { client, goOnline };
}

/** Keeps what a room shows, as a page would. */
function follow(room: Room): { messages: readonly MessageFrame[]; resets: number } {
  const followed = { messages: [] as readonly MessageFrame[], resets: 0 };
  room.on("reset", ({ messages }) => {
    followed.messages = messages;
    followed.resets++;
  });
  room.on("message", (message) => {
    followed.messages = [...followed.messages, message];
  });
  return followed;
}

const seqs = (messages: readonly MessageFrame[]) => messages.map(({ seq }) => seq);
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const shown = (room: Room, seq: number) => next(room, "message", (message) => message.seq === seq);

type Over = Extract<LinkState, { at: "open" }>["over"];
const isOver = (state: LinkState, over: Over) => state.at === "open" && state.over === over;

/** Waits until the line is open over this. */
const opensOver = (client: Client, over: Over) =>
  isOver(client.state, over) ? Promise.resolve(client.state) : next(client, "state", (state) => isOver(state, over));

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
