import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { environmentLanguage, terminalWords } from "../../src/locales/terminal.ts";
import type { DisplayName, UserId } from "../../src/protocol/ids.ts";
import { colourPaint, paintFor, plainPaint } from "../../src/terminal/colour.ts";
import { parseInput } from "../../src/terminal/commands.ts";
import { complete } from "../../src/terminal/completion.ts";
import { LineEditor } from "../../src/terminal/editor.ts";
import { Lines } from "../../src/terminal/lines.ts";
import { renderArea } from "../../src/terminal/prompt.ts";
import { concealed } from "../../src/terminal/secrets.ts";
import { createServerLines } from "../../src/terminal/server-lines.ts";
import { parseServerAddress, parseTalk } from "../../src/terminal/talk.ts";
import { fitting, fittingEnd, textWidth } from "../../src/terminal/width.ts";

test("A text is as wide as the columns it takes, Thai marks and emoji of several parts too.", () => {
  const widths = {
    hello: 5,
    привіт: 6,
    น้ำ: 2,
    ห้องเรียน: 7,
    "👋": 2,
    "👨‍👩‍👧": 2,
    "🇺🇦": 2,
    "❤️": 2,
    漢字: 4,
    é: 1,
    "": 0,
  };
  for (const [text, width] of Object.entries(widths)) assert.equal(textWidth(text), width, text);
});

test("A text is never cut inside a character.", () => {
  assert.equal(fitting("น้ำ👨‍👩‍👧x", 3), "น้ำ");
  assert.equal(fittingEnd("x👨‍👩‍👧น้ำ", 3), "น้ำ");
});

test("What is typed is a message, unless it is a command.", () => {
  assert.deepEqual(parseInput("  "), { kind: "nothing" });
  assert.deepEqual(parseInput("hi /join"), { kind: "text", text: "hi /join" });
  assert.deepEqual(parseInput("one\ntwo\n"), { kind: "text", text: "one\ntwo" });
  assert.deepEqual(parseInput("//who"), { kind: "text", text: "/who" });
  assert.deepEqual(parseInput(" Exit "), { kind: "quit" });
  assert.deepEqual(parseInput("exit now"), { kind: "text", text: "exit now" });
  assert.deepEqual(parseInput("/JOIN кухня"), { kind: "join", room: "кухня" });
  assert.deepEqual(parseInput("/join"), { kind: "incomplete", command: "/join" });
  assert.deepEqual(parseInput("/name Ann Lee"), { kind: "name", name: "Ann Lee" });
  assert.deepEqual(parseInput("/history 500"), { kind: "history", count: 100 });
  assert.deepEqual(parseInput("/history all"), { kind: "incomplete", command: "/history" });
  assert.deepEqual(parseInput("/etc/passwd"), { kind: "unknown", command: "/etc/passwd" });
});

test("[D7] A passphrase is taken as it is typed, and neither shown nor kept to be recalled.", () => {
  const secret = "коти  люблять 🥛 молоко";
  assert.deepEqual(parseInput(`/claim ${secret}`), { kind: "claim", passphrase: secret });
  assert.deepEqual(parseInput(`/login "Ann Lee" ${secret}`), { kind: "login", name: "Ann Lee", passphrase: secret });
  assert.deepEqual(parseInput(`/LOGIN น้อย ${secret}`), { kind: "login", name: "น้อย", passphrase: secret });
  assert.deepEqual(parseInput("/login Ann"), { kind: "incomplete", command: "/login" });
  assert.deepEqual(parseInput("/claim"), { kind: "incomplete", command: "/claim" });
  assert.deepEqual(parseInput("/signout 2"), { kind: "signout", which: 2 });
  assert.deepEqual(parseInput("/signout others"), { kind: "signout", which: "others" });
  assert.deepEqual(parseInput("/signout"), { kind: "incomplete", command: "/signout" });
  assert.deepEqual(concealed("/claim коти", "🥛x"), { before: "/claim ••••", after: "••" });
  assert.deepEqual(concealed("/login ", '"Ann Lee" ab'), { before: "/login ", after: '"Ann Lee" ••' });
  assert.deepEqual(concealed("/claims no secret", ""), { before: "/claims no secret", after: "" });
  const editor = new LineEditor(() => ({ names: [], rooms: [], own: [], topic: "" }));
  for (const line of ["hello", `/claim ${secret}`]) {
    for (const letter of line) editor.press(letter, {});
    editor.press(undefined, { name: "return" });
  }
  editor.press(undefined, { name: "up" });
  assert.equal(editor.text, "hello");
});

test("A message is named by how far back it is; a number counts only where a text follows.", () => {
  assert.deepEqual(parseInput("/edit better  text"), { kind: "edit", back: 1, text: "better  text" });
  assert.deepEqual(parseInput("/EDIT 2 два\nрядки"), { kind: "edit", back: 2, text: "два\nрядки" });
  assert.deepEqual(parseInput("/edit 5"), { kind: "edit", back: 1, text: "5" });
  assert.deepEqual(parseInput("/reply 3 ครับ"), { kind: "reply", back: 3, text: "ครับ" });
  assert.deepEqual(parseInput("/delete"), { kind: "delete", back: 1 });
  assert.deepEqual(parseInput("/delete 12"), { kind: "delete", back: 12 });
  assert.deepEqual(parseInput("/react 👍🏽 2"), { kind: "react", back: 2, emoji: "👍🏽" });
  for (const heart of ["❤", "❤️", "heart", ":heart:"]) {
    assert.deepEqual(parseInput(`/react ${heart}`), { kind: "react", back: 1, emoji: "❤️" });
  }
  assert.deepEqual(parseInput("/topic чай і кава"), { kind: "topic", text: "чай і кава" });
  assert.deepEqual(
    [parseInput("/topic"), parseInput("/topic -")].map((input) => "text" in input && input.text),
    [undefined, ""],
  );
  for (const line of ["/edit", "/edit 0 x", "/reply", "/react", "/react thumbs", "/react 👍 0", "/delete last"]) {
    assert.equal(parseInput(line).kind, "incomplete", line);
  }
});

const known = {
  names: ["Ann", "Anton", "สมชาย", "Оля"],
  rooms: ["general", "กลุ่ม"],
  own: ["the last", "the one before"],
  topic: "чай",
};

test("Tab completes commands, names and rooms.", () => {
  assert.deepEqual(complete("/hi", known), { text: "/history ", candidates: [] });
  assert.deepEqual(complete("/join ก", known), { text: "/join กลุ่ม ", candidates: [] });
  assert.deepEqual(complete("สม", known), { text: "สมชาย, ", candidates: [] });
  assert.deepEqual(complete("привіт, оЛ", known), { text: "привіт, Оля ", candidates: [] });
  assert.deepEqual(complete("так, арте", { ...known, names: ["Артём"] }), { text: "так, Артём ", candidates: [] });
  assert.deepEqual(complete("a", known), { text: "An", candidates: ["Ann", "Anton"] });
  assert.deepEqual(complete("xyz", known), { text: "xyz", candidates: [] });
  assert.deepEqual(complete("/react he", known), { text: "/react heart ", candidates: [] });
  assert.equal(complete("/react ", known).candidates.length, 8);
});

test("Tab takes up again what is to be written anew.", () => {
  assert.deepEqual(complete("/edit ", known), { text: "/edit the last", candidates: [] });
  assert.deepEqual(complete("/edit 2 ", known), { text: "/edit 2 the one before", candidates: [] });
  assert.deepEqual(complete("/edit 3 ", known), { text: "/edit 3 ", candidates: [] });
  assert.deepEqual(complete("/topic ", known), { text: "/topic чай", candidates: [] });
});

function typing(text: string): LineEditor {
  const editor = new LineEditor(() => known);
  for (const character of text) editor.press(character, {});
  return editor;
}

test("Backspace takes a Thai mark by itself, and an emoji of several parts as a whole.", () => {
  const editor = typing("น้ำ👨‍👩‍👧");
  editor.press(undefined, { name: "backspace" });
  assert.equal(editor.text, "น้ำ");
  editor.press(undefined, { name: "backspace" });
  assert.equal(editor.text, "น้");
});

test("The cursor moves by whole characters and words.", () => {
  const editor = typing("добрий น้ำ");
  editor.press(undefined, { name: "left" });
  assert.deepEqual([editor.before, editor.after], ["добрий ", "น้ำ"]);
  editor.press(undefined, { name: "left", ctrl: true });
  assert.deepEqual([editor.before, editor.after], ["", "добрий น้ำ"]);
  editor.press(undefined, { name: "right", meta: true });
  editor.press(undefined, { name: "w", ctrl: true });
  assert.equal(editor.text, " น้ำ");
});

test("Lines that were entered come back by the arrows, and the unfinished one after them.", () => {
  const editor = typing("one");
  assert.deepEqual(editor.press("\r", { name: "return" }), { kind: "entered", line: "one" });
  for (const character of "half") editor.press(character, {});
  editor.press(undefined, { name: "up" });
  assert.equal(editor.text, "one");
  editor.press(undefined, { name: "down" });
  assert.equal(editor.text, "half");
});

test("Several lines that are pasted are one message, sent by Enter.", () => {
  const editor = typing("");
  editor.press(undefined, { name: "paste-start" });
  for (const character of "a\tb") editor.press(character, {});
  editor.press("\r", { name: "return" });
  editor.press("c", { name: "c" });
  editor.press(undefined, { name: "paste-end" });
  assert.deepEqual(editor.press("\r", { name: "return" }), { kind: "entered", line: "a\tb\nc" });
});

test("Ctrl+C leaves, and Ctrl+D does when nothing is written.", () => {
  assert.deepEqual(typing("x").press("\u0003", { name: "c", ctrl: true }), { kind: "leave" });
  assert.deepEqual(typing("").press("\u0004", { name: "d", ctrl: true }), { kind: "end" });
  assert.notDeepEqual(typing("x").press("\u0004", { name: "d", ctrl: true }), { kind: "end" });
});

test("The prompt is one row in any window, and shows where the cursor is.", () => {
  const area = { status: "", label: "You: ", before: `${"я".repeat(200)}END`, after: "น้ำ".repeat(100) };
  for (const columns of [60, 20, 6]) {
    const drawn = stripVTControlCharacters(renderArea(area, columns));
    assert.doesNotMatch(drawn, /\p{Cc}/u);
    assert.ok(textWidth(drawn) < columns || columns < 8, `${textWidth(drawn)} of ${columns}`);
  }
  assert.ok(renderArea(area, 60).includes("яEND\u001b7"));
});

test("What is typed in a room of any name is seen in a narrow window, and the operator's prompt is whole in 60 columns.", () => {
  for (const [columns, room] of [
    [60, "я".repeat(64)],
    [20, "漢".repeat(64)],
  ] as const) {
    const drawn = renderArea({ status: "", label: `[${room}] You: `, before: "hello", after: "" }, columns);
    assert.ok(drawn.includes("hello\u001b7"), stripVTControlCharacters(drawn));
    assert.ok(textWidth(stripVTControlCharacters(drawn)) < columns);
  }
  for (const language of ["en", "th", "ru", "uk"] as const) {
    const label = terminalWords[language]("server.prompt");
    assert.ok(renderArea({ status: "", label, before: "", after: "" }, 60).includes(label), language);
  }
});

const en = (paint = plainPaint, lineBreaks: "set in" | "shown" = "set in") =>
  new Lines({ language: "en", speak: terminalWords.en, paint, lineBreaks });
const said = (name: string, text: string) =>
  ({ message: { user: { name }, text, ts: 0 }, own: false, old: false, room: undefined }) as const;

test("Nothing in a name or a text of others can steer the terminal or forge a line. [B2] [D4]", () => {
  const attack = "\u001b[2J\u009b31m\u0007\u202ex";
  const line = en().message(said(`A${attack}`, `${attack}\n12:00 Ann: forged`));
  assert.doesNotMatch(line, /(?!\n)\p{Cc}|\p{Bidi_Control}/u);
  assert.match(line, /\n {8}12:00 Ann: forged/);
  assert.doesNotMatch(en(plainPaint, "shown").message(said("A", "a\nb")), /\n/);
  for (const other of [
    en().happened("user.joined", attack, attack),
    en().typing([attack]),
    en().renamed(attack, attack, undefined),
  ]) {
    assert.doesNotMatch(other, /[\p{Cc}\p{Bidi_Control}]/u);
  }
});

test("A message tells whom it answers and what has become of it, and none of that can steer the terminal. [D4]", () => {
  const attack = "\u001b[2J\u202e\n12:00 Ann: forged";
  const long = { user: { name: `A${attack}` }, text: `${attack} and so on and on` };
  const reactions = [
    { emoji: "👍", users: [{ id: "u_1" as UserId, name: "Ann" as DisplayName }] },
    { emoji: `x${attack}`, users: [] },
  ];
  const message = { ...said("Оля", "так").message, edited: { seq: 2, ts: "" }, reactions };
  const line = en().message({ ...said("Оля", "так"), message, answered: long });
  assert.match(line, / Оля ↳ A.+ “.{10,30}…”: так \(edited, 👍, x.+\)$/u);
  assert.doesNotMatch(line, /[\p{Cc}\p{Bidi_Control}]/u);
  assert.match(en().message({ ...said("Оля", "так"), answered: "elsewhere" }), / Оля ↳ …: так$/);
  const uk = new Lines({ language: "uk", speak: terminalWords.uk, paint: plainPaint, lineBreaks: "set in" });
  assert.equal(uk.quoted({ text: "обід?", user: { name: "Оля" } }), "↳ Оля «обід?»", "each language has its own marks");
  assert.doesNotMatch(en().changed("Ann reacted: 👍", long, attack), /[\p{Cc}\p{Bidi_Control}]/u);
});

test("The list of commands fits into 60 columns in every language.", () => {
  for (const language of ["en", "th", "ru", "uk"] as const) {
    const lines = new Lines({ language, speak: terminalWords[language], paint: plainPaint, lineBreaks: "set in" });
    for (const line of lines.help()) assert.ok(textWidth(line) <= 60, `${textWidth(line)}: ${line}`);
  }
});

test("A name always has the same colour, and none without a terminal or with NO_COLOR.", () => {
  assert.equal(colourPaint.name("Оля"), colourPaint.name("Оля"));
  assert.notEqual(colourPaint.name("Оля"), "Оля");
  assert.equal(paintFor(true, {}), colourPaint);
  for (const paint of [paintFor(false, {}), paintFor(true, { NO_COLOR: "1" }), paintFor(true, { TERM: "dumb" })]) {
    assert.equal(paint, plainPaint);
  }
});

test("Who is typing is said with the right words in every language.", () => {
  const typing = (language: "en" | "th" | "ru" | "uk", names: string[]) =>
    new Lines({ language, speak: terminalWords[language], paint: plainPaint, lineBreaks: "shown" }).typing(names);
  assert.equal(typing("en", []), "");
  assert.equal(typing("ru", ["Оля"]), "Оля печатает…");
  assert.equal(typing("uk", ["Оля", "Ann"]), "Оля і Ann друкують…");
  assert.equal(typing("th", ["ก", "ข", "ค"]), "หลายคนกำลังพิมพ์…");
  assert.equal(
    terminalWords.ru("room.entered", { room: "кухня", name: "Оля", count: 22 }),
    "Вы в комнате кухня под именем Оля; здесь 22 человека.",
  );
});

test("The language is --lang's, else the environment's.", () => {
  assert.equal(environmentLanguage({ LANG: "uk_UA.UTF-8" }), "uk");
  assert.equal(environmentLanguage({ LC_ALL: "C", LANG: "th_TH" }), "en");
  assert.equal(environmentLanguage({ LC_MESSAGES: "ru", LANG: "th_TH" }), "ru");
  assert.equal(environmentLanguage({}), "en");
});

test("A server's address may be written without its scheme.", () => {
  assert.equal(parseServerAddress("localhost:8765"), "ws://localhost:8765");
  assert.equal(parseServerAddress("https://chat.example.org/"), "https://chat.example.org");
  assert.equal(parseServerAddress("ftp://x"), undefined);
  assert.equal(parseServerAddress("not an address"), undefined);
  assert.deepEqual(parseTalk({ roomName: "a b", language: "en" }), {
    ok: false,
    message: "A room’s name has letters, digits, “-” and “_” only, 1 to 64 of them.",
  });
});

test("The server's own terminal says what happens, in its exact words, and cannot be steered. [D4]", () => {
  const lines: string[] = [];
  const server = createServerLines("en", (line) => lines.push(line));
  server.running(["http://localhost:8765"]);
  server.connected();
  server.received("hi\u001b[2J\nthere");
  server.disconnected();
  assert.deepEqual(lines, [
    "✅ Server is running on ws://localhost:8765",
    "🌐 Open http://localhost:8765 in a browser to chat.",
    "✅ A client connected.",
    "📩 Received from client: hi␛[2J⏎there",
    "❌ A client disconnected.",
  ]);
});
