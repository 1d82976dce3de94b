import assert from "node:assert/strict";
import { test } from "node:test";
import type { Draft } from "../../src/core/ports.ts";
import { draft, messageId, roomName } from "../support/drafts.ts";
import { stored } from "./outcomes.ts";
import type { OpenStore } from "./store-contract.ts";

const general = roomName("general");
const everything = { limit: 1_000, maxBytes: 100_000_000 };

/** What Ann says about the message `target`. */
const answer = (n: number | string, target: number | string, more: Partial<Draft> = {}) =>
  draft(n, { target: messageId(target), ...more });

/** The part of the store contract that is about answers. */
export function answersContract(open: OpenStore): void {
  test("an answer knows where the message is that it answers, if the room has it", async (t) => {
    const { store } = await open(t);
    await store.append([draft(1), draft("other", { room: roomName("b") })]);
    const outcomes = await store.append([answer(2, 1), answer(3, "nobody"), answer(4, "other")]);
    const expected = [1, undefined, undefined];
    assert.deepEqual(
      outcomes.map((outcome) => stored(outcome).targetSeq),
      expected,
    );
    assert.deepEqual(
      (await store.read(general, { after: 1, ...everything })).events.map(({ targetSeq }) => targetSeq),
      expected,
    );
  });

  test("[L2] an answer knows where it is that it answers, also where both are in one commit, and only what came before it", async (t) => {
    const { store, reopen } = await open(t);
    await store.append([draft(1)]);
    const kitchen = roomName("кухня");
    const outcomes = await store.append([
      draft(2),
      answer(3, 2),
      answer(4, 3),
      draft(2),
      answer(5, 2),
      answer(3, 2),
      answer(6, 1),
      answer(7, 9),
      answer(8, 8),
      draft(9),
      draft("t", { kind: "topic", text: "чай" }),
      answer(10, "t"),
      answer(2, 3, { room: kitchen }),
      draft(11, { room: kitchen }),
      answer(12, 9, { kind: "edit" }),
      answer(13, 9),
      answer(14, 13),
    ]);
    const expected = [
      ...[undefined, 2, 3, undefined, 2, 2, 1, undefined, undefined],
      ...[undefined, undefined, undefined, undefined, undefined, 9, 9, 13],
    ];
    assert.deepEqual(
      outcomes.map((outcome) => stored(outcome).targetSeq),
      expected,
    );
    const written = new Map(
      outcomes.map((outcome) => stored(outcome)).map(({ room, seq, targetSeq }) => [`${room} ${seq}`, targetSeq]),
    );
    const again = await reopen();
    for (const room of [general, kitchen]) {
      for (const { seq, targetSeq } of (await again.read(room, { after: 0, ...everything })).events) {
        assert.equal(targetSeq, written.get(`${room} ${seq}`), `${room} ${seq}`);
      }
    }
  });
}
