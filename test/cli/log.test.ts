import assert from "node:assert/strict";
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
