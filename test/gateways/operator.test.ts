import assert from "node:assert/strict";
import { test } from "node:test";
import { RawClient } from "../support/client.ts";
import { serveWords } from "../support/process.ts";
import { startTestServer, temporaryFolder } from "../support/server.ts";
import { type Run, runAtTerminal, runPiped } from "../support/terminal.ts";
import { TextClient } from "../support/text-client.ts";

const prompt = "[Server] Type message to broadcast: ";

/** The address at which a server that was started from the command line is up. */
async function addressOf(run: Run): Promise<string> {
  await run.sees(/http:\/\/localhost:\d+/);
  return /http:\/\/localhost:\d+/.exec(run.text)?.[0] ?? "";
}

test("the operator's line is read by every client of every room, and stored in none", async (t) => {
  const server = await startTestServer(t);
  const plain = await TextClient.connect(t, server.url, "/");
  const open = await TextClient.connect(t, server.url, "/ws?lang=uk");
  const room = await TextClient.connect(t, server.url, "/chat/кухня?name=Оля");
  await room.next(); // her own coming in
  const native = await RawClient.join(t, server.url, { name: "Ann", room: "ห้องเรียน" });
  assert.deepEqual(server.broadcast("перерва 🍵"), { ok: true, value: { clients: 4 } });
  assert.equal(await plain.next(), "🟢 Server: перерва 🍵");
  assert.equal(await open.next(), "🟢 Сервер: перерва 🍵");
  assert.equal(await room.next(), "server :: перерва 🍵");
  assert.deepEqual(await native.next("notice"), { type: "notice", text: "перерва 🍵", from: "server" });
  const { head } = (await (await fetch(`${server.url}/rooms/general/messages`)).json()) as { head: number };
  assert.equal(head, 0);
});

test("a line with nothing in it, or with too much, is no broadcast", async (t) => {
  const server = await startTestServer(t);
  assert.deepEqual(server.broadcast(" \u200b "), { ok: false, error: { code: "empty" } });
  assert.deepEqual(server.broadcast("ก".repeat(4097)), {
    ok: false,
    error: { code: "too_long", params: { max: 4096 } },
  });
  assert.deepEqual(server.broadcast("nobody is here"), { ok: true, value: { clients: 0 } });
});

test("at a terminal the operator has a prompt, a receipt, and a word when nobody is there", async (t) => {
  const server = runAtTerminal(t, serveWords(temporaryFolder(t)));
  const url = await addressOf(server);
  await server.sees(prompt);
  server.type("hello?\r");
  await server.sees("❗ No clients connected to receive message\n");
  const listener = await TextClient.connect(t, url, "/");
  await server.sees("✅ A client connected.\n");
  server.type("สวัสดีทุกคน 👋\r");
  await server.sees("📤 Server broadcast: สวัสดีทุกคน 👋\n");
  assert.equal(await listener.next(), "🟢 Server: สวัสดีทุกคน 👋");
  server.type("\u0003");
  await server.sees("👋 Server is stopping.\n");
  assert.equal(await server.exit, 0);
});

test("what happens and what is logged goes above the prompt, and what is half typed stays", async (t) => {
  const server = runAtTerminal(t, serveWords(temporaryFolder(t)));
  const url = await addressOf(server);
  await server.sees(prompt);
  server.type("half a li");
  await server.sees(`${prompt}half a li`);
  const client = await TextClient.connect(t, url, "/");
  client.socket.send("\u001b[2Jпривіт\u202e");
  await server.sees("📩 Received from client: ␛[2Jпривіт\n");
  assert.equal((await fetch(url, { headers: { origin: "https://evil.example" } })).status, 403);
  await server.sees("turned away at the entrance");
  server.type("ne\r");
  await server.sees("📤 Server broadcast: half a line\n");
  for (const said of ["✅ A client connected.", "📩 Received", "⚠️  turned away", "📤 Server"]) {
    assert.ok(server.output.includes(`\r\u001b[J${said}`), `the prompt is taken away before “${said}”`);
  }
  assert.equal(server.text.split(`${prompt}half a li`).length - 1, 4, "and put back after it, with what was typed");
  // An empty line given with Ctrl+D ends nothing.
  server.type("\u0004still here\r");
  await server.sees("📤 Server broadcast: still here\n");
});

test("in another language the operator reads that language", async (t) => {
  const server = runAtTerminal(t, serveWords(temporaryFolder(t), "--lang", "th"));
  await server.sees("[เซิร์ฟเวอร์] พิมพ์ข้อความถึงทุกคน: ");
  server.type("x\r");
  await server.sees("❗ ไม่มีไคลเอนต์เชื่อมต่ออยู่เพื่อรับข้อความ\n");
});

test("off a terminal each line of --console is a broadcast, and the end of the input ends nothing", async (t) => {
  const server = runPiped(t, serveWords(temporaryFolder(t), "--console"));
  const url = await addressOf(server);
  const client = await TextClient.connect(t, url, "/");
  server.type("раз\r\n\nдва\n");
  server.process.stdin?.end("three");
  for (const text of ["раз", "два", "three"]) assert.equal(await client.next(), `🟢 Server: ${text}`);
  client.socket.send("still there?");
  assert.equal(await client.next(), "You said: still there?");
});

test("off a terminal and without --console the server reads no input", async (t) => {
  const server = runPiped(t, serveWords(temporaryFolder(t)));
  const url = await addressOf(server);
  const client = await TextClient.connect(t, url, "/");
  server.type("nobody reads this\n");
  client.socket.send("hi");
  assert.equal(await client.next(), "You said: hi");
});
