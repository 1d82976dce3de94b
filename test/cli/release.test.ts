import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { RawClient } from "../support/client.ts";
import { startTestServer, temporaryFolder } from "../support/server.ts";
import { runPiped } from "../support/terminal.ts";

test("[I5] parlance release frees a name beside the running server; whoever had it stays who they are", async (t) => {
  const server = await startTestServer(t);
  const owner = await RawClient.join(t, server.url, { name: "Зоя Петрова" });
  owner.send({ type: "claim", passphrase: "long forgotten" });
  const { token, user } = await owner.next("welcome");
  const release = async (...words: string[]) => {
    const run = runPiped(t, ["release", ...words], {});
    return { status: await run.exit, output: run.output };
  };
  const [nobody, done] = await Promise.all([
    release("Nobody", "--data", server.data),
    release("зоя петрова", "--data", server.data),
  ]);
  assert.deepEqual([nobody.status, done.status], [1, 0], done.output);
  assert.match(nobody.output, /❌ The name Nobody is kept for nobody\./);
  assert.match(done.output, /✅ The name Зоя Петрова is kept for nobody any more\./);
  await server.stop();
  const again = await startTestServer(t, { data: server.data });
  const guest = await RawClient.join(t, again.url, { name: "ЗОЯ ПЕТРОВА" });
  assert.equal(guest.welcome.user.name, "ЗОЯ ПЕТРОВА");
  const back = await RawClient.join(t, again.url, { token });
  assert.deepEqual([back.welcome.user, back.welcome.claimed], [{ ...user, name: "Зоя Петрова2" }, undefined]);
});

test("parlance release says in a line what is in the way", async (t) => {
  const folder = temporaryFolder(t);
  const refuse = async (name: string) => {
    const run = runPiped(t, ["release", name, "--data", folder], {});
    assert.equal(await run.exit, 1);
    return run.output;
  };
  assert.match(await refuse("Ann"), /❌ There is no .*parlance\.db\./);
  writeFileSync(
    join(folder, "parlance.db"),
    "no database at all, but long enough to be read as the header of one".repeat(9),
  );
  const [other, bad] = await Promise.all([refuse("Ann"), refuse("a:b")]);
  assert.match(other, /❌ .*parlance\.db cannot be used/);
  assert.match(bad, /❌ This cannot be anybody's name\./);
});
