import assert from "node:assert/strict";
import { test } from "node:test";
import type { AccountStore, KeptName, Subnet, WrittenSession } from "../../src/core/account-store.ts";
import { nameKeys } from "../../src/core/name-keys.ts";
import type { SessionId } from "../../src/protocol/ids.ts";
import { displayName, draft, roomName, userId } from "../support/drafts.ts";
import type { OpenStore } from "./store-contract.ts";

const sessionId = (n: number | string) => `s_${String(n).padStart(20, "0")}` as SessionId;
const ann = userId("ann");
const bob = userId("bob");

const kept = (user: typeof ann, name: string, proof = `proof of ${name}`): KeptName => ({
  user,
  name: displayName(name),
  keys: nameKeys(name),
  proof,
});
const session = (n: number, changes: Partial<WrittenSession> = {}): WrittenSession => ({
  id: sessionId(n),
  user: ann,
  agent: "Firefox, Windows",
  created: 1_000,
  seen: 1_000 + n,
  ...changes,
});
const idsOf = async (accounts: AccountStore, user = ann) => (await accounts.sessionsOf(user)).map(({ id }) => id);

/** What a store must do for names that are kept and for sessions. */
export function accountContract(open: OpenStore): void {
  test("[I2] keeps a name for one person, by all that looks like it, over a restart", async (t) => {
    const { store, reopen } = await open(t);
    const { life, ...nothing } = await store.accounts.changes(0);
    assert.deepEqual(nothing, { version: 0, names: [], ended: [], bans: [] });
    assert.equal(await store.accounts.keepName(kept(ann, "Ирина")), true);
    assert.equal(await store.accounts.keepName(kept(bob, "ИРИНА")), false, "another way to write it");
    assert.equal(await store.accounts.keepName(kept(bob, "น้ำ 🙂")), true);
    const again = await reopen();
    assert.equal(await again.accounts.keepName(kept(bob, "ирина")), false);
    assert.equal(await again.accounts.proofOf(ann), "proof of Ирина");
    assert.equal(await again.accounts.proofOf(userId("nobody")), undefined);
    const all = await again.accounts.changes(0);
    assert.equal(all.life, life);
    assert.deepEqual(all.names, [
      { user: ann, name: "Ирина" },
      { user: bob, name: "น้ำ 🙂" },
    ]);
  });

  test("[I2] a name that was changed or given up is free again, and its owner's proof goes with it", async (t) => {
    const { store } = await open(t);
    const { accounts } = store;
    await accounts.keepName(kept(ann, "Ann"));
    await accounts.keepName(kept(ann, "ANN", "another"));
    assert.equal(await accounts.proofOf(ann), "another");
    await accounts.keepName(kept(ann, "Anna"));
    assert.equal(await accounts.keepName(kept(bob, "Ann")), true);
    assert.equal(await accounts.keepName(kept(ann, "Ann")), false);
    assert.equal(await accounts.proofOf(ann), "proof of Anna", "a refused change changes nothing");
    assert.equal(await accounts.keepName(kept(userId("eve"), "anna")), false);
    await accounts.dropName(ann);
    assert.equal(await accounts.proofOf(ann), undefined);
    assert.equal(await accounts.keepName(kept(userId("eve"), "anna")), true);
  });

  test("[I2] tells what changed since a version, and of each person only how it is now", async (t) => {
    const { store } = await open(t);
    const { accounts } = store;
    await accounts.keepName(kept(ann, "Ann"));
    const { version, life } = await accounts.changes(0);
    assert.deepEqual(await accounts.changes(version), { version, life, names: [], ended: [], bans: [] });
    await accounts.keepName(kept(bob, "Боб"));
    await accounts.keepName(kept(bob, "Боря"));
    await accounts.dropName(ann);
    await accounts.endSessions(ann, [sessionId(1)], 2_000);
    const news = await accounts.changes(version);
    assert.ok(news.version > version);
    assert.deepEqual(news, {
      version: news.version,
      life,
      names: [
        { user: bob, name: "Боря" },
        { user: ann, name: null },
      ],
      ended: [sessionId(1)],
      bans: [],
    });
  });

  test("[I2] of those who want one name at once, one gets it", async (t) => {
    const { store } = await open(t);
    const wishes = ["Zoë", "ZOË", "zoë", "ｚｏë"].map((name, n) => store.accounts.keepName(kept(userId(n), name)));
    assert.deepEqual((await Promise.all(wishes)).filter(Boolean), [true]);
    assert.equal((await store.accounts.changes(0)).names.length, 1);
  });

  test("[I3] a session that has ended stays so, over a restart, and whatever is asked of it", async (t) => {
    const { store, reopen } = await open(t);
    for (const n of [1, 2, 3]) await store.accounts.addSession(session(n));
    await store.accounts.addSession(session(9, { user: bob }));
    assert.deepEqual(await idsOf(store.accounts), [3, 2, 1].map(sessionId));
    await store.accounts.endSessions(ann, [sessionId(2), sessionId(7), sessionId(9)], 2_000);
    await store.accounts.addSession(session(2));
    await store.accounts.addSession(session(7));
    await store.accounts.touchSessions(new Map([2, 7].map((n) => [sessionId(n), 3_000])));
    const { accounts } = await reopen();
    assert.deepEqual(await idsOf(accounts), [3, 1].map(sessionId));
    assert.deepEqual(await idsOf(accounts, bob), [sessionId(9)], "nobody ends another's");
    assert.deepEqual((await accounts.changes(0)).ended.toSorted(), [2, 7].map(sessionId));
  });

  test("[I3] tells of sessions as they were written, the latest seen first, and forgets old ones", async (t) => {
    const { store } = await open(t);
    const { accounts } = store;
    await accounts.addSession(session(1));
    await accounts.addSession(session(2, { agent: "" }));
    await accounts.addSession(session(1, { agent: "another", seen: 9_999 }));
    assert.deepEqual(await accounts.sessionsOf(ann), [session(2, { agent: "" }), session(1)]);
    await accounts.touchSessions(
      new Map([
        [sessionId(1), 5_000],
        [sessionId(2), 500],
        [sessionId(3), 5_000],
      ]),
    );
    assert.deepEqual(await accounts.sessionsOf(ann), [session(1, { seen: 5_000 }), session(2, { agent: "" })]);
    await accounts.endSessions(ann, [sessionId(4)], 1_000);
    await accounts.forgetSessions(1_000, 3_000);
    assert.deepEqual(await idsOf(accounts), [sessionId(1)]);
    assert.deepEqual((await accounts.changes(0)).ended, []);
  });

  test("[I3] a clock that is far ahead for once forgets no session that was seen, or ended, lately", async (t) => {
    const { store, reopen } = await open(t);
    await store.accounts.forgetSessions(1_000, Number.MAX_SAFE_INTEGER);
    for (const n of [1, 2, 3]) await store.accounts.addSession(session(n, { seen: n * 1_000 }));
    await store.accounts.endSessions(ann, [sessionId(4)], 2_500);
    await store.accounts.endSessions(ann, [sessionId(5)], 1_500);
    await store.accounts.forgetSessions(1_000, Date.UTC(2099, 0));
    const { accounts } = await reopen();
    assert.deepEqual(await idsOf(accounts), [3, 2].map(sessionId));
    assert.deepEqual((await accounts.changes(0)).ended, [sessionId(4)]);
  });

  test("[D8] a ban holds over a restart until it is lifted, and each change of it is told once", async (t) => {
    const { store, reopen } = await open(t);
    const subnet = "203.0.113.0/24" as Subnet;
    const banned = { who: ann, name: "Оля 🙂", since: 1_000 };
    await store.accounts.writeBan(banned);
    await store.accounts.writeBan({ who: subnet, name: "", since: 2_000 });
    const { accounts } = await reopen();
    const { version, bans } = await accounts.changes(0);
    assert.deepEqual(bans, [banned, { who: subnet, name: "", since: 2_000 }]);
    assert.deepEqual((await accounts.changes(version)).bans, []);
    await accounts.writeBan({ ...banned, since: null });
    assert.deepEqual((await accounts.changes(version)).bans, [{ ...banned, since: null }]);
    await accounts.writeBan({ ...banned, since: 3_000 });
    assert.deepEqual((await accounts.changes(version)).bans, [{ ...banned, since: 3_000 }]);
  });

  test("[D8] tells who said something under a name last, in whichever room", async (t) => {
    const { store } = await open(t);
    const said = (room: string, user: typeof ann, name: string, ts: number) =>
      draft(ts, { room: roomName(room), user: { id: user, name: displayName(name) }, ts });
    for (const room of ["general", "кухня"]) await store.openRoom(roomName(room));
    await store.append([said("general", ann, "Зоя", 1_000), said("кухня", bob, "Зоя", 3_000)]);
    await store.append([said("general", ann, "Зоя", 2_000), said("general", ann, "зоя", 4_000)]);
    assert.equal(await store.accounts.lastSpeaker(displayName("Зоя")), bob);
    assert.equal(await store.accounts.lastSpeaker(displayName("Nobody")), undefined);
  });
}
