import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { blockSize, partKey } from "../../src/store/search/block.ts";
import { SearchIndex } from "../../src/store/search/search-index.ts";
import { SqliteSearchRows } from "../../src/store/sqlite-search-rows.ts";
import { draft } from "../support/drafts.ts";
import { beside, mermaid, monotonic, openLog, page, pause } from "./search-log.ts";

test("[Q4] others have their turn between messages that are read, though none of them has what is looked for", async (t) => {
  const { index, log, rows } = openLog(t);
  log.append(Array.from({ length: blockSize + 1 }, (_, n) => draft(n, { text: "aab aba baa" })));
  await index.advance();
  let [unbroken, most, all] = [0, 0, 0];
  const counted = beside(rows, {
    texts(places) {
      all += places.length;
      unbroken += places.length;
      most = Math.max(most, unbroken);
      return rows.texts(places);
    },
  });
  const countedPause = () => {
    unbroken = 0;
    return undefined;
  };
  const monotonic = () => 0;
  const found = await new SearchIndex({ rows: counted, pause: countedPause, monotonic }).search({
    words: ["aabaa"],
    ...page,
  });
  assert.deepEqual([found.events, all], [[], blockSize]);
  assert.ok(most <= 64, `${most} at once`);
});

test("[Q4] others have their turn after each message that a block is made of, also when it is made anew", async (t) => {
  const { append, log, rows } = openLog(t);
  append(0, blockSize + 10);
  let turns = 0;
  const countedPause = () => {
    turns++;
    return undefined;
  };
  const index = new SearchIndex({ rows, pause: countedPause, monotonic });
  await index.advance();
  assert.ok(turns > blockSize);
  log.append([mermaid]);
  await index.advance();
  turns = 0;
  await index.renew();
  assert.ok(turns >= blockSize);
});

test("[Q3] a message that is edited just as its block is written is found by its new words", async (t) => {
  const { append, log, rows } = openLog(t);
  append(0, blockSize + 10);
  const written = Promise.withResolvers<void>();
  const late = beside(rows, {
    async write(block, parts, seal) {
      const isOurs = await rows.write(block, parts, seal);
      await written.promise;
      return isOurs;
    },
    async texts(places) {
      const now = rows.texts(places);
      written.resolve();
      await setImmediate();
      return now;
    },
  });
  const index = new SearchIndex({ rows: late, pause, monotonic });
  const making = index.advance();
  await setImmediate();
  log.append([mermaid]);
  const search = () => index.search({ words: ["русалка"], ...page });
  assert.equal((await search()).events.length, 1);
  await making;
  assert.equal(rows.blockCount(), 1);
  assert.equal((await search()).events.length, 1);
});

test("[Q1] a message that is edited is found by its new words also while its block is made anew", async (t) => {
  const { append, log, rows } = openLog(t);
  append(0, blockSize + 10);
  const early = beside(rows, {
    // As from afar: read, and then the others have their turn.
    async parts(blocks, parts) {
      const read = rows.parts();
      const keys = blocks.flatMap((block) => parts.map((part) => partKey(block, part)));
      const all = new Map(keys.map((key) => [key, read(key)]));
      await index.renew();
      return (key) => all.get(key);
    },
  });
  const index = new SearchIndex({ rows: early, pause, monotonic });
  await index.advance();
  log.append([mermaid]);
  assert.equal((await index.search({ words: ["русалка"], ...page })).events.length, 1);
});

test("[Q3] a block that another node makes while this one reads hides nothing", async (t) => {
  const { append, db, log, rows } = openLog(t);
  append(0, blockSize + 10);
  const other = new SearchIndex({ rows: new SqliteSearchRows(db, log, pause), pause, monotonic });
  const interrupted = beside(rows, {
    async behind() {
      await other.advance();
      return rows.behind();
    },
  });
  const index = new SearchIndex({ rows: interrupted, pause, monotonic });
  const { events } = await index.search({ words: ["единорог"], ...page });
  assert.deepEqual(
    events.map(({ ts }) => ts),
    [5_017, 17],
  );
});

test("[Q3] what could not be read while a block was written is read again", async (t) => {
  const { append, log, rows } = openLog(t);
  append(0, blockSize + 10);
  const written = Promise.withResolvers<void>();
  let refuses = false;
  const refusing = beside(rows, {
    async write(block, parts, seal) {
      const isOurs = await rows.write(block, parts, seal);
      await written.promise;
      return isOurs;
    },
    events(roomId, after, limit) {
      if (refuses) throw new Error("it took too long");
      return rows.events(roomId, after, limit);
    },
  });
  const index = new SearchIndex({ rows: refusing, pause, monotonic });
  const making = index.advance();
  await setImmediate();
  log.append([draft("new", { text: "русалка", ts: 1e6 })]);
  const search = () => index.search({ words: ["русалка"], ...page });
  refuses = true;
  await assert.rejects(search(), /too long/);
  refuses = false;
  written.resolve();
  await making;
  assert.equal((await search()).events.length, 1);
});
