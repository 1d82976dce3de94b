import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Audience, fullTurnBytes, gatherMs, Seat } from "../../src/core/audience.ts";
import type { RoomFrame } from "../../src/core/ports.ts";
import { roomName } from "../support/drafts.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { bytesOf, CountingFormat, KeptLine } from "../support/kept-line.ts";
import { uncounted } from "../support/uncounted.ts";

const notice = (text: string): RoomFrame => ({ type: "notice", text, from: "server" });
const presence = (count: number): RoomFrame => ({ type: "presence", room: roomName("general"), count });

const words = (frame: RoomFrame) => (frame.type === "notice" ? frame.text : "");
/** As the gateways' own: everybody alike; the author otherwise; some frames not at all; own frames only. */
const newFormats = () => [
  new CountingFormat((frame) => `{${words(frame)}}`),
  new CountingFormat(
    (frame) => `Someone says: ${words(frame)}\n`,
    (frame) => (frame.type === "notice" ? `You said: ${words(frame)}\n` : undefined),
  ),
  new CountingFormat(
    (frame) => (frame.type === "notice" ? `${words(frame)}\n` : undefined),
    () => null,
  ),
  new CountingFormat(
    () => undefined,
    (frame) => `own ${words(frame)};`,
  ),
];

describe("an audience", () => {
  test("writes at once when idle, and gathers while busy: one write a seat and turn", async () => {
    const clock = new FakeClock();
    const audience = new Audience(clock, uncounted, () => {});
    const [format = new CountingFormat(words)] = newFormats();
    const lines = [new KeptLine(format), new KeptLine(format)];
    for (const line of lines) audience.add(new Seat(line));
    audience.send(notice("สวัสดี"));
    audience.send(notice("привіт"));
    assert.equal(lines[0]?.writes, 0, "the turn is not over");
    await Promise.resolve();
    for (const line of lines) assert.deepEqual([line.read, line.writes], ["{สวัสดี}{привіт}", 1]);
    for (const text of ["a", "b", "c"]) {
      audience.send(notice(text));
      await Promise.resolve();
    }
    assert.equal(lines[0]?.writes, 1, "it wrote within the last moment");
    clock.advance(gatherMs);
    for (const line of lines) assert.deepEqual([line.read, line.writes], ["{สวัสดี}{привіт}{a}{b}{c}", 2]);
    clock.advance(gatherMs);
    audience.send(notice("d"));
    await Promise.resolve();
    assert.equal(lines[0]?.writes, 3, "idle again");
    assert.equal(clock.pending, 0);
  });

  test("waits as long as its last writes took if they gathered anything, and no longer than usual if not", async () => {
    const clock = new FakeClock();
    const audience = new Audience(clock, uncounted, () => {});
    const line = new KeptLine(new CountingFormat(words));
    const tookMs = 4 * gatherMs;
    const write = line.write.bind(line);
    line.write = (bytes) => {
      write(bytes);
      clock.advance(tookMs);
    };
    audience.add(new Seat(line));
    const send = async (...texts: string[]) => {
      for (const text of texts) audience.send(notice(text));
      await Promise.resolve();
    };
    await send("one alone");
    await send("a", "b");
    clock.advance(gatherMs);
    assert.equal(line.writes, 2, "a turn of one frame makes nobody wait for long");
    await send("c", "d");
    clock.advance(tookMs - 1);
    assert.equal(line.writes, 2, "a turn of two does");
    clock.advance(1);
    assert.equal(line.writes, 3);
    assert.equal(clock.pending, 0);
  });

  test("writes a turn at once when it is large enough that to gather more would save nothing", async () => {
    const clock = new FakeClock();
    const audience = new Audience(clock, uncounted, () => {});
    const line = new KeptLine(new CountingFormat(words));
    audience.add(new Seat(line));
    audience.send(notice("first"));
    await Promise.resolve();
    const quarter = "ก".repeat(fullTurnBytes / 12);
    for (const part of [quarter, quarter, quarter]) audience.send(notice(part));
    await Promise.resolve();
    assert.equal(line.writes, 1, "it wrote within the last moment");
    audience.send(notice(quarter));
    audience.send(notice("and what came with it"));
    await Promise.resolve();
    assert.deepEqual([line.writes, line.read], [2, `first${quarter.repeat(4)}and what came with it`]);
    assert.equal(clock.pending, 0, "the wait is called off");
  });

  test("shares one buffer among all who read a format alike", async () => {
    const audience = new Audience(new FakeClock(), uncounted, () => {});
    const format = new CountingFormat((frame) => words(frame));
    const written: Uint8Array[] = [];
    for (let n = 0; n < 3; n++) {
      const line = new KeptLine(format);
      line.write = (bytes) => void written.push(bytes);
      audience.add(new Seat(line));
    }
    audience.send(notice("a"));
    audience.send(notice("b"));
    audience.flush();
    assert.equal(new Set(written).size, 1);
    assert.equal(written.length, 3);
  });

  test("writes what only its author reads, when nobody else reads anything", () => {
    const audience = new Audience(new FakeClock(), uncounted, () => {});
    const [, , , ownOnly = new CountingFormat(words)] = newFormats();
    const line = new KeptLine(ownOnly);
    const seat = new Seat(line);
    audience.add(seat);
    audience.send(notice("joined"), [seat]);
    audience.sendTo(seat, bytesOf("ack;"));
    audience.flush();
    assert.equal(line.read, "own joined;ack;");
  });

  test("sends what is meant for a seat that is not in it, straight away", () => {
    const audience = new Audience(new FakeClock(), uncounted, () => {});
    const [format = new CountingFormat(words)] = newFormats();
    const line = new KeptLine(format);
    audience.sendTo(new Seat(line), bytesOf("ack"));
    assert.equal(line.read, "ack");
  });

  test("leaves no timer behind when it is closed", () => {
    const clock = new FakeClock();
    const audience = new Audience(clock, uncounted, () => {});
    const [format = new CountingFormat(words)] = newFormats();
    audience.add(new Seat(new KeptLine(format)));
    audience.flush();
    audience.send(notice("a"));
    assert.equal(clock.pending, 1);
    audience.close();
    assert.equal(clock.pending, 0);
  });

  type Step =
    | { readonly do: "add" | "remove"; readonly seat: number }
    | { readonly do: "send" | "sendExcept"; readonly quiet: boolean; readonly seats: readonly number[] }
    | { readonly do: "sendTo" | "handOver"; readonly seat: number }
    | { readonly do: "flush" }
    | { readonly do: "pass"; readonly ms: number };

  const seatCount = 8;
  const seat = fc.nat({ max: seatCount - 1 });
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("add" as const, "remove" as const), seat }) },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constantFrom("send" as const, "sendExcept" as const),
        quiet: fc.boolean(),
        seats: fc.uniqueArray(seat, { maxLength: 3 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("sendTo" as const, "handOver" as const), seat }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("flush" as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.nat({ max: 2 * gatherMs }) }) },
  );

  test("[R1] hands every seat exactly its own bytes, in order, whatever happens when", async () => {
    const property = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const clock = new FakeClock();
      const audience = new Audience(clock, uncounted, () => {});
      const formats = newFormats();
      // Two seats a format; the model is what each one's reader must have read, said outright.
      const seats = Array.from({ length: seatCount }, (_, index) => {
        const line = new KeptLine(formats[index % formats.length] ?? assert.fail());
        return { line, seat: new Seat(line), isIn: false, expected: "" };
      });
      const at = (index: number) => seats[index] ?? assert.fail();
      const frames: RoomFrame[] = [];
      for (const [index, one] of steps.entries()) {
        switch (one.do) {
          case "add": {
            const chair = at(one.seat);
            if (!chair.isIn) audience.add(chair.seat);
            chair.isIn = true;
            break;
          }
          case "remove": {
            const chair = at(one.seat);
            audience.remove(chair.seat);
            chair.isIn = false;
            assert.equal(chair.line.read, chair.expected, "who leaves has been handed everything");
            break;
          }
          case "send":
          case "sendExcept": {
            const frame = one.quiet ? presence(index) : notice(`${index}ё`);
            frames.push(frame);
            const chosen = new Set(one.seats.map(at));
            for (const chair of seats) {
              const isOut = one.do === "sendExcept" && chosen.has(chair);
              if (chair.isIn && !isOut) chair.expected += chair.line.format.text(frame, chosen.has(chair));
            }
            audience[one.do](
              frame,
              [...chosen].map(({ seat }) => seat),
            );
            break;
          }
          case "sendTo": {
            const chair = at(one.seat);
            chair.expected += `<${index}>`;
            audience.sendTo(chair.seat, bytesOf(`<${index}>`));
            break;
          }
          case "handOver": {
            const chair = at(one.seat);
            audience.handOver(chair.seat);
            if (chair.isIn) assert.equal(chair.line.read, chair.expected, "what is written next comes after it");
            break;
          }
          case "flush": {
            const before = seats.map(({ line }) => line.writes);
            audience.flush();
            for (const [index, { line }] of seats.entries()) assert.ok(line.writes - (before[index] ?? 0) <= 1);
            break;
          }
          case "pass":
            await Promise.resolve();
            clock.advance(one.ms);
        }
        for (const { line, expected } of seats)
          assert.ok(expected.startsWith(line.read), `${line.read} of ${expected}`);
      }
      await Promise.resolve();
      clock.advance(gatherMs);
      for (const { line, expected } of seats) assert.equal(line.read, expected);
      for (const format of formats) for (const frame of frames) assert.ok((format.calls.get(frame) ?? 0) <= 1);
    });
    await fc.assert(property, { numRuns: 1_500 });
  });
});
