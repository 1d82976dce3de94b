import assert from "node:assert/strict";
import { test } from "node:test";
import { Typing } from "../../src/core/typing.ts";
import { typingLapseMs } from "../../src/protocol/limits.ts";
import { displayName, userId } from "../support/drafts.ts";
import { FakeClock } from "../support/fake-clock.ts";

const person = (name: string) => ({ id: userId(name), name: displayName(name) });

function watched() {
  const clock = new FakeClock();
  const shown: string[] = [];
  const typing = new Typing(clock, ({ name }, active) => shown.push(`${clock.monotonic()} ${name} ${active}`));
  return { clock, shown, typing };
}

test("typing lapses 6 s after it was last repeated, and tells so once", () => {
  const { clock, shown, typing } = watched();
  const oksana = person("Оксана");
  typing.start(oksana);
  clock.advance(4_000);
  typing.start(oksana);
  clock.advance(60_000);
  assert.deepEqual(shown, ["0 Оксана true", "4000 Оксана true", "10000 Оксана false"]);
  assert.equal(clock.pending, 0);
});

test("typing that is repeated is passed on every 2.5 s at the most", () => {
  const { clock, shown, typing } = watched();
  const som = person("ส้ม");
  for (let at = 0; at < 10_000; at += 100) {
    typing.start(som);
    clock.advance(100);
  }
  assert.deepEqual(
    shown,
    [0, 2_500, 5_000, 7_500].map((at) => `${at} ส้ม true`),
  );
});

test("typing of several lapses for each at their own time, by one timer", () => {
  const { clock, shown, typing } = watched();
  const [ann, bob, eve] = [person("Ann"), person("Bob"), person("Eve")];
  typing.start(ann);
  clock.advance(1_000);
  typing.start(bob);
  clock.advance(1_000);
  typing.start(eve);
  typing.start(ann);
  assert.equal(clock.pending, 1);
  clock.advance(2 * typingLapseMs);
  assert.deepEqual(shown.slice(3), ["7000 Bob false", "8000 Eve false", "8000 Ann false"]);
});

test("typing that is stopped is told once, and only of who was typing", () => {
  const { clock, shown, typing } = watched();
  const ann = person("Ann");
  typing.stop(ann.id);
  typing.start(ann);
  typing.stop(ann.id);
  typing.stop(ann.id);
  clock.advance(60_000);
  assert.deepEqual(shown, ["0 Ann true", "0 Ann false"]);
  typing.start(ann);
  assert.equal(shown.at(-1), "60000 Ann true", "and may start again at once");
  typing.close();
  assert.equal(clock.pending, 0);
});
