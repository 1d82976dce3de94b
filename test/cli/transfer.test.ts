import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { lstatSync, readdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { defaultLimits } from "../../src/protocol/limits.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer, temporaryFolder } from "../support/server.ts";
import { runPiped } from "../support/terminal.ts";

interface Message {
  readonly seq: number;
  readonly id: string;
  readonly user: { readonly id: string; readonly name: string };
  readonly text: string;
  readonly ts: string;
  readonly reply_to?: string;
}

async function parlance(t: TestContext, ...words: string[]) {
  const run = runPiped(t, words);
  return { status: await run.exit, output: run.output };
}

async function messagesOf(url: string, room: string): Promise<readonly Message[]> {
  const answer = await fetch(`${url}/rooms/${encodeURIComponent(room)}/messages?after=0&limit=1000`);
  return answer.ok ? ((await answer.json()) as { messages: Message[] }).messages : [];
}

const texts = [
  "привіт",
  "two\nlines\r\nof ours",
  "[2025-11-19 23:46:36] Boss: forged",
  "שלום \u202eevil\u202c",
  "น้ำ 🍵\u2028after",
  "\ttab first",
  "trailing line break\n",
];

/** A server with a room in which all kinds of things were said, an answer among them. */
async function startWithTalk(t: TestContext) {
  const server = await startTestServer(t);
  const ann = await RawClient.join(t, server.url, { name: "Оля [x]", room: "кухня" });
  let id = "";
  for (const text of texts) ({ id } = await ann.say(text));
  await ann.say("yes", { reply_to: id });
  return { url: server.url, said: await messagesOf(server.url, "кухня") };
}

for (const format of ["json", "ndjson"] as const) {
  test(`[T4] ${format} comes back exactly, into another server, and again is harmless`, async (t) => {
    const { url, said } = await startWithTalk(t);
    const file = join(temporaryFolder(t), "out");
    const exported = await parlance(t, "export", "Кухня", "--format", format, "--out", file, "--server", url);
    assert.deepEqual(exported, { status: 0, output: "" });
    const there = await startTestServer(t);
    const first = await parlance(t, "import", file, "--room", "кухня", "--server", there.url);
    assert.deepEqual(first, { status: 0, output: "✅ 8 messages imported into кухня.\n" });
    assert.deepEqual(await messagesOf(there.url, "кухня"), said);
    const second = await parlance(t, "import", file, "--room", "кухня", "--server", there.url);
    assert.equal(second.status, 0);
    assert.match(second.output, /^8 messages were there already\.$/m);
    assert.deepEqual(await messagesOf(there.url, "кухня"), said);
  });
}

for (const format of ["txt", "ndjson"] as const) {
  test(`[T4] ${format} brings back the text as it is now, no marks of changes, and nothing that was deleted`, async (t) => {
    const { url } = await startTestServer(t);
    const ann = await RawClient.join(t, url, { name: "Оля" });
    const better = await ann.say("helo");
    const gone = await ann.say("a secret");
    await ann.say("what?", { reply_to: gone.id });
    const changes = [
      { type: "edit", target: better.id, text: "hello" },
      { type: "react", target: better.id, emoji: "👍" },
      { type: "delete", target: gone.id },
      { type: "topic", text: "greetings" },
    ];
    for (const change of changes) {
      ann.send(change);
      await ann.next("ack");
    }
    const file = join(temporaryFolder(t), "out");
    await parlance(t, "export", "general", "--format", format, "--out", file, "--server", url);
    const there = await startTestServer(t);
    const imported = await parlance(t, "import", file, "--room", "general", "--server", there.url);
    assert.deepEqual(imported, { status: 0, output: "✅ 2 messages imported into general.\n" });
    const answer = await fetch(`${there.url}/rooms/general/messages`);
    const { topic, messages } = (await answer.json()) as { topic?: string; messages: Message[] };
    const kept = ["id", "reply_to", "room", "seq", "text", "ts", "type", "user"];
    assert.equal(topic, undefined);
    assert.deepEqual(
      messages.map((message) => [message.text, message.reply_to]),
      [
        ["hello", undefined],
        ["what?", format === "txt" ? undefined : gone.id],
      ],
    );
    assert.deepEqual(
      messages.flatMap((message) => Object.keys(message)).filter((key) => !kept.includes(key)),
      [],
    );
  });
}

test("[T4] txt keeps names, texts and seconds, and the same file twice is stored once", async (t) => {
  const { url, said } = await startWithTalk(t);
  const exported = await parlance(t, "export", "кухня", "--server", url.replace("http", "ws"));
  const file = join(temporaryFolder(t), "chat_history.txt");
  writeFileSync(file, exported.output);
  const words = ["import", file, "--room", "другая", "--server", url];
  assert.match((await parlance(t, ...words)).output, /^✅ 8 messages/);
  assert.match((await parlance(t, ...words)).output, /^8 messages were there already\.$/m);
  const shown = (text: string) => text.replace(/\r\n|\u2028/g, "\n").replace(/[\u202e\u202c]/g, "");
  assert.deepEqual(
    (await messagesOf(url, "другая")).map(({ user, text, ts }) => [user.name, text, ts]),
    said.map(({ user, text, ts }) => [user.name, shown(text), `${ts.slice(0, 19)}.000Z`]),
  );
  const again = await parlance(t, "export", "другая", "--format", "txt", "--server", url);
  assert.equal(again.output, exported.output);
});

test("[T4] somebody else's chat_history.txt: what can be read is imported, every other line is named", async (t) => {
  const { url } = await startTestServer(t);
  const file = join(temporaryFolder(t), "chat_history.txt");
  const lines = [
    "\ufeff[2025-11-19 23:46:36] Ann: hi\r",
    "[2025-11-19 23:46:36] Ann: hi\r",
    "=== Chat started ===\r",
    "[2025-02-30 10:00:00] Ann: no such day",
    "[2025-11-19 23:46:37] 12345: digits",
    "[2025-11-19 23:46:38] ครู:   \t",
    "[2025-11-19 23:46:39] Оля: до побачення",
    `[2025-11-19 23:46:40] Оля: ${"ж".repeat(5000)}`,
  ];
  writeFileSync(file, Buffer.concat([Buffer.from(`${lines.join("\n")}\n`), Buffer.from([0xff, 0xfe, 0x0a])]));
  const { status, output } = await parlance(t, "import", file, "--room", "old", "--server", url);
  assert.equal(status, 0);
  assert.match(output, /Line 3 is skipped: It does not begin with/);
  assert.match(output, /Line 4 is skipped: There is no such date or time/);
  assert.match(output, /Line 5 is skipped: A name has/);
  assert.match(output, /Line 6 is skipped: There is nothing in this text/);
  assert.match(output, /Line 8 is skipped: This text is too long: at most 4,096 characters/);
  assert.match(output, /Line 9 is skipped: It is not UTF-8/);
  assert.match(output, /✅ 3 messages imported into old\.\n❗ 6 places in the file were skipped\.\n/);
  const kept = await messagesOf(url, "old");
  assert.deepEqual(
    kept.map(({ user, text, ts }) => [user.name, text, ts]),
    [
      ["Ann", "hi", "2025-11-19T23:46:36.000Z"],
      ["Ann", "hi", "2025-11-19T23:46:36.000Z"],
      ["Оля", "до побачення", "2025-11-19T23:46:39.000Z"],
    ],
  );
  assert.equal(kept[0]?.user.id, kept[1]?.user.id, "the same name is the same person");
});

test("[T4] a whole long history goes through, in order", async (t) => {
  const { url } = await startTestServer(t);
  const file = join(temporaryFolder(t), "long.txt");
  const lines = Array.from({ length: 2_500 }, (_, index) => `[2025-11-19 23:46:36] Ann: № ${index}\n`);
  writeFileSync(file, lines.join(""));
  const imported = await parlance(t, "import", file, "--room", "long", "--server", url);
  assert.equal(imported.output, "✅ 2,500 messages imported into long.\n");
  assert.equal((await parlance(t, "export", "long", "--server", url)).output, lines.join(""));
});

test("[T4] a message that is too large for a request is named by its line, and the others are imported", async (t) => {
  const { url } = await startTestServer(t, { limits: { ...defaultLimits, maxText: 0 } });
  const file = join(temporaryFolder(t), "large.ndjson");
  const record = (n: number, text: string) =>
    `${JSON.stringify({ id: `0123456789abcde${n}`, user: { name: "Ann" }, text, ts: "2025-11-19T23:46:36.123Z" })}\n`;
  const texts = ["before", "x".repeat(8 * 1024 * 1024), "ж".repeat(600_000), "after"];
  writeFileSync(file, texts.map((text, n) => record(n, text)).join(""));
  const { status, output } = await parlance(t, "import", file, "--room", "large", "--server", url);
  assert.equal(status, 0);
  assert.match(output, /Line 2 is skipped: This is too large: at most 8,388,608 bytes\./);
  assert.match(output, /✅ 3 messages imported into large\.\n❗ 1 place/);
  const exported = await parlance(t, "export", "large", "--format", "ndjson", "--server", url);
  assert.equal(exported.status, 0, exported.output.slice(-200));
  const kept = exported.output.trim().split("\n");
  assert.deepEqual(
    kept.map((line) => (JSON.parse(line) as Message).text),
    texts.filter((_, n) => n !== 1),
  );
});

test("an export goes into a pipe as it comes, and through a link into its file; neither is replaced", async (t) => {
  if (process.platform === "win32") return t.skip("NOT RUN: no such pipes here");
  const { url } = await startTestServer(t);
  await (await RawClient.join(t, url, { name: "Ann" })).say("hi");
  const [pipe, link, file] = ["pipe", "link", "file"].map((name) => join(temporaryFolder(t), name));
  assert.ok(pipe && link && file);
  execFileSync("mkfifo", [pipe]);
  writeFileSync(file, "earlier");
  symlinkSync(file, link);
  const reading = promisify(execFile)("cat", [pipe], { timeout: 15_000 });
  const runs = [pipe, link].map((out) => parlance(t, "export", "general", "--out", out, "--server", url));
  for (const run of runs) assert.deepEqual(await run, { status: 0, output: "" });
  const { stdout } = await reading;
  assert.match(stdout, /^\[.*\] Ann: hi\n$/);
  assert.equal(readFileSync(file, "utf8"), stdout);
  assert.ok(lstatSync(pipe).isFIFO() && lstatSync(link).isSymbolicLink());
});

test("an export that takes a file's place is read by nobody who could not read that", async (t) => {
  const { url } = await startTestServer(t);
  const file = join(temporaryFolder(t), "out.txt");
  writeFileSync(file, "earlier", { mode: 0o600 });
  assert.deepEqual(await parlance(t, "export", "general", "--out", file, "--server", url), { status: 0, output: "" });
  assert.equal(readFileSync(file, "utf8"), "");
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test("an export or import that cannot be done says why, with status 1, and leaves no half of a file", async (t) => {
  const { url } = await startTestServer(t);
  const folder = temporaryFolder(t);
  const file = join(folder, "out.txt");
  const missing = await parlance(t, "export", "nowhere", "--server", url, "--out", file);
  assert.deepEqual(missing, { status: 1, output: "❗ There is no such room.\n" });
  const away = await parlance(t, "export", "general", "--server", "http://127.0.0.1:9", "--out", file);
  assert.deepEqual(away, { status: 1, output: "❌ Could not connect to server. Is the server running?\n" });
  assert.deepEqual(readdirSync(folder), []);
  const noFile = await parlance(t, "import", file, "--room", "general", "--server", url, "--lang", "uk");
  assert.equal(noFile.status, 1);
  assert.equal(noFile.output, `❗ Файлу ${file} немає.\n`);
  const noFolder = await parlance(t, "export", "general", "--server", url, "--out", join(folder, "none", "out.txt"));
  assert.deepEqual(noFolder, { status: 1, output: `❗ There is no folder ${join(folder, "none")}. Make it first.\n` });
  writeFileSync(file, "");
  truncateSync(file, 2 ** 31);
  const large = await parlance(t, "import", file, "--room", "general", "--server", url);
  assert.deepEqual(large, { status: 1, output: "❗ File size (2147483648) is greater than 2 GiB\n" });
  writeFileSync(file, "nothing of ours\n");
  assert.equal((await parlance(t, "import", file, "--room", "general", "--server", url)).status, 1);
  assert.equal((await parlance(t, "export", "general", "--format", "pdf")).status, 2);
  assert.equal((await parlance(t, "import", file)).status, 2);
  for (const words of [
    ["export", "general"],
    ["import", file, "--room", "general"],
  ]) {
    const nowhere = await parlance(t, ...words, "--server", "");
    assert.deepEqual(nowhere, { status: 2, output: "❌ --server takes an address such as ws://localhost:8765.\n" });
  }
  assert.equal(readFileSync(file, "utf8"), "nothing of ours\n");
});

test("[D1] only a program on the server's machine may import: no page, nobody through a proxy or another name", async (t) => {
  const { url } = await startTestServer(t, { allowHosts: ["chat.lan"] });
  const record = { id: "0123456789abcdef", user: { id: `u_${"a".repeat(20)}`, name: "Ann" }, text: "hi" };
  const body = JSON.stringify({ messages: [{ ...record, ts: "2025-11-19T23:46:36.123Z" }] });
  const send = (headers: Record<string, string>) =>
    fetch(`${url}/api/v1/import/old`, { method: "POST", body, headers: { "content-type": "text/plain", ...headers } });
  for (const headers of [{ origin: url }, { "x-forwarded-for": "10.0.0.1" }, { forwarded: "for=10.0.0.1" }]) {
    const refused = await send(headers);
    assert.equal(refused.status, 403, JSON.stringify(headers));
    assert.equal(((await refused.json()) as { code: string }).code, "local_only");
  }
  const byName = request(`${url}/api/v1/import/old`, { method: "POST", headers: { host: "chat.lan" } });
  byName.end(body);
  const [answered] = (await once(byName, "response")) as [IncomingMessage];
  assert.equal(answered.resume().statusCode, 403);
  const accepted = await send({});
  assert.deepEqual(await accepted.json(), { room: "old", stored: 1, known: 0, refused: [] });
  const bad = JSON.stringify({ messages: [{ ...record, text: "other", ts: "2025-11-19T23:46:36.123Z" }, 7, record] });
  const answer = await fetch(`${url}/api/v1/import/old`, { method: "POST", body: bad });
  const { stored, known, refused } = (await answer.json()) as {
    stored: number;
    known: number;
    refused: readonly { index: number; code: string; message: string }[];
  };
  assert.deepEqual([stored, known], [0, 0]);
  assert.deepEqual(
    refused.map(({ index, code }) => [index, code]),
    [
      [0, "id_conflict"],
      [1, "bad_frame"],
      [2, "bad_frame"],
    ],
  );
  assert.match(refused[2]?.message ?? "", /“ts”/);
});
