import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Rate } from "../../src/core/rate.ts";
import { FakeClock } from "../support/fake-clock.ts";

describe("a rate", () => {
  test("lets a burst through, and then one each time that it names", () => {
    const clock = new FakeClock();
    const rate = new Rate({ perSecond: 2, burst: 3, clock });
    assert.deepEqual(
      [1, 2, 3, 4].map(() => rate.take("Оля")),
      [0, 0, 0, 500],
    );
    assert.equal(rate.take("Ann"), 0, "others are not concerned");
    clock.advance(499);
    assert.equal(rate.take("Оля"), 1);
    clock.advance(1);
    assert.deepEqual([rate.take("Оля"), rate.take("Оля")], [0, 500]);
  });

  test("never lets more through than its burst and what time has brought", () => {
    const steps = fc.array(fc.oneof(fc.nat(2_000), fc.constant("take" as const)), { maxLength: 200 });
    fc.assert(
      fc.property(
        steps,
        fc.double({ min: 0.1, max: 50, noNaN: true }),
        fc.integer({ min: 1, max: 30 }),
        (all, perSecond, burst) => {
          const clock = new FakeClock();
          const rate = new Rate({ perSecond, burst, clock });
          let taken = 0;
          for (const step of all) {
            if (step !== "take") clock.advance(step);
            else if (rate.take("key") === 0) taken++;
          }
          assert.ok(taken <= burst + (clock.monotonic() * perSecond) / 1000 + 1e-6);
        },
      ),
    );
  });

  test("[N7] what was allowed elsewhere is owed, a whole burst at the most", () => {
    const clock = new FakeClock();
    const rate = new Rate({ perSecond: 1, burst: 3, clock });
    rate.charge("Оля");
    assert.deepEqual([rate.take("Оля"), rate.take("Оля"), rate.take("Оля")], [0, 0, 1_000]);
    for (let n = 0; n < 100; n++) rate.charge("Оля");
    assert.equal(rate.wait("Оля"), 4_000);
  });

  test("is lifted by a 0, and keeps a key only until its burst is whole again", () => {
    const clock = new FakeClock();
    const lifted = new Rate({ perSecond: 0, burst: 1, clock });
    assert.deepEqual([lifted.take(1), lifted.take(1), lifted.size], [0, 0, 0]);
    const rate = new Rate({ perSecond: 1, burst: 5, clock });
    for (let key = 0; key < 1_000; key++) rate.take(key);
    assert.equal(rate.size, 1_000);
    // Twice its burst's time: a key may owe one.
    clock.advance(10_000);
    rate.take("fresh");
    assert.equal(rate.size, 1);
  });
});
