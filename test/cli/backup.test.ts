import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { SqliteLog } from "../../src/store/sqlite-log.ts";
import { openDatabase } from "../../src/store/sqlite-open.ts";
import { connectWithoutDelay, next } from "../sdk/support/set-time.ts";
import { RawClient } from "../support/client.ts";
import { draft } from "../support/drafts.ts";
import { cli, startServerProcess } from "../support/process.ts";
import { startTestServer, temporaryFolder } from "../support/server.ts";
import { inShell, runPiped } from "../support/terminal.ts";

async function parlance(t: TestContext, words: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const run = runPiped(t, words, environment);
  return { status: await run.exit, output: run.output };
}

interface Page {
  readonly epoch: string;
  readonly messages: readonly { readonly seq: number; readonly text: string }[];
  readonly next: string;
  readonly more: boolean;
  readonly reset: boolean;
}

const readPage = async (url: string, room: string, query: string) =>
  (await (await fetch(`${url}/rooms/${encodeURIComponent(room)}/messages?${query}`)).json()) as Page;

async function readLog(url: string, room: string): Promise<Page["messages"]> {
  const messages: Page["messages"][number][] = [];
  for (let after = "0"; ; ) {
    const page = await readPage(url, room, `after=${after}&limit=1000`);
    messages.push(...page.messages);
    if (!page.more) return messages;
    after = page.next;
  }
}

/** Says one thing after the other, twenty at a time on their way, until it is told to end; what was acknowledged is `said`, by its `seq`. */
function pour(client: RawClient, said: Map<number, string>) {
  let isOver = false;
  const flowing = Promise.withResolvers<void>();
  const poured = (async () => {
    const texts: string[] = [];
    const say = () => {
      texts.push(`№ ${texts.length} ขอบคุณ 🙏`);
      client.send({ type: "message", text: texts.at(-1) });
    };
    for (let waiting = 0; waiting < 20; waiting++) say();
    for (let answered = 0; answered < texts.length; answered++) {
      const { seq } = await client.next("ack");
      said.set(seq, texts[answered] ?? "");
      if (answered === 100) flowing.resolve();
      if (!isOver) say();
    }
  })();
  return {
    flowing: flowing.promise,
    async end() {
      isOver = true;
      await poured;
    },
  };
}

test("[L2] [L4] a backup of a server at work, restored: nothing acknowledged before it is missing, and nobody who was there misses what came after", async (t) => {
  const data = temporaryFolder(t);
  const server = await startServerProcess(t, data);
  const rooms = ["general", "кухня", "ห้องครัว"];
  const said = rooms.map(() => new Map<number, string>());
  const writers = await Promise.all(rooms.map((room) => RawClient.join(t, server.url, { room })));
  const pouring = writers.map((client, index) => pour(client, said[index] ?? new Map()));
  const file = join(temporaryFolder(t), "копия บ้าน 💾.db");
  await Promise.all(pouring.map(({ flowing }) => flowing));
  const before = said.map(({ size }) => size);
  const backedUp = await parlance(t, ["backup", file, "--data", data]);
  assert.match(
    backedUp.output,
    /^✅ Backed up [\d,]+ messages in 3 rooms to .*копия บ้าน 💾\.db: \d+\.\d MB in \d+\.\d s\.\n$/,
  );
  assert.equal(backedUp.status, 0);
  await Promise.all(pouring.map((each) => each.end()));
  await server.kill();

  const elsewhere = join(temporaryFolder(t), "ข้อมูล");
  const restored = await parlance(t, ["restore", file], { PARLANCE_DATA: elsewhere });
  assert.match(
    restored.output,
    /^✅ Restored [\d,]+ messages in 3 rooms to .*ข้อมูล\. Who comes back reads the rooms anew\.\n$/,
  );
  const { url } = await startServerProcess(t, elsewhere);
  for (const [index, room] of rooms.entries()) {
    const log = await readLog(url, room);
    assert.deepEqual(
      log.map(({ seq }) => seq),
      log.map((_, place) => place + 1),
      "[L1] seq is dense",
    );
    assert.ok(log.length >= (before[index] ?? 0), "all that was acknowledged before is there");
    assert.ok(log.every(({ seq, text }) => said[index]?.get(seq) === text));

    // Their positions: where they were, the last one that the backup has, and the very beginning.
    const { epoch } = writers[index]?.joined ?? {};
    const last = said[index]?.size ?? 0;
    assert.ok(last > log.length, "there was more after the backup");
    for (const seq of [last, log.length, 0]) {
      const back = await RawClient.connect(t, url);
      back.send({ type: "join", room, since: { epoch, seq } });
      const joined = await back.next("joined");
      assert.deepEqual([joined.recovered, joined.reason, joined.head], [false, "epoch", log.length]);
      assert.equal((await back.next("history")).messages.at(-1)?.seq, log.length);
      assert.equal((await readPage(url, room, `after=${epoch}-${seq}`)).reset, true);
    }
  }
});

test("[L4] a client that was there all along reads the room anew after its server was restored, and goes on", async (t) => {
  const data = temporaryFolder(t);
  const server = await startTestServer(t, { data, drainMs: 0 });
  const [port = 0] = server.ports;
  const client = connectWithoutDelay(t, server.url, { name: "Оля" });
  const room = client.join("кухня");
  await next(room, "reset");
  await room.settled(room.send("до копии"));
  const file = join(temporaryFolder(t), "backup.db");
  assert.equal((await parlance(t, ["backup", file, "--data", data])).status, 0);
  await room.settled(room.send("после копии"));
  const refused = await parlance(t, ["restore", file, "--data", data, "--force"]);
  assert.equal(refused.status, 1);
  assert.match(refused.output, /^❌ .* is in use by another server \(process \d+, at http:.*Stop it/, "[L5]");
  await server.stop();

  const anew = next(room, "reset");
  const there = await parlance(t, ["restore", file, "--data", data]);
  assert.equal(there.status, 1);
  assert.match(there.output, /^❌ .*parlance\.db exists already\. With --force it is replaced/);
  const restored = await parlance(t, ["restore", file, "--data", data, "--force"]);
  assert.match(
    restored.output,
    /^✅ Restored 1 message in 2 rooms.*\nWhat was there before is now .*before-restore-.*\n$/,
  );
  await startTestServer(t, { data, ports: [port] });
  const { messages } = await anew;
  assert.deepEqual(
    messages.map(({ seq, text }) => [seq, text]),
    [[1, "до копии"]],
  );
  assert.equal((await room.settled(room.send("знову"))).seq, 2);
});

test("a backup or restore that cannot be done says why in one line, with its status, and leaves nothing", async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "backup.db");
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [["backup", file, "--data", join(folder, "нет")], 1, /^❌ There is no .*нет.parlance\.db\. Name .* --data\.\n$/],
    [["restore", file, "--data", join(folder, "new")], 1, /^❌ There is no .*backup\.db\.\n$/],
    [["backup", file, "--data", ""], 2, /^❌ --data got "", but takes the path of a folder\.\n$/],
    [["restore", import.meta.filename, "--data", join(folder, "new")], 1, /^❌ .* is damaged, or no database\.\n$/],
    [["backup"], 2, /missing required argument 'file'/],
  ];
  for (const [words, status, output] of cases) {
    const ended = await parlance(t, words);
    assert.match(ended.output, output);
    assert.equal(ended.status, status);
    assert.deepEqual(readdirSync(folder), [], words.join(" "));
  }
});

test("a backup or restore that the system cuts off says so, with status 1, and leaves nothing", (t) => {
  const [data, folder] = [temporaryFolder(t), temporaryFolder(t)];
  {
    using db = openDatabase(join(data, "parlance.db"));
    new SqliteLog(db).append(Array.from({ length: 100 }, (_, n) => draft(n, { text: "ж".repeat(4_096) })));
  }
  const cut = (words: readonly string[]) =>
    spawnSync("sh", ["-c", `ulimit -f 200; exec ${inShell([...words, "--data", data])}`], { encoding: "utf8" });
  const file = join(folder, "backup.db");
  const backup = cut(["backup", file]);
  assert.equal(backup.stderr, `❌ ${join(data, "parlance.db")} could not be copied to ${file}: disk I/O error.\n`);
  assert.equal(backup.status, 1);
  assert.deepEqual(readdirSync(folder), []);
  spawnSync(process.execPath, [cli, "backup", file, "--data", data]);
  const before = readdirSync(data);
  const restore = cut(["restore", file, "--force"]);
  assert.match(restore.stderr, /^❌ .* could not be copied to .*: disk I\/O error\.\n$/);
  assert.equal(restore.status, 1);
  assert.deepEqual(
    readdirSync(data).filter((name) => name !== "lock"),
    before,
  );
});

test("Ctrl+C during a backup leaves the whole of it, or nothing", async (t) => {
  const data = temporaryFolder(t);
  {
    using db = openDatabase(join(data, "parlance.db"));
    new SqliteLog(db).append(Array.from({ length: 8_000 }, (_, n) => draft(n, { text: "ж".repeat(4_096) })));
  }
  const folder = temporaryFolder(t);
  const file = join(folder, "backup.db");
  const run = runPiped(t, ["backup", file, "--data", data]);
  const watcher = watch(folder, () => run.process.kill("SIGINT"));
  const status = await run.exit;
  watcher.close();
  assert.deepEqual(readdirSync(folder), status === 0 ? ["backup.db"] : []);
  assert.ok(status === 0 || status === 130, String(status));
});

test("what root restores in somebody else's folder is theirs", async (t) => {
  if (process.getuid?.() !== 0) return t.skip("NOT RUN: only root may give files away");
  const data = temporaryFolder(t);
  openDatabase(join(data, "parlance.db")).close();
  const file = join(temporaryFolder(t), "backup.db");
  await parlance(t, ["backup", file, "--data", data]);
  const theirs = join(temporaryFolder(t), "data");
  mkdirSync(theirs);
  chownSync(theirs, 65_534, 65_534);
  assert.equal((await parlance(t, ["restore", file, "--data", theirs])).status, 0);
  for (const name of readdirSync(theirs)) assert.equal(statSync(join(theirs, name)).uid, 65_534, name);
});

test("what is kept in Postgres is for Postgres's own programs, and says so", async (t) => {
  const environment = { PARLANCE_STORE: "postgres://ann:s3cret@db/chat" };
  for (const words of [
    ["backup", "all.db"],
    ["restore", "all.db", "--force"],
  ]) {
    const { status, output } = await parlance(t, words, environment);
    assert.equal(status, 2);
    assert.match(output, /pg_dump.*pg_restore/);
    assert.doesNotMatch(output, /s3cret/);
  }
});

test("[L5] who may not look into a server's folder is told so, and not that it has no database", async (t) => {
  const folder = temporaryFolder(t);
  openDatabase(join(folder, "parlance.db")).close();
  // Nobody forbids root anything: as root this is tried as a user without rights.
  const isRoot = process.getuid?.() === 0;
  const [command = "", ...words] = [
    ...(isRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : []),
    process.execPath,
    cli,
  ];
  chmodSync(folder, isRoot ? 0o700 : 0);
  const runs = [["bans"], ["backup", join(tmpdir(), "parlance-test-backup.db")]].map((asked) =>
    spawnSync(command, [...words, ...asked, "--data", folder], { encoding: "utf8" }),
  );
  // So that it can be removed.
  chmodSync(folder, 0o700);
  for (const { status, stderr } of runs) {
    assert.equal(status, 1, stderr);
    assert.match(
      stderr,
      /^❌ .*parlance\.db cannot be reached \(EACCES\)\. Run this as the server's user, .*--data\.\n$/,
    );
  }
});
