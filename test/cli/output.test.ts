import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { RawClient } from "../support/client.ts";
import { cli } from "../support/process.ts";
import { startTestServer, temporaryFolder } from "../support/server.ts";
import { inShell, Run, runPiped } from "../support/terminal.ts";

/** Says its process id on standard error when it has printed some words, and a thousand turns of its loop passed since. */
const idlenessAfter = (words: string) => `
  const { stdout } = process;
  const write = stdout.write;
  const wait = (turns) => (turns === 0 ? process.stderr.write("idle: " + process.pid + "\\n") : setImmediate(wait, turns - 1));
  stdout.write = (text, ...rest) => {
    if (String(text).includes(${JSON.stringify(words)})) wait(1000);
    return write.call(stdout, text, ...rest);
  };
`;

/** Runs a command until it has printed `last`, and has no more to do. It prints into a full pipe, read once `go` is typed. */
async function runUnread(t: TestContext, words: readonly string[], last: string): Promise<Run> {
  const preload = `data:text/javascript,${encodeURIComponent(idlenessAfter(last))}`;
  const command = `NODE_OPTIONS='--import "${preload}"' ${inShell(words)}; echo "ended with $?" >&2`;
  const line = `exec 3<&0; { head -c 65536 /dev/zero; ${command}; } | { read -r go <&3; tr -d '\\0'; }`;
  const run = new Run(t, spawn("sh", ["-c", line]));
  await run.sees(/idle|ended/);
  return run;
}

test("What is printed into a pipe that nobody reads for long is there whole. [T4]", async (t) => {
  const { url } = await startTestServer(t);
  await (await RawClient.join(t, url, { name: "Ann" })).say("the last word");
  for (const [words, last] of [
    [["export", "general", "--server", url], "Ann: the last word\n"],
    [["--help"], "send one message\n"],
  ] as const) {
    const run = await runUnread(t, words, last.trim());
    run.type("go\n");
    await run.exit;
    assert.ok(run.output.includes(last), `${words[0]}: ${run.output}`);
    assert.match(run.output, /ended with 0/);
  }
});

test("A chat whose output nobody reads ends at the first SIGINT.", async (t) => {
  const { url } = await startTestServer(t);
  await (await RawClient.join(t, url, { name: "Ann" })).say("the last word");
  const run = await runUnread(t, ["chat", "general", "--server", url], "the last word");
  process.kill(Number(/idle: (\d+)/.exec(run.output)?.[1]), "SIGINT");
  await run.sees("ended with 0");
});

test("A command whose output cannot be written says so, with status 1.", async (t) => {
  if (!existsSync("/dev/full")) return t.skip("NOT RUN: there is no /dev/full");
  const { url, data } = await startTestServer(t);
  await (await RawClient.join(t, url, { name: "Ann" })).say("hi");
  const full = openSync("/dev/full", "w");
  t.after(() => closeSync(full));
  for (const words of [
    ["bans", "--data", data],
    ["export", "general", "--server", url],
    ["chat", "general", "--server", url],
    ["--help"],
  ]) {
    const run = new Run(t, spawn(process.execPath, [cli, ...words], { stdio: ["ignore", full, "pipe"] }));
    assert.equal(await run.exit, 1, `${words}`);
    assert.match(run.output, /^❌ Standard output could not be written: ENOSPC: .*\n$/);
  }
});

test("A command whose output nobody wants any more ends without a word.", async (t) => {
  const { url, data } = await startTestServer(t);
  for (const words of [["bans", "--data", data], ["export", "general", "--server", url], ["--help"]]) {
    const run = runPiped(t, words);
    run.process.stdout?.destroy();
    assert.equal(await run.exit, 0, `${words}`);
    assert.equal(run.output, "");
  }
});

test("An export into a file that may not grow so far says so, whatever of it is there. [T4]", async (t) => {
  if (process.platform === "win32") return t.skip("NOT RUN: there are no such limits here");
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url, { name: "Ann" });
  for (let number = 0; number < 5; number++) await ann.say("x".repeat(4_000));
  const file = join(temporaryFolder(t), "out.txt");
  const export_ = inShell(["export", "general", "--server", url]);
  const run = new Run(t, spawn("sh", ["-c", `ulimit -f 16; exec ${export_} > '${file}'`]));
  assert.equal(await run.exit, 1, run.output);
  assert.match(run.output, /EFBIG/);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`An export to a file that ${signal} ends leaves nothing behind. [T4]`, async (t) => {
    const folder = temporaryFolder(t);
    const message = { type: "message", room: "general", id: "0123456789abcdef", user: { id: "u_1", name: "Ann" } };
    const page = {
      messages: [{ ...message, seq: 1, text: "hi", ts: "2025-11-19T23:46:36.123Z" }],
      next: "1",
      more: true,
    };
    const silent = createServer((request, answer) => {
      // Of two pages the second never comes.
      if (request.url?.includes("after=0")) answer.end(JSON.stringify({ ...page, reset: false }));
      else run.process.kill(signal);
    });
    silent.listen(0, "127.0.0.1");
    t.after(() => {
      silent.close();
      silent.closeAllConnections();
    });
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const words = ["export", "general", "--server", `http://127.0.0.1:${port}`, "--out", join(folder, "out.txt")];
    const run = runPiped(t, words);
    assert.equal(await run.exit, 130);
    assert.equal(run.output, "");
    assert.deepEqual(readdirSync(folder), []);
  });
}
