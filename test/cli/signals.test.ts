import assert from "node:assert/strict";
import { test } from "node:test";
import { createSignalHandler } from "../../src/cli/signals.ts";

function handled() {
  const happened: (string | number)[] = [];
  let now = 1000;
  const signal = createSignalHandler({
    onFirst: () => happened.push("first"),
    onSecond: (code) => happened.push(code),
    monotonic: () => now,
  });
  const pass = (ms: number) => {
    now += ms;
  };
  return { happened, signal, pass };
}

test("Signals within 500 ms of the first are the same one. [K4]", () => {
  const { happened, signal, pass } = handled();
  signal("SIGINT");
  pass(500);
  signal("SIGTERM");
  assert.deepEqual(happened, ["first"]);
});

test("A signal later than 500 ms after the first exits at once, with the status that names it. [K4]", () => {
  for (const [name, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    const { happened, signal, pass } = handled();
    signal("SIGTERM");
    pass(501);
    signal(name);
    assert.deepEqual(happened, ["first", code]);
  }
});
