import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { changed } from "../../src/core/changed.ts";
import type { Draft, Store, StoredEvent } from "../../src/core/ports.ts";
import { type EventKind, reactionKindsLimit, reactionsLimit } from "../../src/protocol/events.ts";
import { displayName, draft, messageId, roomName, userId } from "../support/drafts.ts";
import { refusal, stored } from "./outcomes.ts";
import type { OpenStore } from "./store-contract.ts";

const general = roomName("general");
const everything = { limit: 1_000, maxBytes: 100_000_000 };
const bob = { id: userId("bob"), name: displayName("Боб 🦊") };

/** A change of the message `target`, by Ann unless it says otherwise. */
const change = (n: number | string, kind: EventKind, target: number | string, text = "", more: Partial<Draft> = {}) =>
  draft(n, { kind, text, target: messageId(target), ...more });

const messages = async (store: Store) =>
  (await store.read(general, { after: 0, ...everything, only: "message" })).events;
const log = async (store: Store) => (await store.read(general, { after: 0, ...everything })).events;

/** The part of the store contract that is about changes to what was said. */
export function changesContract(open: OpenStore): void {
  test("[E1] an edit, a deletion, a reaction and a topic are events of the log, each with the next seq", async (t) => {
    const { store, reopen } = await open(t);
    const outcomes = await store.append([
      draft(1, { text: "Їжак" }),
      change(2, "react", 1, "👍🏽", { user: bob }),
      draft("t", { kind: "topic", text: "ห้องเรียน" }),
      change(3, "edit", 1, "їжак спить 🦔"),
      draft(4, { text: "שלום" }),
      change(5, "delete", 4),
    ]);
    assert.deepEqual(
      outcomes.map((outcome) => [stored(outcome).seq, stored(outcome).kind, stored(outcome).targetSeq]),
      [
        [1, "message", undefined],
        [2, "react", 1],
        [3, "topic", undefined],
        [4, "edit", 1],
        [5, "message", undefined],
        [6, "delete", 5],
      ],
    );
    const again = await reopen();
    assert.deepEqual(
      (await log(again)).map(({ seq, kind, text }) => [seq, kind, text]),
      [
        [1, "message", "їжак спить 🦔"],
        [2, "react", "👍🏽"],
        [3, "topic", "ห้องเรียน"],
        [4, "edit", "їжак спить 🦔"],
        [5, "message", ""],
        [6, "delete", ""],
      ],
    );
    const { epoch, ...head } = await again.openRoom(general);
    assert.deepEqual(head, { head: 6, topic: "ห้องเรียน" });
    assert.deepEqual(await again.heads([general]), new Map([[general, { epoch, ...head }]]));
  });

  test("[E1] takes a topic away by an empty one", async (t) => {
    const { store } = await open(t);
    await store.append([draft(1, { kind: "topic", text: "чай" }), draft(2, { kind: "topic", text: "" })]);
    assert.deepEqual(Object.keys(await store.openRoom(general)).sort(), ["epoch", "head"]);
  });

  test("[E1] only the author of a message edits or deletes it, and anybody reacts to it", async (t) => {
    const { store } = await open(t);
    const outcomes = await store.append([
      draft(1),
      change(2, "edit", 1, "mine now", { user: bob }),
      change(3, "delete", 1, "", { user: bob }),
      change(4, "react", 1, "😀", { user: bob }),
      change(5, "edit", 1, "still mine", { user: { ...bob, id: userId("ann") } }),
    ]);
    assert.deepEqual(outcomes.map(refusal), [undefined, "not_the_author", "not_the_author", undefined, undefined]);
    assert.deepEqual(
      outcomes.flatMap((outcome) => (outcome.ok ? outcome.value.event.seq : [])),
      [1, 2, 3],
      "what is refused takes no seq",
    );
    assert.equal((await messages(store))[0]?.text, "still mine");
  });

  test("[E1] refuses to change what is no message of the room, or was deleted, and fails nobody else in the group", async (t) => {
    const { store } = await open(t);
    const outcomes = await store.append([
      draft(1, { room: roomName("кухня") }),
      change(2, "edit", 1, "from another room"),
      draft(3),
      change(4, "react", 3, "👍"),
      change(5, "edit", 4, "a reaction is no message"),
      change(6, "delete", 3),
      change(7, "edit", 3, "too late"),
      change(8, "react", 3, "👍"),
      change(9, "delete", 3),
      draft(10),
    ]);
    const gone = "no_such_message";
    assert.deepEqual(outcomes.map(refusal), [
      ...[undefined, gone, undefined, undefined, gone],
      ...[undefined, gone, gone, gone, undefined],
    ]);
    assert.deepEqual(
      (await log(store)).map(({ seq, kind }) => [seq, kind]),
      [
        [1, "message"],
        [2, "react"],
        [3, "delete"],
        [4, "message"],
      ],
    );
  });

  test("[E1] a change in a room that is not there is refused, and makes none", async (t) => {
    const { store } = await open(t);
    const [here, nowhere] = [roomName("кухня"), roomName("ห้องว่าง")];
    const outcomes = await store.append([
      change(1, "edit", 1, "чай", { room: nowhere }),
      change(2, "delete", 1, "", { room: here }),
      draft(3, { room: here }),
      change(4, "react", 3, "👍", { room: here }),
    ]);
    assert.deepEqual(outcomes.map(refusal), ["no_such_message", "no_such_message", undefined, undefined]);
    assert.deepEqual(await store.rooms(), [here]);
    assert.equal((await store.findRoom(here))?.head, 2);
  });

  test("[E2] a message is read as it is now: the last edit's text, the reactions in the order they were first given", async (t) => {
    const { store, reopen } = await open(t);
    await store.append([draft(1), draft(2, { text: "untouched" })]);
    await store.append([
      change(3, "edit", 1, "second", { ts: 2_000 }),
      change(4, "react", 1, "🎉", { user: bob }),
      change(5, "react", 1, "👩‍👩‍👧‍👦"),
      change(6, "react", 1, "🎉"),
      change(7, "react", 1, "🎉", { user: bob }),
      change(8, "edit", 1, "third \u0000 น้ำ", { ts: 3_000 }),
      change(9, "unreact", 1, "👩‍👩‍👧‍👦"),
      change(10, "unreact", 1, "👍", { user: bob }),
    ]);
    const { user: ann } = draft(1);
    const expected = {
      ...draft(1),
      seq: 1,
      text: "third \u0000 น้ำ",
      edited: { seq: 8, ts: 3_000 },
      reactions: [{ emoji: "🎉", users: [bob, ann] }],
    };
    for (const again of [async () => store, reopen]) {
      const opened = await again();
      assert.deepEqual(await messages(opened), [expected, { ...draft(2), text: "untouched", seq: 2 }]);
      const { events, more } = await opened.read(general, { before: 100, limit: 1, maxBytes: 1_000, only: "message" });
      assert.deepEqual([events.map(({ seq }) => seq), more], [[2], true], "backwards, messages alone");
    }
  });

  test("[E3] of a deleted message no text is left anywhere in the log, and no reaction", async (t) => {
    const { store, reopen } = await open(t);
    await store.append([
      draft(1, { text: "tajemnica" }),
      change(2, "edit", 1, "tajemnica 2"),
      change(3, "react", 1, "👀", { user: bob }),
    ]);
    await store.append([change(4, "delete", 1)]);
    const events = await log(await reopen());
    assert.ok(!JSON.stringify(events.filter(({ kind }) => kind !== "react")).includes("tajemnica"));
    assert.deepEqual(events[0], { ...draft(1), text: "", seq: 1, deleted: true });
  });

  test("[S1] a topic that was taken away is no erased text: another one under its id conflicts", async (t) => {
    const { store } = await open(t);
    const topic = (id: string, text: string) => draft(id, { kind: "topic", text });
    const again = await store.append([topic("t", ""), topic("t", "чай"), topic("t", "")]);
    assert.deepEqual(again.map(refusal), [undefined, "id_conflict", undefined]);
  });

  test("[S1] a change that is sent again is the same change, also once its message is gone; with another text or target it conflicts", async (t) => {
    const { store } = await open(t);
    const [, edit, , reaction] = await store.append([
      draft(1),
      change(2, "edit", 1, "better"),
      draft(3),
      change(4, "react", 1, "👍"),
      change(5, "delete", 1),
    ]);
    const again = await store.append([
      change(2, "edit", 1, "better"),
      change(4, "react", 1, "👍"),
      change(5, "delete", 1),
      draft(1),
      change(4, "react", 3, "👍"),
      change(4, "unreact", 1, "👍"),
      change(3, "edit", 1, "message 3"),
    ]);
    assert.deepEqual(
      again.map((outcome) => (outcome.ok ? [outcome.value.event.seq, outcome.value.dup] : outcome.error.code)),
      [
        [stored(edit).seq, true],
        [stored(reaction).seq, true],
        [5, true],
        [1, true],
        "id_conflict",
        "id_conflict",
        "id_conflict",
      ],
    );
    assert.equal((await store.findRoom(general))?.head, 5);
  });

  test("a message has a bounded number of emoji", async (t) => {
    const { store } = await open(t);
    const emoji = Array.from({ length: reactionKindsLimit + 1 }, (_, n) => String.fromCodePoint(0x1f600 + n));
    const outcomes = await store.append([draft(0), ...emoji.map((one, n) => change(n + 1, "react", 0, one))]);
    assert.equal(refusal(outcomes.at(-1)), "too_many_reactions");
    assert.ok(outcomes.slice(0, -1).every(({ ok }) => ok));
    const [more] = await store.append([change("more", "react", 0, emoji[0], { user: bob })]);
    assert.equal(refusal(more), undefined, "one that is there already");
  });

  test("[E1] a message has 500 reactions at the most, and room again for each that is taken back", async (t) => {
    const { store } = await open(t);
    const by = (n: number) => ({ user: { id: userId(`user${n}`), name: displayName(`user ${n}`) } });
    const reacts = Array.from({ length: reactionsLimit + 1 }, (_, n) => change(n + 1, "react", 0, "👍", by(n)));
    const outcomes = await store.append([draft(0), ...reacts]);
    assert.deepEqual([...new Set(outcomes.slice(0, -1).map(refusal))], [undefined]);
    assert.equal(refusal(outcomes.at(-1)), "too_many_reactions");
    const further = [change("back", "unreact", 0, "👍", by(0)), change("again", "react", 0, "👍", by(reactionsLimit))];
    assert.deepEqual((await store.append(further)).map(refusal), [undefined, undefined]);
  });

  test("[E2] whatever is changed in whatever order, what a store reads is what the log folds to", async (t) => {
    const { store } = await open(t);
    const step = fc.record({
      kind: fc.constantFrom<EventKind>("message", "edit", "edit", "delete", "react", "react", "unreact"),
      target: fc.nat({ max: 3 }),
      text: fc.constantFrom("👍", "🎉", "😀"),
      byBob: fc.boolean(),
      together: fc.boolean(),
    });
    let run = 0;
    const property = fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const room = roomName(`fold-${run++}`);
      const first = Array.from({ length: 4 }, (_, n) => draft(`m${n}`, { room }));
      const drafts = steps.map(({ kind, target, text, byBob }, n) => {
        const by = byBob ? { user: bob } : {};
        if (kind === "message") return draft(n, { room, text, ...by });
        return change(n, kind, `m${target}`, kind === "delete" ? "" : text, { room, ...by });
      });
      const groups: Draft[][] = [first];
      for (const [n, one] of drafts.entries()) {
        if (steps[n]?.together) groups.at(-1)?.push(one);
        else groups.push([one]);
      }
      const folded: StoredEvent[] = [];
      for (const group of groups) {
        for (const outcome of await store.append(group)) {
          if (!outcome.ok) continue;
          const { event } = outcome.value;
          folded.push(event);
          const at = folded.findIndex(({ seq, kind }) => kind === "message" && seq === event.targetSeq);
          const message = folded[at];
          if (message && event.kind !== "message") folded[at] = changed(message, event);
        }
      }
      const { events } = await store.read(room, { after: 0, ...everything, only: "message" });
      assert.deepEqual(
        events,
        folded.filter(({ kind }) => kind === "message"),
      );
    });
    await fc.assert(property, { numRuns: 15 });
  });
}
