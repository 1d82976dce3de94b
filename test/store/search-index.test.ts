import assert from "node:assert/strict";
import { test } from "node:test";
import { searchWords } from "../../src/protocol/search-text.ts";
import { blockSize, partKey } from "../../src/store/search/block.ts";
import { eachGram, gramsFor } from "../../src/store/search/grams.ts";
import { type Found, SearchIndex } from "../../src/store/search/search-index.ts";
import { Searcher } from "../../src/store/search/searcher.ts";
import { SqliteSearchRows } from "../../src/store/sqlite-search-rows.ts";
import { draft, messageId } from "../support/drafts.ts";
import { agrees, openLog, page, pause, rooms, said } from "./search-log.ts";

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

test("[Q1] what came into a block while each apostrophe was another is found by any of them", () => {
  for (const [text, looked] of [
    ["пам’ять", "пам'ять"],
    ["пʼять", "п’"],
    ["дім ’кіт", `"дім 'кіт"`],
  ] as const) {
    const had = new Set<number>();
    eachGram(text, (gram) => had.add(gram));
    const { first, further } = gramsFor(searchWords(looked));
    assert.ok(first.length > 0, text);
    assert.deepEqual(
      [...first, ...further].filter((gram) => !had.has(gram)),
      [],
      text,
    );
  }
  assert.ok(gramsFor(["'"]).first.length > 0, "alone it is looked for like any sign");
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

test("[Q2] pages of words that stand in many messages leave nothing out and repeat nothing, in blocks and before them", async (t) => {
  const opened = openLog(t);
  opened.append(0, blockSize + 300);
  await opened.index.advance();
  await agrees(opened, "река");
});

test("[Q2] a search that takes too long gets further with every page", async (t) => {
  const { append, index, rows } = openLog(t);
  append(0, 2 * blockSize + 100);
  await index.advance();
  let now = 0;
  const clock = () => {
    now += 300;
    return now;
  };
  const slow = new SearchIndex({ rows, pause, monotonic: clock });
  const found: number[] = [];
  let before: Found["next"];
  for (let pages = 0; pages === 0 || before; pages++) {
    assert.ok(pages < 10, "it does not get on");
    const wanted = { words: ["единорог"], roomIds: rows.roomIds(rooms.slice(2)), ...page };
    const { events, next } = await slow.search({ ...wanted, ...(before && { before }) });
    found.push(...events.map(({ ts }) => ts));
    before = next;
  }
  assert.deepEqual(found, [15_017, 17]);
});

test("[Q4] up to 100 searches wait for one another, what is more is refused for now, and the next ones are done", async (t) => {
  const { db, log } = openLog(t);
  const searcher = new Searcher({
    rows: (pause) => new SqliteSearchRows(db, log, pause),
    waitMs: 0,
    restMs: 0,
    isShared: false,
    isRefusal: () => false,
  });
  t.after(() => searcher.stop());
  const searchTimes = async (times: number) => {
    const asked = Array.from({ length: times }, () => searcher.search({ ...page, words: searchWords("їжак") }));
    return (await Promise.allSettled(asked)).map((one) => (one.status === "rejected" ? String(one.reason) : "found"));
  };
  const refusal = "StoreError: too many searches wait";
  assert.deepEqual(await searchTimes(102), [...Array(100).fill("found"), refusal, refusal]);
  assert.deepEqual(await searchTimes(1), ["found"]);
});
