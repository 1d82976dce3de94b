import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "../../src/core/ports.ts";
import { directRoom } from "../../src/protocol/direct.ts";
import { displayName, draft, messageId, roomName, userId } from "../support/drafts.ts";
import type { OpenStore } from "./store-contract.ts";

const [ann, bob, eve] = [userId("ann"), userId("bob"), userId("eve")];
const general = roomName("general");

const list = async (store: Store, user = undefined as typeof ann | undefined, limit = 10) =>
  (await store.directory.list({ user, after: undefined, limit })).rooms.map(({ id: _, ...room }) => room);
const state = async (store: Store, user: typeof ann, upTo: number, room = general) =>
  (await store.directory.readStates([{ user, room, upTo }]))[0];

/** The part of the store contract that is about the list of rooms, what people have read, and direct conversations. */
export function directoryContract(open: OpenStore): void {
  test("[P2] lists rooms by their latest message, a page at a time, and those without one last", async (t) => {
    const { store, reopen } = await open(t);
    assert.deepEqual(await list(store), []);
    const names = ["ห้องเรียน", "кухня", "general", "empty"].map(roomName);
    for (const room of names) await store.openRoom(room);
    await store.append([
      draft(1, { room: roomName("кухня"), ts: 3_000 }),
      draft(2, { room: roomName("ห้องเรียน"), ts: 1_000 }),
      draft(3, { ts: 2_000 }),
      // What was imported from elsewhere is no news, and neither is a change.
      draft(4, { room: roomName("кухня"), ts: 500 }),
      draft(5, { room: roomName("ห้องเรียน"), kind: "topic", text: "บทที่ 1", ts: 9_000 }),
    ]);
    await store.append([draft(6, { kind: "edit", target: messageId(3), text: "edited", ts: 8_000 })]);
    const again = await reopen();
    assert.deepEqual(await list(again), [
      { room: "кухня", active: 3_000, head: 2 },
      { room: "general", active: 2_000, head: 2 },
      { room: "ห้องเรียน", active: 1_000, head: 2, topic: "บทที่ 1" },
      { room: "empty", active: 0, head: 0 },
    ]);
    const paged: string[] = [];
    for (let after: Parameters<Store["directory"]["list"]>[0]["after"]; ; ) {
      const { rooms, more } = await again.directory.list({ user: ann, after, limit: 1 });
      paged.push(...rooms.map(({ room }) => room));
      after = rooms[0];
      if (!more) break;
    }
    assert.deepEqual(paged, ["кухня", "general", "ห้องเรียน", "empty"]);
  });

  test("[P2] rooms that were active in the same millisecond are each listed once", async (t) => {
    const { store } = await open(t);
    await store.append(Array.from({ length: 7 }, (_, n) => draft(n, { room: roomName(`r${n}`), ts: 1_000 })));
    const first = await store.directory.list({ user: undefined, after: undefined, limit: 4 });
    const second = await store.directory.list({ user: undefined, after: first.rooms.at(-1), limit: 4 });
    const names = [...first.rooms, ...second.rooms].map(({ room }) => room);
    assert.deepEqual([new Set(names).size, names.length, first.more, second.more], [7, 7, true, false]);
  });

  test("[P1] a direct conversation is listed for its two people alone, once something was said in it", async (t) => {
    const { store, reopen } = await open(t);
    const [room, own] = [directRoom(bob, ann), directRoom(ann, ann)];
    await store.append([draft(1, { ts: 1_000 })]);
    await store.openRoom(room);
    const [annNow, bobNow] = [
      { id: ann, name: displayName("Ann") },
      { id: bob, name: displayName("Боб 🦊") },
    ];
    assert.deepEqual(await store.directory.nameDirect(room, []), []);
    assert.deepEqual(await store.directory.nameDirect(room, [annNow]), [annNow]);
    const named = await store.directory.nameDirect(room, [annNow, bobNow]);
    assert.deepEqual(
      new Map(named.map(({ id, name }) => [id, name])),
      new Map([
        [ann, "Ann"],
        [bob, "Боб 🦊"],
      ]),
    );
    assert.deepEqual(await list(store, ann), await list(store));
    await store.append([draft(2, { room, ts: 2_000 }), draft(3, { room: own, ts: 500 })]);
    const again = await reopen();
    const publicRoom = { room: "general", active: 1_000, head: 1 };
    assert.deepEqual(await list(again, ann), [
      { room, active: 2_000, head: 1, otherName: "Боб 🦊" },
      publicRoom,
      { room: own, active: 500, head: 1 },
    ]);
    assert.deepEqual(await list(again, bob), [{ room, active: 2_000, head: 1, otherName: "Ann" }, publicRoom]);
    assert.deepEqual(await list(again, eve), [publicRoom]);
    assert.deepEqual(await list(again), [publicRoom]);
    await again.directory.nameDirect(room, [{ id: ann, name: displayName("แอน") }]);
    assert.deepEqual(
      await again.directory.nameDirect(directRoom(bob, eve), [{ id: eve, name: displayName("Eve") }]),
      [],
    );
    assert.deepEqual(await again.directory.nameDirect(own, [{ id: ann, name: displayName("แอน") }]), [
      { id: ann, name: "แอน" },
    ]);
    assert.equal((await list(again, bob))[0]?.otherName, "แอน");
    assert.equal((await list(again, bob)).length, 2, "naming makes none");
  });

  test("[P1] [Q2] in all rooms, only those are searched that one may read, also a page at a time", async (t) => {
    const { store } = await open(t);
    const room = directRoom(ann, bob);
    const say = (n: number, where = general) => draft(n, { room: where, text: `чай ${n}`, ts: n });
    await store.append([say(1), say(2, room), say(3), say(4, directRoom(bob, eve)), say(5, room)]);
    const found = async (reader?: typeof ann) => {
      const texts: string[] = [];
      for (let next: Parameters<Store["search"]>[0]["before"]; ; ) {
        const request = { words: ["чай"], limit: 1, maxBytes: 1_000, ...(reader && { reader }) };
        const page = await store.search({ ...request, ...(next && { before: next }) });
        texts.push(...(page?.events.map(({ text }) => text) ?? []));
        next = page?.next;
        if (!next) return texts;
      }
    };
    assert.deepEqual(await found(), ["чай 3", "чай 1"]);
    assert.deepEqual(await found(ann), ["чай 5", "чай 3", "чай 2", "чай 1"]);
    assert.deepEqual(await found(bob), ["чай 5", "чай 4", "чай 3", "чай 2", "чай 1"]);
    assert.deepEqual(await found(eve), ["чай 4", "чай 3", "чай 1"]);
  });

  test("[P3] read markers only move forward, are each person's own, and outlive a restart", async (t) => {
    const { store, reopen } = await open(t);
    await store.append([1, 2, 3, 4].map((n) => draft(n)));
    assert.equal(await state(store, ann, 4), undefined);
    await store.directory.markRead([
      { user: ann, room: general, seq: 3 },
      { user: bob, room: general, seq: 4 },
      { user: ann, room: roomName("ไม่มี"), seq: 1 },
    ]);
    await store.directory.markRead([
      { user: ann, room: general, seq: 2 },
      { user: ann, room: general, seq: 1 },
    ]);
    await store.directory.markRead([]);
    const again = await reopen();
    const states = await again.directory.readStates([
      { user: bob, room: general, upTo: 4 },
      { user: eve, room: general, upTo: 4 },
      { user: ann, room: general, upTo: 4 },
      { user: ann, room: roomName("ไม่มี"), upTo: 4 },
    ]);
    assert.deepEqual(states, [{ seq: 4, unread: 0 }, undefined, { seq: 3, unread: 1 }, undefined]);
    assert.deepEqual((await list(again, ann))[0]?.read, { seq: 3, unread: 1 });
    assert.equal((await list(again))[0]?.read, undefined);
    assert.equal(await again.findRoom(roomName("ไม่มี")), undefined, "marking makes none");
  });

  test("[P3] unread are the messages after the marker and not the changes, up to 1,000, and never fewer than none", async (t) => {
    const { store } = await open(t);
    await store.append([draft(1), draft("t", { kind: "topic", text: "тема" }), draft(2)]);
    await store.directory.markRead([
      { user: ann, room: general, seq: 1 },
      { user: bob, room: general, seq: 99 },
    ]);
    await store.append([
      draft("e", { kind: "edit", target: messageId(1), text: "new" }),
      draft("d", { kind: "delete", target: messageId(2) }),
      draft(3),
    ]);
    assert.deepEqual(await state(store, ann, 6), { seq: 1, unread: 2 });
    assert.deepEqual(await state(store, ann, 5), { seq: 1, unread: 1 });
    assert.deepEqual(await state(store, ann, 2), { seq: 1, unread: 0 });
    assert.deepEqual(await state(store, bob, 6), { seq: 3, unread: 1 }, "what did not stand there yet was not read");
    assert.deepEqual(await state(store, bob, 2), { seq: 3, unread: 0 });
    await store.append(Array.from({ length: 1_100 }, (_, n) => draft(`many${n}`)));
    assert.deepEqual(await state(store, ann, 1_106), { seq: 1, unread: 1_000 });
    assert.equal((await list(store, ann))[0]?.read?.unread, 1_000);
  });
}
