import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals";
import { followToday } from "../../src/web/conversation/today.ts";
import { dayOf } from "../../src/web/logic/day.ts";
import { FakeClock } from "../support/fake-clock.ts";

const hourMs = 3_600_000;

/** Days as they begin for somebody who looks on from `from` for `hours`. */
function days(zone: string, from: string, hours: number): string[] {
  process.env.TZ = zone;
  const clock = new FakeClock(Date.parse(from));
  const today = signal(dayOf(clock.now()));
  const begun: string[] = [];
  const end = followToday(today, clock, signal(true));
  const unsubscribe = today.subscribe((at) => void begun.push(`${new Date(at).toISOString()} ${clock.now() - at}`));
  clock.advance(hours * hourMs);
  unsubscribe();
  end();
  assert.equal(clock.pending, 0);
  return begun.slice(1);
}

test("a day begins at local midnight, after 23, 24 or 25 hours, and where there is no midnight an hour later", () => {
  const zone = process.env.TZ;
  try {
    assert.deepEqual(days("Europe/Berlin", "2025-10-25T12:00:30Z", 48), [
      "2025-10-25T22:00:00.000Z 0",
      "2025-10-26T23:00:00.000Z 0",
    ]);
    assert.deepEqual(days("Europe/Berlin", "2025-03-29T12:00:30Z", 48), [
      "2025-03-29T23:00:00.000Z 0",
      "2025-03-30T22:00:00.000Z 0",
    ]);
    assert.deepEqual(days("Asia/Beirut", "2025-03-29T12:00:30Z", 24), ["2025-03-29T22:00:00.000Z 0"]);
  } finally {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
});

test("a machine that slept over midnight knows the day as soon as somebody looks, else within a minute", () => {
  for (const isLookedAt of [true, false]) {
    const clock = new FakeClock();
    let sleptMs = 0;
    const sleepy = { now: () => clock.now() + sleptMs, after: clock.after.bind(clock) };
    const isSeen = signal(false);
    const today = signal(dayOf(clock.now()));
    const end = followToday(today, sleepy, isSeen);
    sleptMs = 24 * hourMs;
    if (isLookedAt) isSeen.value = true;
    else clock.advance(60_000);
    assert.equal(today.value, dayOf(sleepy.now()));
    end();
  }
});
