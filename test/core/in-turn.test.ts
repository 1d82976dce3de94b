import assert from "node:assert/strict";
import { test } from "node:test";
import { InTurn } from "../../src/core/in-turn.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

function watched() {
  const noted: string[] = [];
  const source = { pause: () => void noted.push("pause"), resume: () => void noted.push("resume") };
  const turns = new InTurn(source, (text) => void noted.push(text));
  return { noted, turns };
}

test("[S2] commands are carried out one after the other, and the source is held while one is under way", async () => {
  const { noted, turns } = watched();
  const first = Promise.withResolvers<void>();
  turns.do(() => void noted.push("quick"));
  turns.do(() => first.promise.then(() => void noted.push("slow")));
  turns.do("next");
  turns.do(async () => void noted.push("slow again"));
  turns.do(() => void noted.push("last"));
  assert.deepEqual(noted, ["quick", "pause"]);
  first.resolve();
  await turn();
  assert.deepEqual(noted, ["quick", "pause", "slow", "next", "slow again", "pause", "last", "resume"]);
});

test("what waits when it ends is dropped, and so is whatever comes", async () => {
  const { noted, turns } = watched();
  const slow = Promise.withResolvers<void>();
  turns.do(() => slow.promise);
  turns.do(() => void noted.push("waiting"));
  turns.end();
  turns.do(() => void noted.push("late"));
  slow.resolve();
  await turn();
  assert.deepEqual(noted, ["pause"]);
});
