import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type OutboundBytes, SlowReaders } from "../../src/core/slow-readers.ts";
import { FakeClock } from "../support/fake-clock.ts";

class Line implements OutboundBytes {
  written = 0;
  waiting = 0;
  pageEnd = 0;
  gone = false;

  write(bytes: number): this {
    this.written += bytes;
    this.waiting += bytes;
    return this;
  }

  take(bytes: number): void {
    this.waiting -= bytes;
  }

  giveUp(): void {
    this.gone = true;
  }
}

function watched(line: Line) {
  const clock = new FakeClock();
  const readers = new SlowReaders(clock, 10_000);
  readers.watch(line);
  return { clock, readers };
}

describe("slow readers [B1]", () => {
  test("are sent away once something has waited for 10 s, though more is taken all the time", () => {
    const line = new Line().write(1_000);
    const { clock } = watched(line);
    for (let second = 0; second < 9; second++) {
      clock.advance(1_000);
      line.write(100);
      line.take(50);
    }
    assert.equal(line.gone, false);
    clock.advance(2_000);
    assert.equal(line.gone, true);
  });

  test("stay as long as each byte is taken within 10 s, whatever waits behind it", () => {
    const line = new Line();
    const { clock, readers } = watched(line.write(8_000));
    for (let second = 0; second < 100; second++) {
      clock.advance(1_000);
      line.write(1_000);
      line.take(1_000);
    }
    assert.deepEqual([line.gone, readers.waiting], [false, 8_000]);
  });

  test("[R2] may take their time over a page of the log, as long as it moves", () => {
    const line = new Line().write(256_000);
    line.pageEnd = 256_000;
    const { clock } = watched(line);
    for (let second = 0; second < 60; second++) {
      clock.advance(1_000);
      if (second % 5 === 0) line.take(1_000);
    }
    assert.equal(line.gone, false);
    clock.advance(12_000);
    assert.equal(line.gone, true, "it does not move any more");
  });

  test("are looked at by one timer, and only while something waits", () => {
    const line = new Line().write(1);
    const { clock, readers } = watched(line);
    readers.watch(new Line().write(1));
    assert.equal(clock.pending, 1);
    line.take(1);
    readers.close();
    assert.equal(clock.pending, 0);
    readers.watch(line);
    clock.advance(1_000);
    assert.equal(clock.pending, 0);
  });
});
