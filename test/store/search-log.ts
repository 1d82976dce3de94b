import assert from "node:assert/strict";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Draft, StoredEvent } from "../../src/core/ports.ts";
import { fold, searchWords } from "../../src/protocol/search-text.ts";
import { blockSize } from "../../src/store/search/block.ts";
import type { SearchRows } from "../../src/store/search/rows.ts";
import { type Found, SearchIndex } from "../../src/store/search/search-index.ts";
import { SqliteLog } from "../../src/store/sqlite-log.ts";
import { openDatabase } from "../../src/store/sqlite-open.ts";
import { SqliteSearchRows } from "../../src/store/sqlite-search-rows.ts";
import { draft, messageId, roomName } from "../support/drafts.ts";
import { temporaryFolder } from "../support/server.ts";

export const rooms = [roomName("general"), roomName("кухня"), roomName("ห้องเรียน")] as const;
const pieces = "привет как дела река мост น้ำ ข้าว สวัสดี meet river bring 🦔 їжак щось x".split(" ");
export const page = { limit: 50, maxBytes: 1e9 };

/** What is said at a time: words by their number, the same in every run. */
export function said(n: number): Draft {
  const words = [n, n * 7, n * n, Math.floor(n / 3)].map((at) => pieces[at % pieces.length] ?? "");
  const rare = n % 5_000 === 17 ? ` единорог${n}` : "";
  return draft(`m${n}`, { room: rooms[n % 3] ?? rooms[0], text: words.join(n % 2 ? " " : "") + rare, ts: n });
}

/** An edit, by a word that nobody said. */
export const mermaid = draft("c1", {
  kind: "edit",
  room: said(17).room,
  target: messageId("m17"),
  text: "русалка",
  ts: 1e6,
});

export const pause = () => undefined;
export const monotonic = () => performance.now();

/** A database's rows, but for what is done otherwise. */
export const beside = (rows: SqliteSearchRows, otherwise: Partial<SearchRows>): SearchRows =>
  new Proxy<SearchRows>(rows, {
    get(_, name) {
      const value = Reflect.get(otherwise, name) ?? Reflect.get(rows, name);
      return typeof value === "function" ? value.bind(rows) : value;
    },
  });

/** A log of three rooms and its index, in one thread: nothing happens but what a test asks for. */
export function openLog(t: TestContext, file = join(temporaryFolder(t), "parlance.db")) {
  const db = openDatabase(file);
  t.after(() => db.isOpen && db.close());
  const log = new SqliteLog(db);
  const rows = new SqliteSearchRows(db, log, pause);
  const index = new SearchIndex({ rows, pause, monotonic });
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
      assert.ok(events.length <= 3 * blockSize, "it goes round in circles");
      before = found.next;
    } while (before);
    return events;
  };
  return { db, log, rows, index, append, everything, searchAll, file };
}

type Log = ReturnType<typeof openLog>;

export async function agrees({ everything, searchAll, rows }: Log, ...texts: readonly string[]): Promise<void> {
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
