import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { describe, test } from "node:test";
import { Outbound } from "../../src/gateways/support/outbound.ts";
import { World } from "../support/world.ts";

const maxQueue = 1_000;

/** What goes out to a client of whom nothing is taken until it reads. */
class Line extends Outbound {
  readonly isOpen = true;
  readonly #taken: (() => void)[];
  gone = false;

  constructor(world: World) {
    const taken: (() => void)[] = [];
    const write = (_bytes: unknown, _encoding: unknown, done: () => void) => void taken.push(done);
    super(world.hub, new Writable({ write, highWaterMark: 1 }));
    this.#taken = taken;
  }

  giveUp(): void {
    this.gone = true;
  }

  /** Takes what was written first. */
  read(): void {
    this.#taken.shift()?.();
  }
}

const bytes = (count: number) => Buffer.alloc(count);
const open = () => {
  const world = new World({ limits: { maxQueue } });
  return { world, line: new Line(world) };
};

describe("[B1] what waits for a client that does not read", () => {
  test("may be as many bytes as is allowed, and none more; past a quarter of them the client is behind", () => {
    const { line } = open();
    line.write(bytes(250));
    assert.equal(line.isBehind, false);
    line.write(bytes(1));
    assert.deepEqual([line.isBehind, line.gone], [true, false]);
    line.writeAll([bytes(700), bytes(49)]);
    assert.equal(line.gone, false);
    line.write(bytes(1));
    assert.equal(line.gone, true);
  });

  test("[R2] is counted without the page that it is reading, but with everything before and after that", () => {
    const { line } = open();
    line.write(bytes(100));
    void line.writePage(bytes(50_000));
    assert.deepEqual([line.gone, line.isBehind], [false, false]);
    line.write(bytes(900));
    assert.deepEqual([line.gone, line.isBehind], [false, true]);
    line.read();
    line.write(bytes(100));
    assert.equal(line.gone, false, "what stood before the page has been read");
    line.write(bytes(1));
    assert.equal(line.gone, true);
  });

  test("counts again as it did, once a page has been read", () => {
    const { line } = open();
    void line.writePage(bytes(50_000));
    line.read();
    assert.equal(line.waiting, 0);
    line.write(bytes(1_001));
    assert.equal(line.gone, true);
  });

  test("waits for 10 s at the most, however little it is", () => {
    const { world, line } = open();
    line.write(bytes(1));
    world.clock.advance(9_000);
    assert.equal(line.gone, false);
    world.clock.advance(3_000);
    assert.equal(line.gone, true);
  });
});
