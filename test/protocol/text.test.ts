import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { codePoints, isBlank, oneLine, printable } from "../../src/protocol/text.ts";

const nasty = fc.string({
  unit: fc.oneof(
    fc.nat({ max: 0x9f }).map((code) => String.fromCharCode(code)),
    fc.constantFrom(..."\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029\u0085"),
    fc.constantFrom("ส", "ж", "👩‍👩‍👧", "é", "\ud83d"),
  ),
});
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/;

test("[D4] nothing that steers a terminal is left in a printable text, and no line break in one line", () => {
  fc.assert(
    fc.property(nasty, (text) => {
      assert.doesNotMatch(printable(text), steering);
      assert.doesNotMatch(oneLine(text), steering);
      assert.doesNotMatch(oneLine(text), /\n/);
      assert.equal(printable(printable(text)), printable(text));
      assert.equal(oneLine(oneLine(text)), oneLine(text));
    }),
    { numRuns: 5_000 },
  );
});

test("[D4] text that steers nothing stays as it is", () => {
  for (const text of ["สวัสดี น้ำ\tครับ", "Привіт\nсвіте", "👩‍👩‍👧‍👦 🏳️‍🌈", "שלום مرحبا", "e\u0301 ␛", ""]) {
    assert.equal(printable(text), text);
  }
});

test("[D4] controls are shown by their symbols, and every kind of line break is one", () => {
  assert.equal(printable("\u001b[31mred\u0007\u0000\u007f\u009b"), "␛[31mred␇␀␡");
  assert.equal(printable("a\r\nb\rc\nd\u2028e\u2029f\u0085g\vh\fi"), "a\nb\nc\nd\ne\nf\ng\nh\ni");
  assert.equal(oneLine("a\r\nb\u2028\u202ec"), "a⏎b⏎c");
});

test("code points are counted, not units", () => {
  assert.deepEqual(["", "abc", "น้ำ", "🙂🙂", "👩‍👩‍👧", "\ud83d"].map(codePoints), [0, 3, 3, 2, 5, 1]);
});

test("a text is blank when there is nothing to see in it", () => {
  for (const text of [
    "",
    " ",
    "\n\t\u00a0\u3000",
    "\u200b\u200d\u2060\ufeff",
    "\u00ad",
    "\u3164",
    "\u0000\u001b",
    "\u2800",
  ]) {
    assert.equal(isBlank(text), true, JSON.stringify(text));
  }
  for (const text of [".", " ส ", "\u200b.", "👩‍👩‍👧", "\u0301", "⁉\ufe0f"]) assert.equal(isBlank(text), false, text);
});
