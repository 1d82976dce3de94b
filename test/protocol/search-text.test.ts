import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fold, hasAll, searchHits, searchWords } from "../../src/protocol/search-text.ts";

test("[Q1] a text is compared without its case, in every script, and Thai with its marks", () => {
  const same: readonly (readonly [string, string])[] = [
    ["ПРИВЕТ", "привет"],
    ["Їжак Ґанок", "їжак ґанок"],
    ["Straße", "STRASSE"],
    ["ẞ", "ss"],
    ["ΟΔΟΣ", "οδος"],
    ["ﬁne", "FINE"],
    ["é", "e\u0301"],
    ["Всё ещё", "все еще"],
    ["п’ять", "п'ять"],
    ["комп'ютер", "КОМПʼЮТЕР"],
    ["น้ำ", "น้\u0e4d\u0e32"],
    ["❤️", "❤"],
    ["ไทย\u200bแลนด์", "ไทยแลนด์"],
    ["a\n\t b", "A B"],
  ];
  for (const [a, b] of same) assert.equal(fold(a), fold(b), `${a} as ${b}`);
  const different: readonly (readonly [string, string])[] = [
    ["น้ำ", "นำ"],
    ["й", "и"],
    ["ї", "і"],
    ["café", "cafe"],
    ["ab", "a b"],
    ["п’ять", "пять"],
  ];
  for (const [a, b] of different) assert.notEqual(fold(a), fold(b), `${a}, not ${b}`);
});

test("[Q1] what is looked for are words, each once, and phrases between quotation marks of any kind", () => {
  assert.deepEqual(searchWords("  Їжак\nїжак  СПИТЬ "), ["їжак", "спить"]);
  assert.deepEqual(searchWords('one "two  Three" «чотири п’ять» “หก เจ็ด” "open end'), [
    ..."one|two three|чотири п'ять|หก เจ็ด|open end".split("|"),
  ]);
  for (const nothing of ["", " \n", '""', "« »", "\u200b", '"']) assert.deepEqual(searchWords(nothing), []);
});

test("[Q1] hits are marked in the text as it was written, never within what people see as one character", () => {
  const marked = (text: string, looked: string) =>
    searchHits(text, searchWords(looked)).map(([from, to]) => text.slice(from, to));
  assert.deepEqual(marked("Die STRASSE, die Straße", "straße"), ["STRASSE", "Straße"]);
  assert.deepEqual(marked("ดื่มน้ำไหม", "น้"), ["น้ำ"]);
  assert.deepEqual(marked("👨‍👩‍👧 і 👩🏽", "👩"), ["👨‍👩‍👧", "👩🏽"]);
  assert.deepEqual(marked("П’ять, пʼять", "п'я"), ["П’я", "пʼя"]);
  assert.deepEqual(marked("a  \n b", '"a b"'), ["a  \n b"]);
  assert.deepEqual(marked("banana", "ana nan"), ["anana"], "what overlaps is marked once");
  assert.deepEqual(marked("нічого", "щось"), []);
});

test("[Q1] whatever is found has something to mark, and what is part of a text is found in it", () => {
  const text = fc.string({
    unit: fc.oneof(fc.constantFrom(...'น้ำїЖßςΣİ👍🏽 \n"«'), fc.string({ unit: "grapheme" })),
    maxLength: 30,
  });
  fc.assert(
    fc.property(text, text, fc.nat(), fc.nat(), (said, looked, from, length) => {
      const graphemes = [...new Intl.Segmenter().segment(said)].map(({ segment }) => segment);
      const start = from % (graphemes.length + 1);
      const part = graphemes.slice(start, start + 1 + (length % 5)).join("");
      for (const query of [looked, part]) {
        const words = searchWords(query);
        if (words.length > 0 && hasAll(fold(said), words)) assert.ok(searchHits(said, words).length > 0);
      }
      const quoted = part.replace(/["“”„«»]/g, "");
      if (quoted === part) assert.ok(hasAll(fold(said), searchWords(part)), `${JSON.stringify(part)} is in it`);
    }),
    { numRuns: 300 },
  );
});
