import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { RawClient } from "../support/client.ts";
import { serveWords } from "../support/process.ts";
import { startTestServer, temporaryFolder } from "../support/server.ts";
import { inShell, runAtTerminal, runShellAtTerminal } from "../support/terminal.ts";

const ctrlZ = "\u001a";

test("Ctrl+Z gives the terminal back to the shell, whatever started the chat, and fg takes it up again.", async (t) => {
  const { url } = await startTestServer(t);
  const olya = await RawClient.join(t, url, { name: "Оля" });
  // As npm does it: a program between the shell and the chat, which waits for it.
  const chat = `sh -c "$CHAT; true"`;
  const words = inShell(["chat", "--server", url, "--name", "Ann"]);
  const ann = runShellAtTerminal(t, `CHAT="${words}"; set -m; ${chat}; echo the shell is back; stty cols 40; fg`);
  await ann.sees("You: ");
  await olya.next("user_joined");
  ann.type(ctrlZ);
  await ann.sees("the shell is back");
  await ann.sees(/the shell is back[\s\S]*You: $/);
  ann.type(`สวัสดี ${"я".repeat(40)}END`);
  await ann.sees(/END$/);
  const drawn = stripVTControlCharacters(ann.output.split("\u001b[J").at(-1) ?? "");
  assert.ok(drawn.length < 40, `the window has 40 columns now: ${drawn}`);
  ann.type("\r");
  assert.match((await olya.next("message")).text, /END$/);
  ann.type("\u0003");
  await ann.sees("Exiting chat client...");
});

test("Ctrl+Z where no shell could continue the chat does no harm.", async (t) => {
  const { url } = await startTestServer(t);
  const olya = await RawClient.join(t, url, { name: "Оля" });
  const ann = runAtTerminal(t, ["chat", "--server", url, "--name", "Ann"]);
  await ann.sees("You: ");
  ann.type(ctrlZ);
  await ann.sends("\u001b[?2004l");
  ann.type("still here\r");
  assert.equal((await olya.next("message")).text, "still here");
  ann.type("\u0003");
  assert.equal(await ann.exit, 0);
});

test("A server in the background is not stopped by what is typed for the shell.", async (t) => {
  // The end of the terminal, which is that of the test, does not reach the background.
  const server = `${inShell(serveWords(temporaryFolder(t)))} & trap "kill -9 $!" HUP`;
  const shell = runShellAtTerminal(t, `set -m; ${server}; while read line; do echo "read $line"; done`);
  await shell.sees(/http:\/\/localhost:\d+/);
  const url = /http:\/\/localhost:\d+/.exec(shell.text)?.[0] ?? "";
  for (const line of ["раз", "два", "три"]) {
    shell.type(`${line}\r`);
    await shell.sees(`read ${line}`);
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
  }
});
