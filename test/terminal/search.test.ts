import assert from "node:assert/strict";
import { test } from "node:test";
import { terminalWords } from "../../src/locales/terminal.ts";
import { ChatRefusal, type Client } from "../../src/sdk/index.ts";
import type { Lines } from "../../src/terminal/lines.ts";
import { Printer } from "../../src/terminal/printer.ts";
import { printFound } from "../../src/terminal/search.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";
import { runAtTerminal } from "../support/terminal.ts";

test("[Q1] Somebody at a terminal finds what was said in any room, with its time, room and author.", async (t) => {
  const { url } = await startTestServer(t);
  const olya = await RawClient.join(t, url, { name: "Оля", room: "кухня" });
  await olya.say("ЇЖАК спить\nпід деревом");
  const ann = runAtTerminal(t, ["chat", "--server", url, "--name", "Ann"]);
  await ann.sees("You: ");
  ann.type("/search їжак дерева\r");
  await ann.sees("Nothing was found.");
  ann.type("/search їжак під\r");
  await ann.sees(/\d\d:\d\d \[кухня\] Оля: ЇЖАК спить⏎під деревом/);
  ann.type('/search ""\r');
  await ann.sees("There is nothing in this text.");
  ann.type("/search\r");
  await ann.sees("/search TEXT");
  ann.type("\u0003");
  assert.equal(await ann.exit, 0);
});

test("What a server says of a search cannot steer the terminal. [D4]", async () => {
  const printed: string[] = [];
  const search = () => Promise.reject(new ChatRefusal("empty", "\u001b[2J\nforged"));
  await printFound("x", {
    client: { search } as unknown as Client,
    printer: new Printer({ day: () => "" } as unknown as Lines, 0, () => {}),
    speak: terminalWords.en,
    print: (line) => printed.push(line),
  });
  assert.deepEqual(printed, ["❗ ␛[2J⏎forged"]);
});
