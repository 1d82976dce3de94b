import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { StartupError, startServer } from "../../src/server/index.ts";
import { cli, serveWords } from "../support/process.ts";
import { keptLog, startTestServer, temporaryFolder, testConfig } from "../support/server.ts";

/** What the server says that cannot start: one line, for a person. */
async function refusal(data: string, changes = {}): Promise<string> {
  const error = await startServer(testConfig(data, changes), { log: keptLog() }).then(
    () => assert.fail("it started"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof StartupError, String(error));
  assert.ok(!error.message.includes("\n"), error.message);
  return error.message;
}

const database = (folder: string) => join(folder, "parlance.db");

/** Fills a database with so many messages that its pages reach beyond the header. */
async function stopped(t: TestContext): Promise<string> {
  const server = await startTestServer(t);
  const body = "x".repeat(4_000);
  for (let index = 0; index < 20; index++)
    await fetch(`${server.url}/rooms/general/messages`, { method: "POST", body });
  await server.stop();
  return server.data;
}

test("a missing data folder is made, and so is the database", async (t) => {
  const server = await startTestServer(t, { data: join(temporaryFolder(t), "deep", "er") });
  assert.equal(readFileSync(database(server.data)).subarray(0, 15).toString(), "SQLite format 3");
});

test("nobody else on the machine may read what people wrote, or the key that tokens are made with", async (t) => {
  const before = process.umask(0o022);
  t.after(() => process.umask(before));
  const { data } = await startTestServer(t, { data: join(temporaryFolder(t), "data") });
  for (const path of [data, database(data), `${database(data)}-wal`])
    assert.equal(statSync(path).mode & 0o077, 0, path);
});

test("all addresses of IPv4 and of IPv6 can be listened at side by side", async (t) => {
  const { ports } = await startTestServer(t, { hosts: ["0.0.0.0", "::"] });
  for (const host of ["127.0.0.1", "[::1]"]) {
    assert.equal((await fetch(`http://${host}:${ports[0]}/healthz`)).status, 200);
  }
});

test("[L5] a data folder in use is refused, saying by whom, and the server that has it goes on", async (t) => {
  const server = await startTestServer(t);
  const message = await refusal(server.data);
  assert.match(message, new RegExp(`in use by another server \\(process ${process.pid}, at ${server.url}\\)`));
  assert.match(message, /--data/);
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  await server.stop();
  await using again = await startServer(testConfig(server.data), { log: keptLog() });
  assert.ok(again.ports[0]);
});

test("a port in use is refused, with the flag that chooses another", async (t) => {
  const other = createServer().listen(0, "127.0.0.1");
  t.after(() => other.close());
  await new Promise((resolve) => other.once("listening", resolve));
  const { port } = other.address() as { port: number };
  const data = temporaryFolder(t);
  const message = await refusal(data, { ports: [port] });
  assert.match(message, new RegExp(`Port ${port} .* in use .* --port`));
  // Nothing is left locked behind it.
  await using server = await startServer(testConfig(data), { log: keptLog() });
  assert.ok(server.ports[0]);
});

test("several ports serve the same rooms, each on both loopback addresses", async (t) => {
  const server = await startTestServer(t, { ports: [0, 0] });
  assert.equal(new Set(server.ports).size, 2);
  for (const port of server.ports) {
    for (const host of ["127.0.0.1", "[::1]"]) {
      assert.equal((await fetch(`http://${host}:${port}/healthz`)).status, 200);
    }
  }
});

test("an address that this machine does not have is refused, with the flag that chooses another", async (t) => {
  assert.match(await refusal(temporaryFolder(t), { hosts: ["192.0.2.1"] }), /no address 192\.0\.2\.1.*--host/);
});

test("a database of a newer version is refused, and left as it is", async (t) => {
  const folder = await stopped(t);
  const db = new DatabaseSync(database(folder));
  db.exec("PRAGMA user_version = 999");
  db.close();
  assert.match(await refusal(folder), /newer Parlance.*999/);
});

test("a database of another program is refused, and left as it is", async (t) => {
  const folder = temporaryFolder(t);
  const db = new DatabaseSync(database(folder));
  db.exec("CREATE TABLE theirs (a)");
  db.close();
  const before = readFileSync(database(folder));
  assert.match(await refusal(folder), /database of another program.*--data/);
  assert.deepEqual(readFileSync(database(folder)), before);
});

test("what is no database is refused", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(database(folder), "Dear diary, ".repeat(1_000));
  assert.match(await refusal(folder), /damaged or is not a database.*backup/);
});

test("a damaged database is refused", async (t) => {
  const folder = await stopped(t);
  const bytes = readFileSync(database(folder));
  bytes.fill(0xa5, 4_096, 3 * 4_096);
  writeFileSync(database(folder), bytes);
  assert.match(await refusal(folder), /damaged.*backup/);
});

test("a data folder that is a file is refused", async (t) => {
  const file = join(temporaryFolder(t), "file");
  writeFileSync(file, "");
  assert.match(await refusal(file), /is not a folder.*--data/);
});

test("a folder or database that may not be written is refused", async (t) => {
  const parent = temporaryFolder(t);
  const readable = join(parent, "readable");
  mkdirSync(readable);
  const folder = await stopped(t);
  execFileSync("chmod", ["-R", "a=rX", parent, folder]);
  // Nobody forbids root anything: as root this is tried as a user without rights.
  const asNobody = process.getuid?.() === 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
  for (const data of [readable, folder]) {
    const [command = "", ...rest] = [...asNobody, process.execPath, cli, ...serveWords(data)];
    const server = spawn(command, rest, { stdio: ["ignore", "ignore", "pipe"] });
    t.after(() => server.kill("SIGKILL"));
    const [said, [exitCode]] = await Promise.all([text(server.stderr), once(server, "exit")]);
    assert.match(said, /cannot be .*--data/);
    assert.equal(said.trim().split("\n").length, 1, said);
    assert.equal(exitCode, 1);
  }
});
