import assert from "node:assert/strict";
import { test } from "node:test";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";
import { runAtTerminal, runPiped } from "../support/terminal.ts";

const enter = "\r";

test("[E1] Somebody at a terminal edits, answers, reacts, deletes and sets the topic, and reads what others change.", async (t) => {
  const { url } = await startTestServer(t);
  const olya = await RawClient.join(t, url, { name: "Оля" });
  const question = await olya.say("обід о першій?");
  olya.send({ type: "topic", text: "їжа" });
  olya.send({ type: "react", target: question.id, emoji: "🍲" });
  await olya.next("reacted");
  const ann = runAtTerminal(t, ["chat", "--server", url, "--name", "Ann"]);
  await ann.sees("Оля: обід о першій? (🍲)");
  await ann.sees("Topic: їжа");

  ann.type(`/reply так${enter}`);
  const answer = await olya.next("message");
  assert.deepEqual([answer.text, answer.reply_to], ["так", question.id]);
  await ann.sees("You ↳ Оля “обід о першій?”: так");
  ann.type("/edit \t");
  await ann.sees("You: /edit так");
  ann.type(`, дякую${enter}`);
  assert.deepEqual((await olya.next("edited")).text, "так, дякую");
  await ann.sees("Ann edited: так, дякую");
  ann.type(`/react heart 2${enter}`);
  assert.deepEqual((await olya.next("reacted")).target, question.id);
  await ann.sees("Ann reacted: ❤️ ↳ Оля “обід о першій?”");
  ann.type(`/react ❤ 2${enter}`);
  assert.equal((await olya.next("reacted")).active, false);
  await ann.sees("Ann took back ❤️ ↳ Оля");
  ann.type(`/delete 2${enter}`);
  await ann.sees("There is no such message here, or it was deleted.");
  ann.type(`/delete${enter}`);
  assert.equal((await olya.next("deleted")).target, answer.id);
  await ann.sees(/Ann deleted a message \(\d\d:\d\d\)/);
  ann.type(`/topic обід${enter}`);
  await ann.sees("Ann set the topic: обід");
  ann.type(`/topic${enter}`);
  await ann.sees("Topic: обід");
  ann.type(`/topic -${enter}`);
  await ann.sees("Ann removed the topic");

  olya.send({ type: "edit", target: question.id, text: "обід о другій?" });
  await ann.sees("Оля edited: обід о другій?");
  await olya.say("жду", { reply_to: question.id });
  await ann.sees("Оля ↳ Оля “обід о другій?”: жду");
  ann.type("\u0003");
  assert.equal(await ann.exit, 0);
});

test("[E1] What is said and changed at once, or refused, is told in the order in which it was typed.", async (t) => {
  const { url } = await startTestServer(t);
  const olya = await RawClient.join(t, url, { name: "Оля" });
  const ann = runAtTerminal(t, ["chat", "--server", url, "--name", "Ann"]);
  await ann.sees("You: ");
  ann.type(`tpyo${enter}/edit typo${enter}/topic ${"x".repeat(251)}${enter}still here${enter}`);
  const { id } = await olya.next("message");
  assert.equal((await olya.next("edited")).target, id);
  await ann.sees(/❗ Not sent: “\/topic x+”\. This text is too long/);
  assert.equal((await olya.next("message")).text, "still here");
  ann.type("\u0003");
  await ann.exit;
});

test("[E4] In a pipe every line is a message, and every change one line.", async (t) => {
  const { url } = await startTestServer(t);
  const olya = await RawClient.join(t, url, { name: "Оля" });
  const ann = runPiped(t, ["chat", "--server", url, "--name", "Ann"]);
  await ann.sees("✅ Connected to server!");
  await olya.next("user_joined");
  const { id: target } = await olya.say("one\ntwo");
  olya.send({ type: "edit", target, text: "one\ntwo\nthree" });
  await ann.sees("Оля edited: one⏎two⏎three\n");
  ann.process.stdin?.end("/delete\n");
  assert.equal(await ann.exit, 0);
  await olya.next("message");
  assert.equal((await olya.next("message")).text, "/delete");
});
