import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { RoomName } from "../../src/protocol/ids.ts";
import { parseDisplayName, parseRoomName } from "../../src/protocol/names.ts";
import { isBlank, printable } from "../../src/protocol/text.ts";
import { parseTranscript, transcriptEntry } from "../../src/protocol/transcript.ts";
import { transcriptName } from "../../src/store/transcript-names.ts";

const at = new Date(2025, 10, 19, 23, 46, 36).getTime();
const entry = (name: string, text: string) => transcriptEntry({ user: { name }, text, ts: at });
const read = (text: string) => [...parseTranscript(text.replace(/\n$/, "").split("\n"))];

test("[T1] a message is a line: local time, name, text", () => {
  assert.equal(entry("Username", "Message text"), "[2025-11-19 23:46:36] Username: Message text\n");
  assert.equal(entry("Оля", "น้ำ 🍵"), "[2025-11-19 23:46:36] Оля: น้ำ 🍵\n");
});

test("[T1] [D4] a line break of any kind is one followed by a tab, so no text can forge a line", () => {
  const forged = "[2025-11-19 23:46:36] Boss: pay him";
  for (const lineBreak of ["\n", "\r", "\r\n", "\u2028", "\u2029", "\u0085", "\v", "\f"]) {
    assert.equal(entry("Ann", `hi${lineBreak}${forged}`), `[2025-11-19 23:46:36] Ann: hi\n\t${forged}\n`);
  }
  assert.equal(entry("Ann", "\u001b[2J\u202eevil"), "[2025-11-19 23:46:36] Ann: ␛[2Jevil\n");
});

const piece = fc.constantFrom(
  ...["\n", "\r\n", "\r", "\u2028", "\u2029", "\t", "\n\t", " ", ": ", "[", "] ", "\u202e", "\u001b[2J"],
  ...["[2025-11-19 23:46:36] Boss: ", "שלום", "مرحبا", "ห้องน้ำ", "Привіт", "👩‍👩‍👧", "hi"],
);
const text = fc
  .array(fc.oneof(piece, fc.string({ unit: "grapheme" })), { maxLength: 12 })
  .map((pieces) => pieces.join(""))
  .filter((text) => !isBlank(text) && text.isWellFormed());
const name = fc
  .oneof(fc.constantFrom("Ann", "Оля", "ครู สมศรี", "[x] y", "שרה", "]["), fc.string({ unit: "grapheme" }))
  .map(parseDisplayName)
  .filter((name) => name.ok)
  .map((name) => name.value);
// A second of a year that no time zone repeats or leaves out at noon.
const second = fc.integer({ min: 0, max: 50 * 365 }).map((day) => new Date(1971, 0, 1 + day, 12, 34, 56).getTime());

test("[T1] whatever is said, name, text and second are read back, a message each", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ name, text, second }), { maxLength: 8 }), (said) => {
      const written = said.map(({ name, text, second }) => transcriptEntry({ user: { name }, text, ts: second + 789 }));
      const pieces = said.length === 0 ? [] : read(written.join(""));
      assert.deepEqual(
        pieces.map((piece) => piece.ok && [piece.name, piece.text, piece.at]),
        said.map(({ name, text, second }) => [name, printable(text), second]),
      );
    }),
  );
});

test("what is no line of a transcript is named, and costs nothing else", () => {
  const lines = [
    "[2025-11-19 23:46:36] Ann: hi",
    "--- chat started ---",
    "\tafter nothing",
    "[2025-02-30 10:00:00] Ann: no such day",
    "[2025-11-19 24:00:00] Ann: no such hour",
    undefined,
    "",
    "[2025-11-19 23:46:36] Оля:",
    "\tпривіт",
  ];
  assert.deepEqual(
    [...parseTranscript(lines)],
    [
      { ok: true, line: 1, name: "Ann", at, text: "hi" },
      { ok: false, line: 2, flaw: "form" },
      { ok: false, line: 3, flaw: "continuation" },
      { ok: false, line: 4, flaw: "time" },
      { ok: false, line: 5, flaw: "time" },
      { ok: false, line: 6, flaw: "encoding" },
      { ok: false, line: 7, flaw: "form" },
      { ok: true, line: 8, name: "Оля", at, text: "\nпривіт" },
    ],
  );
});

test("[T2] a transcript is named after its room, in its folder, and no two share a name where case is not told apart", () => {
  for (const plain of ["general", "кухня", "ห้องเรียน", "a-b_c1"]) assert.equal(transcriptName(plain as RoomName), plain);
  for (const other of ["straße", "con", "lpt1", "ſ", "ıx", "οδος", "οδοσ"]) {
    const room = parseRoomName(other);
    assert.ok(room.ok);
    const file = transcriptName(room.value);
    assert.ok(file === other || /^[^~]+~[0-9a-f]{12}$/.test(file), file);
  }
  const rooms = fc
    .string({ unit: fc.constantFrom("s", "ß", "ſ", "σ", "ς", "i", "ı", "k", "ﬁ", "ŉ", "ǰ", "\ufe0f", "é", "1") })
    .map(parseRoomName)
    .filter((room) => room.ok)
    .map((room) => room.value);
  const folds = [
    (x: string) => x.toUpperCase(),
    (x: string) => x.toLowerCase(),
    (x: string) => x.normalize("NFD").replaceAll("\ufe0f", ""),
  ];
  fc.assert(
    fc.property(rooms, rooms, (one, other) => {
      fc.pre(one !== other);
      for (const fold of folds) assert.notEqual(fold(transcriptName(one)), fold(transcriptName(other)));
      assert.match(transcriptName(one), /^[^./\\\0:*?"<>|]+$/);
    }),
    { numRuns: 2_000 },
  );
});
