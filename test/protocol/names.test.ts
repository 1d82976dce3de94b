import assert from "node:assert/strict";
import { randomFillSync } from "node:crypto";
import { describe, test } from "node:test";
import fc from "fast-check";
import { newEpoch, newMessageId, newUserId } from "../../src/protocol/ids.ts";
import { generateDisplayName, parseDisplayName, parseRoomName } from "../../src/protocol/names.ts";

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: fc.constantFrom(..."aAеЕėΣσςİıßŉẞﬃ1lI|0๐เแ้ําำ \u0301\u0345\u0308\u200d\u00ad") }),
);

describe("room names", () => {
  const accepted: Record<string, string> = {
    griffindor: "griffindor",
    Griffindor: "griffindor",
    ห้องเรียน: "ห้องเรียน",
    кухня: "кухня",
    КУХНЯ: "кухня",
    น้ำ: "น้ำ",
    "cafe\u0301": "caf\u00e9",
    __proto__: "__proto__",
    "2025-11_19": "2025-11_19",
    "-": "-",
    "\u0660\u0661": "\u0660\u0661",
    חדר: "חדר",
    غرفة: "غرفة",
    ["a".repeat(64)]: "a".repeat(64),
    ["ก".repeat(64)]: "ก".repeat(64),
    ["𐐨".repeat(50)]: "𐐨".repeat(50),
  };
  for (const [text, name] of Object.entries(accepted)) {
    test(`“${text}” is a room's name`, () => assert.deepEqual(parseRoomName(text), { ok: true, value: name }));
  }

  const refused = {
    nothing: "",
    "a space": "a b",
    "a space around": " a",
    "a path": "../x",
    "a slash": "a/b",
    "a dot": ".",
    "an emoji": "🙂",
    "a colon": "a:b",
    "a line break": "a\n",
    "a NUL": "a\u0000",
    "a zero-width joiner": "a\u200db",
    "a bidi control": "a\u202eb",
    "half a character": "a\ud83d",
    "65 code points": "a".repeat(65),
    "201 bytes": `${"𐐨".repeat(50)}a`,
    "64 code points of 256 bytes": "𐐨".repeat(64),
  };
  for (const [what, text] of Object.entries(refused)) {
    test(`${what} makes no room's name`, () => {
      assert.deepEqual(parseRoomName(text), { ok: false, error: { code: "bad_room" } });
    });
  }

  test("a name in its stored form is its own, and every way to write it leads there", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parsed = parseRoomName(text);
        if (!parsed.ok) return;
        assert.deepEqual(parseRoomName(parsed.value), parsed);
        for (const form of ["NFC", "NFD"] as const) assert.deepEqual(parseRoomName(text.normalize(form)), parsed);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe("display names", () => {
  const accepted: Record<string, string> = {
    Ann: "Ann",
    "  Ann  ": "Ann",
    "Ann Lee": "Ann Lee",
    น้ำ: "น้ำ",
    ["น้ำ".repeat(10)]: "น้ำ".repeat(10),
    Оксана: "Оксана",
    "Ива\u0301н": "Ива\u0301н",
    "e\u0301": "\u00e9",
    "😀 ❤\ufe0f": "😀 ❤\ufe0f",
    "דנה כהן": "דנה כהן",
    محمد: "محمد",
    "4 you": "4 you",
    "?": "?",
    ["🙂".repeat(32)]: "🙂".repeat(32),
  };
  for (const [text, name] of Object.entries(accepted)) {
    test(`“${text}” is a name`, () => assert.deepEqual(parseDisplayName(text), { ok: true, value: name }));
  }

  const refused = {
    nothing: "",
    "white space": " \u00a0\u3000\t",
    "a colon": "a:b",
    "digits alone": "12345",
    "Thai digits alone": "๑๒๓",
    "a zero-width space": "a\u200bb",
    "only a zero-width joiner": "\u200d",
    "a soft hyphen": "a\u00adb",
    "a Hangul filler": "\u3164",
    "a blank Braille cell": "\u2800",
    "only a mark": "\u0301",
    "a bidi override": "\u202eAnn",
    "a left-to-right mark": "Ann\u200e",
    "an isolate": "\u2066Ann\u2069",
    "an escape": "\u001b[31mAnn",
    "a C1 control": "Ann\u009b",
    "a DEL": "Ann\u007f",
    "a line break": "An\nn",
    "a line separator": "An\u2028n",
    "half a character": "Ann\ud83d",
    "a private character": "\ue000",
    "33 code points": "🙂".repeat(33),
  };
  for (const [what, text] of Object.entries(refused)) {
    test(`${what} makes no name`, () => {
      assert.deepEqual(parseDisplayName(text), { ok: false, error: { code: "bad_name" } });
    });
  }

  test("a name in its stored form is its own", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parsed = parseDisplayName(text);
        if (parsed.ok) assert.deepEqual(parseDisplayName(parsed.value), parsed);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe("what is generated", () => {
  test("names are of the form user_xxxxxx##, which is a name's", () => {
    for (let n = 0; n < 500; n++) {
      const name = generateDisplayName(randomFillSync);
      assert.match(name, /^user_[a-z]{6}\d{2}$/);
      assert.deepEqual(parseDisplayName(name), { ok: true, value: name });
    }
  });

  test("[L1] ids and epochs are of their forms, with every character about as likely", () => {
    const counts = new Map<string, number>();
    for (let n = 0; n < 2_000; n++) {
      assert.match(newUserId(randomFillSync), /^u_[a-z0-9]{20}$/);
      assert.match(newMessageId(randomFillSync), /^[a-z0-9]{22}$/);
      const epoch = newEpoch(randomFillSync);
      assert.match(epoch, /^[a-z0-9]{16}$/);
      for (const character of epoch) counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    assert.equal(counts.size, 36);
    // 889 are expected; six standard deviations are 176.
    for (const [character, count] of counts) assert.ok(Math.abs(count - 889) < 180, `${character}: ${count}`);
  });

  test("bytes that would favour some characters are passed over", () => {
    let calls = 0;
    const bytes = (into: Uint8Array) => into.fill(calls++ === 0 ? 255 : 0);
    assert.equal(newEpoch(bytes), "a".repeat(16));
  });
});
