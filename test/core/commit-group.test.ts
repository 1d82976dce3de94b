import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { nextGroup } from "../../src/core/commit-group.ts";
import { draft, roomName, userId } from "../support/drafts.ts";

interface Said {
  readonly room: number;
  readonly by: number;
}

/** What waits, each with its place in the order of coming. */
const waitingOf = (said: readonly Said[]) =>
  said.map(({ room, by }, at) => ({
    at,
    draft: draft(at, { room: roomName(`r${room}`), user: { id: userId(by), name: draft(at).user.name } }),
  }));

/** The groups that are made of all that waits, one after the other. */
function groupsOf(said: readonly Said[]) {
  const groups = [];
  for (let [group, rest] = nextGroup(waitingOf(said)); ; [group, rest] = nextGroup(rest)) {
    groups.push(group);
    if (rest.length === 0) return groups;
    assert.ok(group.length > 0, "every group takes something");
  }
}

const times = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));
const roomsIn = (group: ReturnType<typeof waitingOf>) => new Set(group.map((one) => one.draft.room)).size;

describe("the group of a commit", () => {
  test("[L2] takes all that waits while that is little, whatever its rooms", () => {
    const [group, rest] = nextGroup(waitingOf(times(250, (n) => ({ room: n % 100, by: n % 7 }))));
    assert.deepEqual([group.length, rest.length], [250, 0]);
  });

  test("[L2] takes whole rooms of many, so that each reader gets its room's share in one write", () => {
    const groups = groupsOf(times(1_000, (n) => ({ room: n % 100, by: n % 100 })));
    assert.deepEqual(
      groups.map((group) => [group.length, roomsIn(group)]),
      times(4, () => [250, 25]),
    );
  });

  test("[L2] takes 1,000 of one room at the most", () => {
    const groups = groupsOf(times(2_300, (n) => ({ room: 0, by: n % 9 })));
    assert.deepEqual(
      groups.map(({ length }) => length),
      [1_000, 1_000, 300],
    );
  });

  test("[S2] goes by the order of coming alone where one person speaks in every room, in groups as large", () => {
    const groups = groupsOf(times(3_000, (n) => ({ room: n % 100, by: 0 })));
    assert.deepEqual(
      groups.flat().map(({ at }) => at),
      times(3_000, (n) => n),
    );
    assert.deepEqual(
      groups.map(({ length }) => length),
      [1_000, 1_000, 1_000],
    );
  });

  test("[S2] keeps the order of each room and of each person, whoever speaks where, and drops nothing", () => {
    // Most have a room that they speak in; a few speak in all of them.
    const inOwn = fc.nat(12).map((room) => ({ room, by: 100 + room }));
    const anywhere = fc.record({ room: fc.nat(12), by: fc.nat(3) });
    const said = fc.oneof({ weight: 99, arbitrary: inOwn }, { weight: 1, arbitrary: anywhere });
    fc.assert(
      fc.property(fc.array(said, { minLength: 200, maxLength: 3_000, size: "max" }), (all) => {
        const groups = groupsOf(all);
        const stored = groups.flat();
        assert.equal(new Set(stored.map(({ at }) => at)).size, all.length);
        assert.ok(groups.every(({ length }) => length <= 1_000));
        const last = new Map<string, number>();
        for (const one of stored) {
          for (const whose of [one.draft.room, one.draft.user.id]) {
            assert.ok(one.at > (last.get(whose) ?? -1), `${whose} is out of order`);
            last.set(whose, one.at);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});
