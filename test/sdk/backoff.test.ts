import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff } from "../../src/sdk/backoff.ts";

test("[K3] the bound of the delay doubles from 1 s to 30 s, and begins anew after a reset", () => {
  const backoff = new Backoff(() => 1);
  const delays = () => Array.from({ length: 7 }, () => backoff.next());
  assert.deepEqual(delays(), [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  for (let attempt = 0; attempt < 2000; attempt++) assert.equal(backoff.next(), 30_000);
  backoff.reset();
  assert.deepEqual(delays().slice(0, 2), [1000, 2000]);
});

test("[K3] the delay is anywhere between nothing and its bound", () => {
  let chance = 0;
  const backoff = new Backoff(() => chance);
  assert.equal(backoff.next(), 0);
  chance = 0.25;
  assert.equal(backoff.next(), 500);
});
