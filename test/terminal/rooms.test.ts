import assert from "node:assert/strict";
import { test } from "node:test";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";
import { runAtTerminal } from "../support/terminal.ts";

test("[P1] [P2] Somebody at a terminal sees the rooms, hears who writes to them alone, and answers.", async (t) => {
  const { url } = await startTestServer(t);
  const olya = await RawClient.join(t, url, { name: "Оля", room: "кухня" });
  await olya.say("борщ");
  olya.send({ type: "topic", text: "що їсти" });
  await olya.next("topic");
  const ann = runAtTerminal(t, ["chat", "--server", url, "--name", "Ann"]);
  await ann.sees("You: ");
  ann.type("/rooms\r");
  await ann.sees("1 person in кухня · що їсти");
  ann.type("/dm nobody\r");
  await ann.sees("There is nobody of this name or id here.");
  ann.type("/dm\r");
  await ann.sees("/dm NAME");
  olya.send({ type: "direct", user: "Ann" });
  const { room } = await olya.next("joined");
  await olya.say("між нами", { room });
  await ann.sees("💬 Оля writes to you alone. /dm Оля opens it.");
  ann.type("/dm Оля\r");
  await ann.sees("You are in @Оля as Ann");
  await ann.sees("між нами");
  ann.type("так\r");
  assert.equal((await olya.next("message")).text, "між нами");
  const said = await olya.next("message");
  assert.deepEqual([said.text, said.room], ["так", room]);
  ann.type("/who\r");
  await ann.sees("2 people in @Оля: Ann, Оля");
  ann.type("\u0003");
  assert.equal(await ann.exit, 0);
});

const enter = "\r";

test("What was said just before /leave is said; what cannot be said any more is told", async (t) => {
  const server = await startTestServer(t);
  const olya = await RawClient.join(t, server.url, { name: "Оля", room: "кухня" });
  const ann = runAtTerminal(t, ["chat", "general", "--server", server.url, "--name", "Ann"]);
  await ann.sees("You: ");
  ann.type(`/join кухня${enter}`);
  await ann.sees("You are in кухня");
  const said = Array.from({ length: 5 }, (_, index) => `№${index}`);
  ann.type(`${said.join(enter)}${enter}/leave${enter}`);
  for (const text of said) assert.equal((await olya.next("message")).text, text);
  await ann.sees("You have left кухня.");
  assert.ok(!ann.text.includes("Not sent"));
  await server.stop();
  await ann.sees("The connection is lost");
  ann.type(`загубиться${enter}/leave${enter}`);
  await ann.sees("Not sent, because the connection is lost: “загубиться”");
  ann.type("\u0003");
  await ann.exit;
});
