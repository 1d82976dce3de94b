import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Draft, StoredEvent } from "../../src/core/ports.ts";
import { fold, searchWords } from "../../src/protocol/search-text.ts";
import { blockSize, partKey } from "../../src/store/search/block.ts";
import { type Found, SearchIndex } from "../../src/store/search/search-index.ts";
import { SqliteLog } from "../../src/store/sqlite-log.ts";
import { openDatabase } from "../../src/store/sqlite-open.ts";
import { SqliteSearchRows } from "../../src/store/sqlite-search-rows.ts";
import { draft, messageId, roomName } from "../support/drafts.ts";
import { temporaryFolder } from "../support/server.ts";

const rooms = [roomName("general"), roomName("кухня"), roomName("ห้องเรียน")] as const;
const pieces = "привет как дела река мост น้ำ ข้าว สวัสดี meet river bring 🦔 їжак щось x".split(" ");
const page = { limit: 50, maxBytes: 1e9 };

/** What is said at a time: words by their number, the same in every run. */
function said(n: number): Draft {
  const words = [n, n * 7, n * n, Math.floor(n / 3)].map((at) => pieces[at % pieces.length] ?? "");
  const rare = n % 5_000 === 17 ? ` единорог${n}` : "";
  return draft(`m${n}`, { room: rooms[n % 3] ?? rooms[0], text: words.join(n % 2 ? " " : "") + rare, ts: n });
}

/** A log of three rooms and its index, in one thread: nothing happens but what a test asks for. */
function openLog(t: TestContext, file = join(temporaryFolder(t), "parlance.db")) {
  const db = openDatabase(file);
  t.after(() => db.isOpen && db.close());
  const log = new SqliteLog(db);
  const pause = () => undefined;
  const rows = new SqliteSearchRows(db, log, pause);
  const index = new SearchIndex({ rows, pause, monotonic: () => performance.now() });
  const append = (from: number, to: number) => {
    for (let at = from; at < to; at += 1_000) {
      log.append(Array.from({ length: Math.min(1_000, to - at) }, (_, n) => said(at + n)));
    }
  };
  const everything = (): readonly StoredEvent[] =>
    rooms
      .flatMap((room) => log.read(room, { after: 0, limit: 1e6, maxBytes: 1e9, only: "message" }).events)
      .sort((a, b) => b.ts - a.ts);
  const searchAll = async (text: string, roomIds?: readonly number[]) => {
    const events: StoredEvent[] = [];
    let before: Found["next"];
    do {
      const wanted = { words: searchWords(text), ...page, ...(roomIds && { roomIds }), ...(before && { before }) };
      const found: Found = await index.search(wanted);
      events.push(...found.events);
      before = found.next;
    } while (before);
    return events;
  };
  return { db, log, rows, index, append, everything, searchAll, file };
}

type Log = ReturnType<typeof openLog>;

async function agrees({ everything, searchAll, rows }: Log, ...texts: readonly string[]): Promise<void> {
  const all = everything();
  for (const text of texts) {
    const words = searchWords(text);
    const expected = all.filter((event) => words.every((word) => fold(event.text).includes(word)));
    assert.deepEqual(
      (await searchAll(text)).map(({ ts }) => ts),
      expected.map(({ ts }) => ts),
      text,
    );
    const [room] = rooms;
    const inRoom = expected.filter((event) => event.room === room);
    const found = await searchAll(text, rows.roomIds(rooms.slice(0, 1)));
    assert.deepEqual(
      found.map(({ ts }) => ts),
      inRoom.map(({ ts }) => ts),
      `${text} in ${room}`,
    );
  }
}

test("[Q1] [Q2] [Q3] over several blocks and what has none yet, finds what reading everything finds; after a restart too", async (t) => {
  const opened = openLog(t);
  opened.append(0, 2 * blockSize + 500);
  await opened.index.advance();
  assert.equal(opened.rows.blockCount(), 2);
  const texts = ["единорог", "единорог5017", "น้ำข้าว река", "зюзя", "ў", "🦔їж x", '"meet как"'];
  await agrees(opened, ...texts);
  opened.append(2 * blockSize + 500, 2 * blockSize + 700);
  await agrees(opened, "единорог", "น้ำข้าว река");
  opened.db.close();
  const again = openLog(t, opened.file);
  await agrees(again, ...texts);
  assert.equal(again.rows.blockCount(), 2, "what is in a block is not read again");
});

test("[Q3] [E3] what is edited or deleted after it came into a block is found by its new words alone, and its block made anew without the old ones", async (t) => {
  const opened = openLog(t);
  const { log, index, rows } = opened;
  opened.append(0, blockSize + 10);
  await index.advance();
  const change = (id: number, target: number, kind: "edit" | "delete", text: string) =>
    draft(`c${id}`, { kind, room: said(target).room, target: messageId(`m${target}`), text, ts: 1e6 + id });
  const changes = [
    change(1, 17, "edit", "русалка"),
    change(2, 5_017, "delete", ""),
    change(3, 3, "edit", "русалка น้ำ"),
  ];
  log.append(changes);
  const partsOf = () => {
    const read = rows.parts();
    return Buffer.concat(Array.from({ length: 2_048 }, (_, part) => read(partKey(0, part)) ?? Buffer.of()));
  };
  const before = partsOf();
  await agrees(opened, "русалка", "единорог", "น้ำ русалка");
  assert.ok(index.hasChanged);
  assert.ok(partsOf().equals(before), "not made anew yet");
  await index.renew();
  assert.ok(!index.hasChanged);
  assert.ok(!partsOf().equals(before));
  await agrees(opened, "русалка", "единорог", "น้ำ русалка");
  // As after a crash just then: the changes are no part of a block yet, and are read again.
  opened.db.close();
  const again = openLog(t, opened.file);
  await agrees(again, "русалка", "единорог");
});

test("[Q3] a crash in the midst of making a block leaves none, and it is made again", async (t) => {
  const opened = openLog(t);
  const { rows } = opened;
  opened.append(0, blockSize + 5);
  const write = rows.write.bind(rows);
  rows.write = async (block, parts) => {
    // Everything but its seal.
    await write(block, parts);
    throw new Error("killed");
  };
  await assert.rejects(opened.index.advance(), /killed/);
  assert.equal(rows.blockCount(), 0);
  rows.write = write;
  await agrees(opened, "единорог", "น้ำข้าว река");
  await opened.index.advance();
  assert.equal(rows.blockCount(), 1);
  await agrees(opened, "единорог", "น้ำข้าว река");
});

test("[Q3] rooms that were filled one after the other are searched by when things were said", async (t) => {
  const opened = openLog(t);
  for (const which of [2, 0, 1]) {
    const all = Array.from({ length: blockSize / 2 }, (_, n) => said(n * 3 + which));
    opened.log.append(all);
  }
  await opened.index.advance();
  assert.equal(opened.rows.blockCount(), 1);
  await agrees(opened, "единорог", "น้ำข้าว река");
});
