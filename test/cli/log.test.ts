import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmdirSync, rmSync, watch, writeFileSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createLog, type LogOptions } from "../../src/ops/log.ts";

function logged(form: LogOptions["form"], level: LogOptions["level"] = "info") {
  const lines: string[] = [];
  return { lines, log: createLog({ form, level, output: { write: (line) => lines.push(line) } }) };
}

const attack = "a\u001b[2J\u0007\u009b31m\u007f\u202e\u2028\nb";

test("A JSON line holds what was logged exactly, and nothing that steers a terminal. [B2] [D4]", () => {
  const { log, lines } = logged("json");
  log.info({ room: "кухня", text: attack }, `from ${attack}`);
  const [line = ""] = lines;
  assert.doesNotMatch(line.trimEnd(), /[\p{Cc}\p{Bidi_Control}\u2028]/u);
  const { level, room, text, msg } = JSON.parse(line);
  assert.deepEqual({ level, room, text, msg }, { level: "info", room: "кухня", text: attack, msg: `from ${attack}` });
});

test("A plain line is one line, and steers no terminal. [B2] [D4]", () => {
  const { log, lines } = logged("plain");
  log.warn({ text: attack }, attack);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /^⚠️ {2}a␛/u);
  assert.doesNotMatch(lines[0]?.trimEnd() ?? "", /[\p{Cc}\p{Bidi_Control}]/u);
});

for (const form of ["json", "plain"] as const) {
  test(`Tokens and keys never stand in a ${form} log, however deep. [D7]`, () => {
    const { log, lines } = logged(form);
    log.info({ token: "SECRET", frame: { key: "SECRET" }, req: { headers: { authorization: "SECRET" } } }, "hello");
    assert.match(lines.join(""), /hello/);
    assert.doesNotMatch(lines.join(""), /SECRET/);
  });
}

test("What is below the level is not logged.", () => {
  const { log, lines } = logged("json", "warn");
  log.debug({}, "no");
  log.info({}, "no");
  log.error({ err: new Error("disk") }, "yes");
  assert.equal(lines.length, 1);
  assert.equal(JSON.parse(lines[0] ?? "").err.message, "disk");
});

test("A log on a full disk goes on once there is room, however much was to be logged meanwhile. [L3]", async (t) => {
  const disk = mkdtempSync(join(tmpdir(), "parlance-test-"));
  const isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m", "parlance-test", disk]).status === 0;
  t.after(() => {
    // What is left to be logged is still written to it.
    if (isMounted) execFileSync("umount", ["--lazy", disk]);
    rmdirSync(disk);
  });
  if (!isMounted) return t.skip("NOT RUN: a small disk can only be mounted by root on Linux");
  const file = join(disk, "log");
  const fd = openSync(file, "a");
  const ballast = join(disk, "ballast");
  assert.throws(() => writeFileSync(ballast, Buffer.alloc(8 * 1024 * 1024)), { code: "ENOSPC" });
  const log = createLog({ level: "info", form: "json", output: { fd } });
  for (let number = 0; number < 2_000; number++) log.info({ text: "ж".repeat(500) }, "full");
  await assert.rejects(appendFile(ballast, "x"), { code: "ENOSPC" });
  const written = Promise.withResolvers<void>();
  const watcher = watch(disk, () => readFileSync(file).length > 0 && written.resolve());
  rmSync(ballast);
  await written.promise;
  watcher.close();
});
