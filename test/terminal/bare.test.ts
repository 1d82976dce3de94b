import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { WebSocketServer } from "ws";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";
import { runAtTerminal, runPiped } from "../support/terminal.ts";

const enter = "\r";

/** A TCP server that is not ours, on a free port. */
async function startTcp(t: TestContext, accept: (socket: Socket) => void): Promise<string> {
  const server = createTcpServer(accept).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A WebSocket server that is not ours, on a free port. */
async function startWebSocket(t: TestContext): Promise<{ server: WebSocketServer; url: string }> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  t.after(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  await once(server, "listening");
  return { server, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test("chat --plain talks with the plain text gateway: `You said`, `Someone says`, exit", async (t) => {
  const { url } = await startTestServer(t);
  const olya = await RawClient.join(t, url, { name: "Оля" });
  const ann = runAtTerminal(t, ["chat", "--plain", url.replace("http", "ws")]);
  await ann.sees(`Connecting to server at ${url.replace("http", "ws")}`);
  await ann.sees("✅ Connected to server!");
  ann.type(`สวัสดี 👋${enter}`);
  await ann.sees("You said: สวัสดี 👋");
  await ann.sees("You: สวัสดี 👋\n");
  assert.equal((await olya.next("message")).text, "สวัสดี 👋");
  ann.type("half น้ำ");
  await ann.sees("You: half น้ำ");
  olya.send({ type: "message", text: "два\nрядки שלום" });
  await ann.sees(/Someone says: два\nрядки שלום\nYou: half น้ำ$/);
  ann.type("\u0015exit\r");
  await ann.sees("Exiting chat client...");
  assert.equal(await ann.exit, 0);
});

test("chat --tcp talks with the TCP chat, and shows a server's question although its line does not end", async (t) => {
  const { url, tcpPort } = await startTestServer(t, { tcpPort: 0 });
  const olya = await RawClient.join(t, url, { name: "Оля" });
  const ann = runAtTerminal(t, ["chat", "--tcp", `localhost:${tcpPort}`]);
  await ann.sees("joined");
  ann.type(`/name น้อย${enter}`);
  assert.equal((await olya.next("user_renamed")).user.name, "น้อย");
  ann.type(`/claim коти люблять молоко${enter}`);
  await ann.sees("You: /claim •••");
  await ann.sees("server :: The name");
  assert.ok(!ann.output.includes("молоко"), "[D7]");
  await olya.say("привіт");
  await ann.sees("Оля :: привіт");
  ann.type("\u0003");
  await ann.sees("Exiting chat client...");
  assert.equal(await ann.exit, 0);

  const asking = await startTcp(t, (socket) => {
    socket.write("Your name: ");
    socket.once("data", (name) => socket.end(`\u001b[2JHello, ${name}`));
  });
  const noi = runAtTerminal(t, ["chat", "--tcp", asking]);
  await noi.sees("Your name: ");
  noi.type(`น้อย${enter}`);
  await noi.sees("␛[2JHello, น้อย");
  await noi.sees("❌ The server ended the connection.");
  assert.equal(await noi.exit, 1);
});

test("in a pipe every line is sent, and what the server answers is printed before it is over", async (t) => {
  const echo = await startTcp(t, (socket) => void socket.pipe(socket));
  const piped = runPiped(t, ["chat", "--tcp", echo]);
  piped.process.stdin?.end("один\nexit\n\nสาม");
  assert.equal(await piped.exit, 0);
  assert.match(piped.text, /Connected to server!\nодин\nexit\n\nสาม\n$/);

  const ours = await startTestServer(t);
  const plain = runPiped(t, ["chat", "--plain", ours.url]);
  plain.process.stdin?.end("один\nдва\n");
  assert.equal(await plain.exit, 0);
  assert.match(plain.text, /Connected to server!\nYou said: один\nYou said: два\n$/);

  const { server, url } = await startWebSocket(t);
  server.on("connection", (socket) => {
    socket.send("hello");
    socket.on("message", (text) => socket.send(`echo ${text}`));
  });
  const lines = Array.from({ length: 1_000 }, (_, number) => `№${number}`);
  const more = runPiped(t, ["chat", "--plain", url]);
  more.process.stdin?.end(lines.join("\n"));
  assert.equal(await more.exit, 0);
  assert.ok(more.text.endsWith(`hello\n${lines.map((line) => `echo ${line}\n`).join("")}`));
});

test("who leaves a server that never falls silent, and does not hang up either, is gone all the same", async (t) => {
  const chatty = await startTcp(t, (socket) => {
    socket.allowHalfOpen = true;
    const chatter = setInterval(() => socket.write("tick\n"), 50);
    socket.on("close", () => clearInterval(chatter)).on("error", () => {});
  });
  const ann = runAtTerminal(t, ["chat", "--tcp", chatty]);
  await ann.sees("tick");
  ann.type("\u0003");
  await ann.sees("Exiting chat client...");
  assert.equal(await ann.exit, 0);
});

test("what cannot be reached, refuses or ends the line is told, with status 1", async (t) => {
  const { url } = await startTestServer(t);
  const lost = runPiped(t, ["chat", "--plain", `${url}/rooms/nowhere`]);
  assert.equal(await lost.exit, 1);
  assert.match(lost.text, /❌ The server refused the connection \(HTTP status 404\)\./);

  const away = runPiped(t, ["chat", "--tcp", "localhost:1"]);
  assert.equal(await away.exit, 1);
  assert.match(away.text, /❌ Could not connect to server\. Is the server running\?/);

  const { server, url: ending } = await startWebSocket(t);
  server.on("connection", (socket) => socket.close(4000));
  const ended = runPiped(t, ["chat", "--plain", ending]);
  assert.equal(await ended.exit, 1);
  assert.match(ended.text, /❌ The server ended the connection \(code 4000\)\./);
});

test("bare text has no name, no key and no room, and an address must be one", async (t) => {
  const refusals = [
    [["--plain", "ws://localhost:1", "--name", "Ann"], /'--plain <url>' cannot be used with option '--name <name>'/],
    [["--tcp", "localhost:1", "--plain", "localhost:1"], /cannot be used with option/],
    [["kitchen", "--tcp", "localhost:1"], /Bare text has no rooms/],
    [["--tcp", "localhost"], /--tcp takes an address such as localhost:12345/],
    [["--tcp", "localhost:99999"], /--tcp takes an address/],
    [["--plain", "ftp://localhost"], /--plain takes an address such as ws:/],
  ] as const;
  for (const [words, reason] of refusals) {
    const run = runPiped(t, ["chat", ...words]);
    assert.equal(await run.exit, 2);
    assert.match(run.text, reason);
  }
});
