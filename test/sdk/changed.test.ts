import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { changed as changedEvent } from "../../src/core/changed.ts";
import { eventFrame, messageFrame } from "../../src/core/messages.ts";
import type { StoredEvent } from "../../src/core/ports.ts";
import type { DisplayName, MessageId, RoomName, UserId } from "../../src/protocol/ids.ts";
import { type ChangeFrame, changed, type MessageFrame } from "../../src/sdk/index.ts";

const users = ["Ann", "Оля", "น้อย"].map((name, index) => ({
  id: `u_${index}` as UserId,
  name: name as DisplayName,
}));
const idAt = (seq: number) => `message-id-${String(seq).padStart(8, "0")}` as MessageId;
const event = (seq: number, more: Partial<StoredEvent>): StoredEvent => ({
  room: "кухня" as RoomName,
  seq,
  id: idAt(seq),
  kind: "message",
  user: users[0] ?? assert.fail(),
  text: "first",
  ts: Date.UTC(2026, 0, 2) + seq,
  ...more,
});

const user = fc.constantFrom(...users);
const emoji = fc.constantFrom("👍", "👍🏽", "❤️");
const one = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom("react", "unreact"), user, text: emoji }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("edit"), text: fc.constantFrom("друге", "שלישי", "") }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("delete"), text: fc.constant("") }) },
);
/** Changes of one message, as a log has them. */
const changes = fc
  .array(one, { maxLength: 25 })
  .map((all) =>
    all.map((more, index) => event(index + 2, { ...(more as Partial<StoredEvent>), target: idAt(1), targetSeq: 1 })),
  );

const fold = (message: MessageFrame, frames: readonly ChangeFrame[]) => frames.reduce(changed, message);

/** A message with its reactions as a set: one that is taken back and given again in a replay moves to the end. */
const inNoOrder = ({ reactions, ...rest }: MessageFrame) => ({
  ...rest,
  reactions: new Set(reactions?.flatMap(({ emoji, users }) => users.map(({ id }) => `${emoji} ${id}`))),
});

test("[E2] who folds the changes has what the server tells later, from wherever they begin", () => {
  fc.assert(
    fc.property(changes, fc.nat({ max: 25 }), fc.nat({ max: 25 }), (stored, read, replayed) => {
      const frames = stored.map((change) => eventFrame(change) as ChangeFrame);
      const states = [event(1, {})];
      for (const change of stored) states.push(changedEvent(states.at(-1) ?? assert.fail(), change));
      const asOf = (count: number) => messageFrame(states[Math.min(count, stored.length)] ?? assert.fail());
      assert.deepEqual(fold(asOf(0), frames), asOf(stored.length));
      // Read with more changes in it than the place that it is replayed from.
      const later = Math.max(read, replayed);
      const refolded = fold(asOf(later), frames.slice(Math.min(read, replayed)));
      assert.deepEqual(inNoOrder(refolded), inNoOrder(asOf(stored.length)));
    }),
    { numRuns: 300 },
  );
});

test("[E2] what changes nothing gives the same message back", () => {
  const message = messageFrame(event(1, {}));
  const change = (more: Partial<StoredEvent>) =>
    eventFrame(event(5, { target: idAt(1), targetSeq: 1, ...more })) as ChangeFrame;
  const edited = changed(message, change({ kind: "edit", text: "x" }));
  assert.deepEqual([edited.text, edited.edited?.seq], ["x", 5]);
  assert.equal(changed(edited, change({ seq: 4, kind: "edit", text: "an earlier one" })), edited);
  assert.equal(changed(message, change({ kind: "delete", text: "", target: idAt(9) })), message, "another's");
  assert.equal(changed(message, change({ kind: "unreact", text: "👍" })), message);
  const liked = changed(message, change({ kind: "react", text: "👍" }));
  assert.equal(changed(liked, change({ kind: "react", text: "👍" })), liked);
  const gone = changed(liked, change({ kind: "delete", text: "" }));
  assert.deepEqual([gone.text, gone.deleted, gone.reactions], ["", true, undefined]);
  assert.equal(changed(gone, change({ kind: "react", text: "👍" })), gone);
});
