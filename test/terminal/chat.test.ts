import assert from "node:assert/strict";
import { test } from "node:test";
import { RawClient } from "../support/client.ts";
import { startTestServer, temporaryFolder } from "../support/server.ts";
import { runAtTerminal, runPiped } from "../support/terminal.ts";

const enter = "\r";
const occurrences = (text: string, part: string) => text.split(part).length - 1;

test("Somebody at a terminal comes in, reads what was said before, talks, and leaves by exit.", async (t) => {
  const { url } = await startTestServer(t);
  const olya = await RawClient.join(t, url, { name: "Оля" });
  olya.send({ type: "message", text: "до вас" });
  await olya.next("message");
  const ann = runAtTerminal(t, ["chat", "general", "--server", url, "--name", "Ann"]);
  await ann.sees(`Connecting to server at ${url}`);
  await ann.sees("✅ Connected to server!");
  await ann.sees("Оля: до вас");
  await ann.sees("You: ");
  assert.equal((await olya.next("user_joined")).user.name, "Ann");
  ann.type(`สวัสดี 👋${enter}`);
  assert.equal((await olya.next("message")).text, "สวัสดี 👋");
  await ann.sees(/\d\d:\d\d You: สวัสดี 👋/);
  ann.type(`exit${enter}`);
  await ann.sees("Exiting chat client...");
  assert.equal(await ann.exit, 0);
  assert.equal((await olya.next("user_left")).user.name, "Ann");
});

test("Ctrl+C leaves with a word and status 0.", async (t) => {
  const { url } = await startTestServer(t);
  const ann = runAtTerminal(t, ["chat", "--server", url]);
  await ann.sees("You: ");
  ann.type("\u0003");
  assert.equal(await ann.exit, 0);
  assert.match(ann.text, /Exiting chat client\.\.\./);
});

test("A line that comes while somebody types goes above, and the half-typed text stays.", async (t) => {
  const { url } = await startTestServer(t);
  const olya = await RawClient.join(t, url, { name: "Оля" });
  const ann = runAtTerminal(t, ["chat", "--server", url, "--name", "Ann"]);
  await ann.sees("You: ");
  ann.type("half น้ำ");
  await ann.sees("You: half น้ำ");
  olya.send({ type: "typing" });
  await ann.sees("Оля is typing…\nYou: half น้ำ");
  olya.send({ type: "message", text: "перебиваю" });
  await ann.sees(/Оля: перебиваю\nYou: half น้ำ$/);
  await olya.next("message");
  ann.type(enter);
  assert.equal((await olya.next("message")).text, "half น้ำ");
  ann.type("\u0003");
  await ann.exit;
});

test("What others send cannot steer the terminal. [B2] [D4]", async (t) => {
  const { url } = await startTestServer(t);
  const mallory = await RawClient.join(t, url, { name: "Mallory" });
  const ann = runAtTerminal(t, ["chat", "--server", url]);
  await ann.sees("You: ");
  mallory.send({ type: "message", text: "\u001b[2J\u001b]0;owned\u0007\u009b31m\u202eevil" });
  await ann.sees("evil");
  assert.ok(ann.output.includes("␛[2J␛]0;owned␇31mevil"));
  assert.doesNotMatch(ann.output, /[\u0080-\u009f]|\p{Bidi_Control}/u);
  ann.type("\u0003");
  await ann.exit;
});

test("A lost line is told of once, and what was typed meanwhile is sent later, once. [K3] [S1]", async (t) => {
  const data = temporaryFolder(t);
  const serve = (port: number) => {
    const flags = ["--tcp-port", "none", "--tcp-echo-port", "none", "--data", data];
    return runPiped(t, ["serve", "--port", String(port), ...flags]);
  };
  const server = serve(0);
  await server.sees('"running"');
  const url = /http:\/\/localhost:\d+/.exec(server.text)?.[0] ?? "";
  const ann = runAtTerminal(t, ["chat", "--server", url, "--name", "Ann"]);
  await ann.sees("You: ");
  server.process.kill("SIGKILL");
  await server.exit;
  await ann.sees("The connection is lost");
  ann.type(`пока вас не было${enter}`);
  await ann.sees("What you write now is sent once the connection is back.");
  await serve(Number(new URL(url).port)).sees('"running"');
  await ann.sees("✅ Connected again.");
  const olya = await RawClient.connect(t, url);
  olya.send({ type: "join", name: "Оля" });
  const { messages } = await olya.next("history");
  const [message] = messages.length > 0 ? messages : [await olya.next("message")];
  assert.equal(message?.text, "пока вас не было");
  ann.type("\u0003");
  await ann.exit;
  assert.equal(occurrences(ann.text, "The connection is lost"), 1);
  assert.equal(occurrences(ann.text, "Connected again"), 1);
  const answer = await fetch(`${url}/rooms/general/messages`);
  assert.equal(((await answer.json()) as { messages: unknown[] }).messages.length, 1);
});

test("When the first connection fails, it says so and ends with status 1.", async (t) => {
  for (const run of [
    runAtTerminal(t, ["chat", "--server", "ws://127.0.0.1:1"]),
    runPiped(t, ["chat", "--server", "ws://127.0.0.1:1"]),
    runPiped(t, ["say", "general", "hi", "--server", "ws://127.0.0.1:1"]),
  ]) {
    assert.equal(await run.exit, 1);
    assert.match(run.text, /❌ Could not connect to server\. Is the server running\?/);
  }
});

test("An unknown command is not sent, and // sends what begins with a slash.", async (t) => {
  const { url } = await startTestServer(t);
  const olya = await RawClient.join(t, url, { name: "Оля" });
  const ann = runAtTerminal(t, ["chat", "--server", url, "--name", "Ann"]);
  await ann.sees("You: ");
  ann.type(`/nope${enter}`);
  await ann.sees("There is no command /nope.");
  ann.type(`//nope${enter}`);
  assert.equal((await olya.next("message")).text, "/nope");
  ann.type(`/who${enter}`);
  await ann.sees("2 people in general: Ann, Оля");
  ann.type(`/name Änn${enter}`);
  await ann.sees("You are now Änn.");
  ann.type(`/join кухня${enter}`);
  await ann.sees("You are in кухня as Änn; there is 1 person here.");
  ann.type(`/quit${enter}`);
  assert.equal(await ann.exit, 0);
});

test("[I2] [I3] A name is claimed, taken up at another terminal, and signed out; the passphrase is never on the screen.", async (t) => {
  const { url } = await startTestServer(t);
  const ann = runAtTerminal(t, ["chat", "--server", url, "--name", "Зоя"]);
  await ann.sees("You are in general as Зоя");
  ann.type(`/claim коти люблять молоко${enter}`);
  await ann.sees("The name Зоя is kept for you.");
  const phone = runAtTerminal(t, ["chat", "--server", url, "--name", "guest"]);
  await phone.sees("You are in general as guest");
  phone.type(`/login Зоя зовсім не те${enter}`);
  await phone.sees("do not go together");
  phone.type(`/login Зоя коти люблять молоко${enter}`);
  await phone.sees("You are now Зоя.");
  ann.type(`/sessions${enter}`);
  await ann.sees(/1\. Node\.js \(here\)\s+2\. Node\.js, last seen: /);
  ann.type(`/signout 2${enter}`);
  await phone.sees("The server ended the connection (code 4003).");
  ann.type(`/quit${enter}`);
  assert.equal(await ann.exit, 0);
  for (const { text } of [ann, phone]) assert.doesNotMatch(text, /люблять|зовсім/);
});

test("In a pipe each line is a message, and it ends when all are acknowledged.", async (t) => {
  const { url } = await startTestServer(t);
  const olya = await RawClient.join(t, url, { name: "Оля" });
  const pipe = runPiped(t, ["chat", "general", "--server", url, "--name", "build"]);
  pipe.process.stdin?.end("привіт\n\n/help\nexit\n");
  assert.equal(await pipe.exit, 0);
  for (const text of ["привіт", "/help", "exit"]) assert.equal((await olya.next("message")).text, text);
  for (const text of ["привіт", "/help", "exit"]) assert.equal(occurrences(pipe.output, `build: ${text}\n`), 1);
  assert.doesNotMatch(pipe.output, /You: |(?!\n)\p{Cc}/u);
});

test("A name that is taken gives way to the one that the server suggests.", async (t) => {
  const { url } = await startTestServer(t);
  await RawClient.join(t, url, { name: "Ann" });
  const pipe = runPiped(t, ["chat", "--server", url, "--name", "Ann"]);
  // A message waits for the room to be joined; without one it would be over before.
  pipe.process.stdin?.end("hi\n");
  assert.equal(await pipe.exit, 0);
  assert.match(pipe.text, /This name is taken/);
  assert.match(pipe.text, /You are in general as (?!Ann;)/);
});

test("The client speaks the language of its environment, or of --lang.", async (t) => {
  const { url } = await startTestServer(t);
  const pipe = runPiped(t, ["chat", "--server", url], { LC_ALL: "uk_UA.UTF-8" });
  pipe.process.stdin?.end();
  assert.equal(await pipe.exit, 0);
  assert.match(pipe.text, /✅ Підключено до сервера!/);
  assert.equal(await runPiped(t, ["chat", "--lang", "de"]).exit, 2);
});

test("say sends one message, or each line of standard input, and is done once they are stored.", async (t) => {
  const { url } = await startTestServer(t);
  const olya = await RawClient.join(t, url, { name: "Оля", room: "кухня" });
  assert.equal(await runPiped(t, ["say", "кухня", "борщ готов", "--server", url, "--name", "Повар"]).exit, 0);
  const { text, user } = await olya.next("message");
  assert.deepEqual([user.name, text], ["Повар", "борщ готов"]);
  const lines = runPiped(t, ["say", "кухня", "-", "--server", url]);
  lines.process.stdin?.end("one\ntwo");
  assert.equal(await lines.exit, 0);
  assert.equal(lines.output, "");
  for (const line of ["one", "two"]) assert.equal((await olya.next("message")).text, line);
});

test("say tells why a message was not stored, and ends with status 1.", async (t) => {
  const { url } = await startTestServer(t);
  await RawClient.join(t, url, { name: "Ann" });
  const long = runPiped(t, ["say", "general", "я".repeat(5000), "--server", url]);
  assert.equal(await long.exit, 1);
  assert.match(long.text, /❗ Not sent: “я+”\. This text is too long: at most 4,096 characters\./);
  const taken = runPiped(t, ["say", "general", "hi", "--name", "Ann", "--server", url]);
  assert.equal(await taken.exit, 1);
  assert.match(taken.text, /❗ This name is taken\./);
});
