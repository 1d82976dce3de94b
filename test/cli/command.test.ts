import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, watch } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { settingKeys, settings } from "../../src/ops/settings.ts";
import { cli, serveWords, startServerProcess } from "../support/process.ts";
import { startTestServer, temporaryFolder } from "../support/server.ts";
import { runAtTerminal } from "../support/terminal.ts";

const run = (...words: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...words], { encoding: "utf8" });
  return { status, stdout, stderr };
};

test("serve --help lists every setting, with its variable and default.", () => {
  const { status, stdout } = run("serve", "--help");
  const help = stdout.replace(/\s+/g, " ");
  assert.equal(status, 0);
  for (const key of settingKeys) {
    const { flag, placeholder, variable } = settings[key];
    assert.ok(help.includes(`${flag} ${placeholder}`), flag);
    assert.ok(help.includes(`${variable})`), variable);
  }
});

test("The help of every command fits into 80 columns.", () => {
  const names = Array.from(run("--help").stdout.matchAll(/^ {2}([a-z]+) (?:\[|<)/gm), ([, name = ""]) => [name]);
  assert.ok(names.length >= 10);
  for (const words of [[], ...names]) {
    const wide = run(...words, "--help")
      .stdout.split("\n")
      .filter((line) => line.length > 80);
    assert.deepEqual(wide, []);
  }
});

test("--version and --help answer with status 0.", () => {
  assert.match(run("--version").stdout, /^\d+\.\d+\.\d+\n$/);
  assert.match(run("--help").stdout, /parlance chat general --name Ann/);
});

test("Nothing is laid down, or run, where somebody happens to stand.", (t) => {
  const cwd = temporaryFolder(t);
  const env = { ...process.env, XDG_CACHE_HOME: "cache", HOME: "home", NODE_COMPILE_CACHE: "" };
  assert.equal(spawnSync(process.execPath, [cli, "--version"], { cwd, env }).status, 0);
  assert.deepEqual(readdirSync(cwd), []);
});

for (const [words, complaint] of [
  [["sevre"], /❌ unknown command 'sevre'\n\(Did you mean serve\?\)/],
  [["serve", "--prot", "1"], /❌ unknown option '--prot'\n\(Did you mean --port\?\)/],
  [["serve", "--port", "x"], /^❌ --port got "x", but takes a port from 0 to 65535\.\n$/],
  [["chat", "a b"], /^❌ A room’s name has/],
  [["chat", "--server", "ftp://x"], /^❌ --server takes an address such as/],
  [["help"], /❌ unknown command 'help'\n`parlance --help` lists the commands\.\n$/],
  [["say", "general"], /❌ missing required argument 'text'\n`parlance say --help` tells what it takes\.\n$/],
  [["say", "кухня", " ", "--lang", "uk"], /^❌ .* порожній\.\n$/],
  [["doctor", "foo://x"], /^❌ "foo:\/\/x" is no address\./],
] as const) {
  test(`parlance ${words.join(" ")} is refused in a clear line, with status 2.`, () => {
    const { status, stderr } = run(...words);
    assert.match(stderr, complaint);
    assert.equal(status, 2);
  });
}

test("A server that cannot start says why in one line, with status 1.", async (t) => {
  const { ports, data } = await startTestServer(t);
  const taken = run("serve", "--port", String(ports[0]), "--data", temporaryFolder(t), "--log-level", "silent");
  assert.match(taken.stderr, /^❌ Port \d+ .*\n$/);
  assert.equal(taken.status, 1);
  const locked = run("serve", "--port", "0", "--data", data, "--log-level", "silent");
  assert.match(locked.stderr, /^❌ .*\n$/);
  assert.equal(locked.status, 1);
});

test("A server whose folder cannot be made says so.", (t) => {
  if (!existsSync("/proc/self")) return t.skip("NOT RUN: there is no /proc");
  const nowhere = "/proc/parlance/folder";
  for (const folders of [
    ["--data", nowhere],
    ["--data", temporaryFolder(t), "--transcripts", nowhere],
  ]) {
    const words = [cli, "serve", "--port", "0", "--log-level", "silent", ...folders];
    const { status, stderr } = spawnSync(process.execPath, words, { timeout: 10_000, killSignal: "SIGKILL" });
    assert.match(
      String(stderr),
      /^❌ .*\/proc\/parlance\/folder.* choose another folder with --(data|transcripts)\.\n$/,
    );
    assert.equal(status, 1);
  }
});

test("A folder that is named by the flag is served, whatever database the environment names.", async (t) => {
  const away = { PARLANCE_STORE: "postgres://nobody@127.0.0.1:1/none", PARLANCE_BUS: "nats://127.0.0.1:1" };
  const data = temporaryFolder(t);
  await startServerProcess(t, data, [], { environment: away });
  assert.ok(existsSync(join(data, "parlance.db")));
});

for (const signal of ["SIGTERM", "SIGHUP"] as const) {
  test(`${signal} ends a server in good order, with status 0. [K4]`, async (t) => {
    const server = await startServerProcess(t, temporaryFolder(t));
    server.process.kill(signal);
    assert.deepEqual(await once(server.process, "exit"), [0, null]);
  });
}

/** Starts a server whose log goes to `stdout`, and waits until it has left its note: the log may tell nobody. */
async function startWithLog(t: TestContext, stdout: "pipe" | number) {
  const data = temporaryFolder(t);
  const signedIn = Promise.withResolvers<string>();
  const watcher = watch(data, () => {
    try {
      signedIn.resolve(JSON.parse(readFileSync(join(data, "server.json"), "utf8")).urls[0]);
    } catch {
      // Not yet, or not all of it.
    }
  });
  t.after(() => watcher.close());
  const words = serveWords(data);
  const server = spawn(process.execPath, [cli, ...words], { stdio: ["ignore", stdout, "inherit"] });
  t.after(() => server.kill("SIGKILL"));
  return { server, url: await signedIn.promise, exited: once(server, "exit") };
}

test("A server whose log lies on a full disk goes on, and ends in good order. [L3] [K4]", async (t) => {
  if (!existsSync("/dev/full")) return t.skip("NOT RUN: there is no /dev/full");
  const full = openSync("/dev/full", "w");
  t.after(() => closeSync(full));
  const { server, url, exited } = await startWithLog(t, full);
  assert.equal(run("say", "general", "привіт", "--server", url).status, 0);
  server.kill("SIGTERM");
  assert.deepEqual(await exited, [0, null]);
});

test("A server whose log nobody fetches any more ends in good order. [K4]", async (t) => {
  const { server, url, exited } = await startWithLog(t, "pipe");
  // Each is told in the log: together more than a pipe takes.
  for (let number = 0; number < 40; number++) {
    const asked = get(`${url}/${"x".repeat(8_000)}`, { headers: { host: "elsewhere.example" } });
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    await text(answer);
  }
  server.kill("SIGTERM");
  assert.deepEqual(await exited, [0, null]);
});

test("A server whose terminal is closed ends in good order. [K4]", async (t) => {
  const data = temporaryFolder(t);
  const words = serveWords(data);
  const server = runAtTerminal(t, words);
  await server.sees(/✅ Server is running on/);
  const note = join(data, "server.json");
  await server.sees("Type message to broadcast");
  assert.ok(existsSync(note));
  // Who ends otherwise leaves its note.
  const ended = new Promise<void>((resolve) => {
    const watcher = watch(data, () => existsSync(note) || resolve());
    t.after(() => watcher.close());
  });
  server.process.kill("SIGKILL");
  await ended;
});

test("At a terminal the server prints for people, and stops at Ctrl+C with status 0. [K4]", async (t) => {
  const words = serveWords(temporaryFolder(t));
  const server = runAtTerminal(t, words);
  await server.sees(/✅ Server is running on ws:\/\/localhost:\d+\n/);
  await server.sees(/http:\/\/localhost:\d+ /);
  const [url = ""] = /http:\/\/localhost:\d+/.exec(server.text) ?? [];
  assert.equal(run("say", "general", "привіт", "--server", url).status, 0);
  await server.sees("✅ A client connected.\n");
  await server.sees("📩 Received from client: привіт\n");
  await server.sees("❌ A client disconnected.\n");
  server.type("\u0003");
  assert.equal(await server.exit, 0);
});
