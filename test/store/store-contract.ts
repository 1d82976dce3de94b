import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { Store } from "../../src/core/ports.ts";
import { displayName, draft, messageId, roomName, userId } from "../support/drafts.ts";
import { accountContract } from "./account-contract.ts";
import { answersContract } from "./answers-contract.ts";
import { changesContract } from "./changes-contract.ts";
import { directoryContract } from "./directory-contract.ts";
import { refusal, stored } from "./outcomes.ts";
import { readingContract } from "./reading-contract.ts";
import { searchContract } from "./search-contract.ts";

/** A store that is open, and the same one after its server was stopped and started. */
export interface OpenedStore {
  readonly store: Store;
  /** Closes it, and opens what it left behind. */
  reopen(): Promise<Store>;
}

export type OpenStore = (t: TestContext) => Promise<OpenedStore>;

const everything = { limit: 1_000, maxBytes: 100_000_000 };
const general = roomName("general");

/** What every store must do, whatever it is made of: the tests of the `Store` port. */
export function storeContract(name: string, open: OpenStore): void {
  describe(`the store contract, on ${name}`, () => {
    logContract(open);
    sendingContract(open);
    readingContract(open);
    answersContract(open);
    changesContract(open);
    searchContract(open);
    directoryContract(open);
    lifeContract(open);
    accountContract(open);
  });
}

function logContract(open: OpenStore): void {
  test("[L1] numbers each room's events 1, 2, 3 … without a hole", async (t) => {
    const { store } = await open(t);
    const kitchen = roomName("кухня");
    const first = await store.append([draft(1), draft(2, { room: kitchen }), draft(3)]);
    const second = await store.append([draft(4, { room: kitchen }), draft(5)]);
    assert.deepEqual(
      [...first, ...second].map((outcome) => [stored(outcome).room, stored(outcome).seq]),
      [
        ["general", 1],
        ["кухня", 1],
        ["general", 2],
        ["кухня", 2],
        ["general", 3],
      ],
    );
  });

  test("[L1] gives each room an epoch of its own, which outlives a restart", async (t) => {
    const { store, reopen } = await open(t);
    const { epoch, head } = await store.openRoom(general);
    assert.match(epoch, /^[a-z0-9]{16}$/);
    assert.equal(head, 0);
    const other = await store.openRoom(roomName("ห้องเรียน"));
    assert.notEqual(other.epoch, epoch);
    const [outcome] = await store.append([draft(1)]);
    assert.equal(stored(outcome).epoch, epoch);
    const again = await reopen();
    assert.deepEqual(await again.openRoom(general), { epoch, head: 1 });
    assert.deepEqual(await again.findRoom(roomName("ห้องเรียน")), { epoch: other.epoch, head: 0 });
  });

  test("[L1] goes on counting where it stopped before a restart", async (t) => {
    const { store, reopen } = await open(t);
    await store.append([draft(1), draft(2)]);
    const again = await reopen();
    const [outcome] = await again.append([draft(3)]);
    assert.equal(stored(outcome).seq, 3);
  });

  test("finds a room only once it was opened or written to, and finding makes none", async (t) => {
    const { store } = await open(t);
    assert.equal(await store.findRoom(general), undefined);
    assert.equal(await store.findRoom(general), undefined);
    const opened = await store.openRoom(general);
    assert.deepEqual(await store.findRoom(general), opened);
    assert.deepEqual(await store.openRoom(general), opened);
    await store.append([draft(1, { room: roomName("written") })]);
    assert.equal((await store.findRoom(roomName("written")))?.head, 1);
  });

  test("tells where many rooms stand at once, leaves out those that are not there, and makes none", async (t) => {
    const { store } = await open(t);
    assert.deepEqual(await store.heads([]), new Map());
    const kitchen = roomName("кухня");
    const { epoch } = await store.openRoom(general);
    const [outcome] = await store.append([draft(1, { room: kitchen }), draft(2, { room: kitchen })]);
    const heads = await store.heads([general, roomName("ห้องเรียน"), kitchen]);
    assert.deepEqual(
      heads,
      new Map([
        [general, { epoch, head: 0 }],
        [kitchen, { epoch: stored(outcome).epoch, head: 2 }],
      ]),
    );
    assert.equal(await store.findRoom(roomName("ห้องเรียน")), undefined);
  });

  test("keeps apart rooms whose names only a careless comparison would take for one", async (t) => {
    const { store } = await open(t);
    const names = ["e\u0301", "\u00e9", "น้ำ", "น้า", "__proto__", "constructor", "a", "a_", "a-"];
    const heads = await Promise.all(names.map((name) => store.openRoom(roomName(name))));
    assert.equal(new Set(heads.map(({ epoch }) => epoch)).size, names.length);
  });

  test("[L2] answers an empty batch with nothing", async (t) => {
    const { store } = await open(t);
    assert.deepEqual(await store.append([]), []);
  });
}

function sendingContract(open: OpenStore): void {
  test("[S1] answers an id stored before with the same event and dup: true, in a later batch and after a restart", async (t) => {
    const { store, reopen } = await open(t);
    const [outcome] = await store.append([draft(1, { target: messageId("q") })]);
    const { dup, ...event } = stored(outcome);
    assert.equal(dup, false);
    const later = { ts: 1, user: { id: userId("bob"), name: displayName("Bob") } };
    const [again] = await store.append([draft(1, later)]);
    assert.deepEqual(
      stored(again),
      { ...event, dup: true },
      "by somebody else, at another time: still Ann's, as it was",
    );
    const [afterRestart] = await (await reopen()).append([draft(1)]);
    assert.deepEqual(stored(afterRestart), { ...event, dup: true });
  });

  test("[S1] stores an id once when it comes twice in one batch", async (t) => {
    const { store } = await open(t);
    const outcomes = await store.append([draft(1), draft(1), draft(2)]);
    assert.deepEqual(
      outcomes.map((outcome) => [stored(outcome).seq, stored(outcome).dup]),
      [
        [1, false],
        [1, true],
        [2, false],
      ],
    );
    assert.equal((await store.findRoom(general))?.head, 2);
  });

  test("[S1] refuses a known id with another text, and neither that nor a duplicate takes a seq or fails the group", async (t) => {
    const { store } = await open(t);
    await store.append([draft(1)]);
    const outcomes = await store.append([
      draft(1, { text: "สวัสดี" }),
      draft(2),
      draft(1),
      draft(2, { text: "x" }),
      draft(3),
    ]);
    assert.deepEqual(outcomes.map(refusal), ["id_conflict", undefined, undefined, "id_conflict", undefined]);
    assert.deepEqual(
      [outcomes[1], outcomes[2], outcomes[4]].map((outcome) => stored(outcome).seq),
      [2, 1, 3],
    );
    const { events } = await store.read(general, { after: 0, ...everything });
    assert.deepEqual(
      events.map(({ text }) => text),
      ["message 1", "message 2", "message 3"],
    );
  });

  test("[S1] takes the same id in two rooms for two messages", async (t) => {
    const { store } = await open(t);
    const outcomes = await store.append([draft(1), draft(1, { room: roomName("b"), text: "another" })]);
    assert.deepEqual(
      outcomes.map((outcome) => [stored(outcome).seq, stored(outcome).dup]),
      [
        [1, false],
        [1, false],
      ],
    );
  });

  test("[S1] tells ids apart that differ in case only", async (t) => {
    const { store } = await open(t);
    const outcomes = await store.append([draft("abcdefghijklmnop"), draft("ABCDEFGHIJKLMNOP")]);
    assert.deepEqual(
      outcomes.map((outcome) => stored(outcome).seq),
      [1, 2],
    );
  });

  test("[S2] keeps the order of a batch, and of batches asked for without waiting", async (t) => {
    const { store } = await open(t);
    const batches = Array.from({ length: 20 }, (_, batch) =>
      Array.from({ length: 50 }, (_, index) => draft(batch * 50 + index)),
    );
    await Promise.all(batches.map((batch) => store.append(batch)));
    const { events } = await store.read(general, { after: 0, ...everything });
    assert.deepEqual(
      events.map(({ id }) => id),
      batches.flat().map(({ id }) => id),
    );
    assert.deepEqual(
      events.map(({ seq }) => seq),
      Array.from({ length: 1_000 }, (_, index) => index + 1),
    );
  });
}

function lifeContract(open: OpenStore): void {
  test("knows every room that there is, after a restart too", async (t) => {
    const { store, reopen } = await open(t);
    assert.deepEqual(await store.rooms(), []);
    await store.openRoom(general);
    await store.append([draft(1, { room: roomName("ห้องเรียน") }), draft(2, { room: roomName("кухня") })]);
    await store.findRoom(roomName("nobody-was-here"));
    assert.deepEqual(await store.rooms(), ["general", "ห้องเรียน", "кухня"]);
    assert.deepEqual(await (await reopen()).rooms(), ["general", "ห้องเรียน", "кухня"]);
  });

  test("[D7] keeps one key of 32 bytes for tokens, over restarts", async (t) => {
    const { store, reopen } = await open(t);
    const key = await store.tokenKey();
    assert.equal(key.byteLength, 32);
    assert.ok(new Set(key).size > 8, "random");
    assert.deepEqual(Buffer.from(await (await reopen()).tokenKey()), Buffer.from(key));
  });

  test("does everything that was asked before close(), and nothing after", async (t) => {
    const { store, reopen } = await open(t);
    const asked = Promise.all([
      store.append([draft(1)]),
      store.append([draft(2)]),
      store.read(general, { after: 0, ...everything }),
      store.append([draft(3)]),
    ]);
    const closed = store.close();
    await assert.rejects(store.append([draft(4)]), { name: "StoreError", fatal: true });
    await assert.rejects(store.read(general, { after: 0, ...everything }), { name: "StoreError" });
    await closed;
    await store.close();
    const [, , page] = await asked;
    assert.equal(page.events.length, 2);
    assert.equal((await (await reopen()).findRoom(general))?.head, 3);
  });

  test("does not call an orderly close a failure", async (t) => {
    const { store } = await open(t);
    await store.append([draft(1)]);
    await store.close();
    const first = await Promise.race([store.failed, new Promise((resolve) => setImmediate(resolve, "none"))]);
    assert.equal(first, "none");
  });
}
