import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServerFrameOf } from "../../src/protocol/server-frames.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";
import { TcpClient } from "../support/tcp-client.ts";
import { TextClient } from "../support/text-client.ts";

test("[E1] an edit, a reaction, a deletion and a topic reach everybody as events with the next seq, and are acknowledged", async (t) => {
  const { url } = await startTestServer(t);
  const [ann, bob] = [await RawClient.join(t, url, { name: "Ann" }), await RawClient.join(t, url, { name: "Боб" })];
  const said = await ann.say("Їжак");
  ann.send({ type: "edit", target: said.id, text: "їжак 🦔" });
  assert.equal((await ann.next("ack")).seq, 2);
  bob.send({ type: "react", target: said.id, emoji: "👍🏽" });
  bob.send({ type: "react", target: said.id, emoji: "👍🏽", active: false });
  bob.send({ type: "topic", text: " звірі\nі люди " });
  ann.send({ type: "delete", target: said.id, id: "delete-once-00001" });
  const [bobs, anns] = [bob.welcome.user, ann.welcome.user];
  for (const reader of [ann, bob]) {
    const edited = await reader.next("edited");
    assert.deepEqual(
      [edited.seq, edited.target, edited.target_seq, edited.user, edited.text],
      [2, said.id, 1, anns, "їжак 🦔"],
    );
    const [on, off] = [await reader.next("reacted"), await reader.next("reacted")];
    assert.deepEqual([on.user, on.emoji, on.active, off.active], [bobs, "👍🏽", true, false]);
    assert.ok(on.seq > 2 && off.seq > on.seq);
  }
  assert.equal((await bob.next("topic")).text, "звірі⏎і люди");
  const { id, target } = await ann.next("deleted");
  assert.deepEqual([id, target], ["delete-once-00001", said.id]);
  const cat = await RawClient.connect(t, url);
  cat.send({ type: "join", name: "แมว" });
  assert.equal((await cat.next("joined")).topic, "звірі⏎і люди");
  const [message] = (await cat.next("history")).messages;
  assert.deepEqual(
    [message?.text, message?.deleted, message?.reactions, message?.edited],
    ["", true, undefined, undefined],
  );
});

test("[E1] what cannot be changed is refused by name, and the line lives on", async (t) => {
  const { url } = await startTestServer(t);
  const [ann, bob] = [await RawClient.join(t, url, { name: "Ann" }), await RawClient.join(t, url, { name: "Bob" })];
  const { id: target } = await ann.say("mine");
  const refusals: readonly [object, string][] = [
    [{ type: "edit", target, text: "yours" }, "not_the_author"],
    [{ type: "delete", target }, "not_the_author"],
    [{ type: "react", target: "no-such-message-1", emoji: "👍" }, "no_such_message"],
    [{ type: "react", target, emoji: "thumbs" }, "bad_emoji"],
    [{ type: "react", target, emoji: "👍👍" }, "bad_emoji"],
    [{ type: "edit", target, text: "   " }, "empty"],
    [{ type: "edit", target, text: "x".repeat(5_000) }, "too_long"],
    [{ type: "topic", text: "ก".repeat(251) }, "too_long"],
    [{ type: "edit", text: "no target" }, "bad_frame"],
  ];
  for (const [frame, code] of refusals) {
    bob.send({ ...frame, id: `attempt-${code}-000000000` });
    const error = await bob.next("error");
    assert.deepEqual([error.code, error.id], [code, `attempt-${code}-000000000`]);
  }
  await bob.say("still here");
});

test("[R2] [E2] changes are resumed like messages, and what is replayed and folded comes to the same", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url, { name: "Ann" });
  const first = await ann.say("first");
  const { epoch } = ann.joined;
  ann.send({ type: "edit", target: first.id, text: "first, better" });
  ann.send({ type: "react", target: first.id, emoji: "🎉" });
  await ann.next("reacted");
  const second = await ann.say("second");
  ann.send({ type: "delete", target: second.id });
  await ann.next("deleted");
  const back = await RawClient.connect(t, url);
  back.send({ type: "join", name: "Back", since: { epoch, seq: 1, id: first.id } });
  assert.equal((await back.next("joined")).recovered, true);
  const types = [];
  for (let seq = 2; seq <= 5; seq++) {
    const frame = await back.take();
    assert.ok("seq" in frame && frame.seq === seq, JSON.stringify(frame));
    types.push(frame.type);
    if (frame.type === "message") assert.deepEqual([frame.text, frame.deleted], ["", true]);
  }
  assert.deepEqual(types, ["edited", "reacted", "message", "deleted"]);
  back.send({ type: "history", limit: 1 });
  const page = await back.next("history");
  assert.deepEqual([page.messages[0]?.id, page.messages[0]?.deleted, page.more], [second.id, true, true]);
});

test("[E1] a change sent twice is made once, and is acknowledged by the seq that it has", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url, { name: "Ann" });
  const { id: target } = await ann.say("once");
  const edit = { type: "edit", target, text: "twice", id: "edited-just-once" };
  ann.send(edit);
  ann.send(edit);
  const [first, second] = [await ann.next("ack"), await ann.next("ack")];
  assert.deepEqual([first.seq, first.dup, second.seq, second.dup], [2, false, 2, true]);
  ann.send({ ...edit, text: "thrice" });
  assert.equal((await ann.next("error")).code, "id_conflict");
});

test("[E4] text gateways read changes as lines in their language", async (t) => {
  const { url, tcpPort } = await startTestServer(t, { tcpPort: 0 });
  const readers = {
    plain: await TextClient.connect(t, url, "/"),
    open: await TextClient.connect(t, url, "/ws?lang=uk"),
    room: await TextClient.connect(t, url, "/chat/general"),
    tcp: await TcpClient.connect(t, tcpPort),
  };
  const next = async (reader: TextClient | TcpClient) =>
    reader instanceof TcpClient ? reader.line() : String(await reader.next());
  /** The next line that is no coming or going. */
  const told = async (reader: TextClient | TcpClient): Promise<string> => {
    const line = await next(reader);
    return / (joined|left)$/.test(line) ? told(reader) : line;
  };
  const ann = await RawClient.join(t, url, { name: "ann" });
  const { id: target } = await ann.say("old");
  for (const reader of Object.values(readers)) assert.match(await told(reader), /old$/);
  ann.send({ type: "edit", target, text: "new\n\u001b[31mline" });
  ann.send({ type: "react", target, emoji: "👍" });
  ann.send({ type: "react", target, emoji: "👍", active: false });
  ann.send({ type: "topic", text: "чай" });
  ann.send({ type: "topic", text: "" });
  ann.send({ type: "delete", target });
  const english = [
    "ann edited: new⏎␛[31mline",
    "ann reacted: 👍",
    "ann set the topic: чай",
    "ann removed the topic",
    "ann deleted a message",
  ];
  for (const line of english) {
    assert.equal(await told(readers.plain), line);
    assert.equal(await told(readers.room), `server :: ${line}`);
    assert.equal(await told(readers.tcp), `server :: ${line}`);
  }
  assert.equal(await told(readers.open), "ann виправляє: new⏎␛[31mline");
  const late = await TextClient.connect(t, url, "/chat/general?name=late");
  assert.equal(await next(late), "server :: late joined", "of what was deleted there is no line in the history");
  const byHand = await TextClient.connect(t, url, "/");
  byHand.send('{"type":"join"}');
  const frame = async () => JSON.parse(await next(byHand)) as { type: string; messages?: readonly string[] };
  let history = await frame();
  while (history.type !== "history") history = await frame();
  assert.deepEqual(history.messages, []);
});

test("[E2] a poll tells messages as they are now, and the changes beside them; a stream gives each its id", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url, { name: "Ann" });
  const { epoch } = ann.joined;
  const stop = new AbortController();
  t.after(() => stop.abort());
  const stream = await fetch(`${url}/events`, { signal: stop.signal });
  const { id: target } = await ann.say("סוד");
  type Page = Readonly<{ messages: ServerFrameOf<"message">[]; changes: ServerFrameOf<"edited">[]; next: string }>;
  const page = async (query: string) => (await (await fetch(`${url}/rooms/general/messages?${query}`)).json()) as Page;
  const waiting = page("after=1&wait=20");
  ann.send({ type: "edit", target, text: "לא סוד" });
  const changed = await waiting;
  assert.deepEqual([changed.messages, changed.next], [[], `${epoch}-2`]);
  assert.deepEqual([changed.changes[0]?.type, changed.changes[0]?.text], ["edited", "לא סוד"]);
  const whole = await page("after=0");
  assert.deepEqual([whole.messages[0]?.text, whole.messages[0]?.edited?.seq, whole.changes.length], ["לא סוד", 2, 1]);
  const last = await page("limit=5");
  assert.deepEqual([last.messages.length, last.changes, last.next], [1, [], `${epoch}-2`]);
  let text = "";
  for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.includes("event: edited")) break;
  }
  assert.match(text, new RegExp(`event: edited\nid: ${epoch}-2\ndata: .*"target":"${target}"`));
});
