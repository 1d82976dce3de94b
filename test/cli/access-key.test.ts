import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { examine } from "../../src/ops/doctor.ts";
import { Target } from "../../src/ops/probe.ts";
import { startServerProcess } from "../support/process.ts";
import { startTestServer, temporaryFolder } from "../support/server.ts";
import { runPiped } from "../support/terminal.ts";

const key = "ключ + ญ";

test("[D6] say, export, import and chat give the key, by flag or by PARLANCE_KEY, and say what is missing without it", async (t) => {
  const { url } = await startTestServer(t, { accessKey: key });
  const file = join(temporaryFolder(t), "out.ndjson");
  const said = runPiped(t, ["say", "кухня", "привіт", "--server", url, "--key", key]);
  assert.equal(await said.exit, 0, said.output);
  const chat = runPiped(t, ["chat", "кухня", "--server", url], { PARLANCE_KEY: key });
  const exported = runPiped(t, ["export", "кухня", "--format", "ndjson", "--out", file, "--server", url], {
    PARLANCE_KEY: key,
  });
  assert.equal(await exported.exit, 0, exported.output);
  assert.match(readFileSync(file, "utf8"), /привіт/);
  const imported = runPiped(t, ["import", file, "--room", "там", "--server", url, "--key", key]);
  assert.equal(await imported.exit, 0, imported.output);
  await chat.sees("привіт");
  chat.process.stdin?.end();
  assert.equal(await chat.exit, 0);
  const refused = [
    ["say", "кухня", "x", "--server", url],
    ["export", "кухня", "--server", url, "--key", "wrong"],
    ["import", file, "--room", "там", "--server", url],
    ["chat", "кухня", "--server", url],
  ];
  const runs = refused.map((words) => runPiped(t, [...words, "--lang", "uk"], { PARLANCE_KEY: "" }));
  for (const run of runs) {
    assert.equal(await run.exit, 1, run.text);
    assert.match(run.text, /❗ Сервер питає ключ доступу.* --key КЛЮЧ/);
  }
});

test("[D6] the doctor tries every gateway with the key, and says once that it is missing", async (t) => {
  const {
    url,
    tcpPort = 0,
    tcpEchoPort = 0,
  } = await startTestServer(t, { accessKey: key, tcpPort: 0, tcpEchoPort: 0 });
  const target = { url: new URL(url), room: "parlance-doctor", tcpPort, tcpEchoPort };
  for await (const finding of examine(new Target({ ...target, key }))) assert.ok(finding.ok, finding.check);
  const without = [];
  for await (const finding of examine(new Target(target))) without.push(finding.ok || finding.trouble.kind);
  assert.deepEqual(without, ["key_required"]);
});

test("[D6] a server that is open to others without a key warns of it, with the flag; one with a key does not, nor does one for this machine", async (t) => {
  const isUnguarded = async (changes: Parameters<typeof startTestServer>[1]) =>
    (await startTestServer(t, changes)).isUnguarded;
  assert.equal(await isUnguarded({}), false);
  assert.equal(await isUnguarded({ hosts: ["localhost"] }), false);
  assert.equal(await isUnguarded({ hosts: ["0.0.0.0"], accessKey: key }), false);
  assert.equal(await isUnguarded({ hosts: ["0.0.0.0"] }), true);
  const words = ["--host", "0.0.0.0", "--port", "0", "--tcp-port", "none", "--tcp-echo-port", "none"];
  const run = runPiped(t, ["serve", "--data", temporaryFolder(t), ...words]);
  await run.sees(/"level":"warn".*--access-key/);
});

test("[D6] [D7] PARLANCE_ACCESS_KEY keeps the key out of the list of processes", async (t) => {
  const environment = { PARLANCE_ACCESS_KEY: "SECRET" };
  const server = await startServerProcess(t, temporaryFolder(t), [], { environment });
  assert.equal((await fetch(`${server.url}/rooms/x/messages`)).status, 401);
  const authorization = "Bearer SECRET";
  assert.equal((await fetch(`${server.url}/rooms/x/messages`, { headers: { authorization } })).status, 404);
  assert.ok(!server.process.spawnargs.join(" ").includes("SECRET"));
});
