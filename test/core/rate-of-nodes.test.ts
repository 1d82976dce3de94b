import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { messageId, roomName } from "../support/drafts.ts";
import { type Guest, tokenOf } from "../support/guest.ts";
import { SeveralNodes } from "../support/several-nodes.ts";

const [rate, burst] = [2, 3];
const from = "2001:db8:0:7::/64";

function twoNodes() {
  const nodes = new SeveralNodes({ sendRate: rate, sendBurst: burst });
  return { nodes, here: nodes.start(), there: nodes.start() };
}

const countOf = (nodes: SeveralNodes) => nodes.memory.rooms.get(roomName("general"))?.events.length ?? 0;

function say(line: Guest, ...texts: string[]): void {
  for (const text of texts) line.send({ type: "message", text });
}

/** Lets lines say as much as they may for 30 s, after a rest; how much that was, and how much one rate allows. */
async function sayAll(nodes: SeveralNodes, lines: readonly Guest[]) {
  await nodes.pass(10_000);
  const before = countOf(nodes);
  const begun = nodes.clock.monotonic();
  for (let tenth = 0; tenth < 300; tenth++) {
    // On all at the same moment: none has heard of the others'.
    for (const line of lines) if (!line.isPaused) say(line, `${tenth}`);
    nodes.clock.advance(100);
    await nodes.quiet();
  }
  return { said: countOf(nodes) - before, allowed: (rate * (nodes.clock.monotonic() - begun)) / 1000 };
}

describe("the rate of messages, on several nodes", () => {
  for (const [who, { token, acknowledges }] of Object.entries({
    "somebody with a token": { token: true, acknowledges: true },
    "guests of one address": { token: false, acknowledges: true },
    "guests of one address whose messages wait": { token: false, acknowledges: false },
  })) {
    test(`[N7] of ${who}: what is said through one node counts on all, at once a burst a node and in the long run one rate`, async () => {
      const { nodes, here, there } = twoNodes();
      const join = token ? { token: tokenOf(await here.world.join({ name: "Оля" })) } : {};
      const options = { acknowledges, ...(token ? {} : { address: from }) };
      const one = await here.world.join(join, options);
      const other = await there.world.join(join, options);
      say(one, "สวัสดี", "привіт", "👋");
      await nodes.quiet();
      say(other, "?");
      await nodes.quiet();
      assert.equal(countOf(nodes), burst, "the other node has heard of it");
      const { said, allowed } = await sayAll(nodes, [one, other]);
      assert.ok(said <= allowed + 2 * burst, `${said} messages in place of ${allowed}`);
      assert.ok(said >= 0.9 * allowed, `${said} messages in place of ${allowed}`);
    });
  }

  test("[N7] a guest's address is nobody else's: others, and who has a token there, say what they like", async () => {
    const { nodes, here, there } = twoNodes();
    const guest = await here.world.join({ name: "น้อย" }, { address: from });
    const token = tokenOf(guest);
    say(guest, "1", "2", "3");
    await nodes.quiet();
    const lines = [
      await there.world.join({ token }, { address: from }),
      await there.world.join({}, { address: "192.0.2.7" }),
      await there.world.join({}, { address: from }),
    ];
    for (const line of lines) say(line, "1", "2", "3");
    await nodes.quiet();
    assert.deepEqual(
      lines.map((line) => line.all("ack").length),
      [burst, burst, 0],
    );
  });

  test("[N7] what is imported through one node counts for none of its authors, on no node", async () => {
    const { nodes, here, there } = twoNodes();
    const line = await there.world.join({ name: "Оля" });
    const author = await there.world.join({ token: tokenOf(line) });
    const user = line.last("welcome").user;
    // Between two messages that count.
    const live = await here.world.join({ name: "น้อย" }, { address: from });
    say(live, "1");
    for (let n = 0; n < 10; n++) {
      const said = { room: roomName("general"), user, text: `${n}`, id: messageId(n), ts: n };
      here.world.hub.post(said, ({ ok }) => assert.ok(ok));
    }
    say(live, "2");
    await nodes.quiet();
    assert.equal(author.all("message").length, 12);
    say(author, "1", "2", "3");
    const guest = await there.world.join({}, { address: from });
    say(guest, "1", "2");
    await nodes.quiet();
    assert.deepEqual([author.all("ack").length, guest.all("ack").length], [burst, burst - 2]);
  });

  test("[N7] a node that does not hear the others does not count what they let through, nor does it later", async () => {
    const { nodes, here, there } = twoNodes();
    const one = await here.world.join({}, { address: from });
    const other = await there.world.join({}, { address: from });
    nodes.hear(there.id, false);
    say(one, "1", "2", "3");
    await nodes.quiet();
    nodes.hear(there.id, true);
    await nodes.pass(1_000);
    assert.equal(other.all("message").length, burst, "it has read them");
    say(other, "1", "2", "3");
    await nodes.quiet();
    assert.equal(other.all("ack").length, burst);
  });

  test("[N7] what a node tells of has the addresses of guests, and of nobody else", async () => {
    const { nodes, here } = twoNodes();
    const heard: unknown[] = [];
    const guest = await here.world.join({ name: "Ann" }, { address: from });
    const known = await here.world.join({ token: tokenOf(guest) }, { address: from });
    const local = await here.world.join();
    here.world.bus.subscribe(({ events, countedFor }) => heard.push([events.map(({ text }) => text), countedFor]));
    say(known, "known");
    say(guest, "guest");
    say(local, "local");
    await nodes.quiet();
    say(known, "alone");
    await nodes.quiet();
    assert.deepEqual(heard, [
      [
        ["known", "guest", "local"],
        [null, from, null],
      ],
      [["alone"], undefined],
    ]);
  });
});
