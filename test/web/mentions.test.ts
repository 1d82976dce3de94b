import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { begunMention, createMentions, namesFor } from "../../src/web/logic/mentions.ts";

const names = ["Ann", "Ann Lee", "Оля", "น้อย", "นา", "🦊 Sally", "דנה", "C++ (bot)", "user_abcdef12"];
const mentions = createMentions(names, "น้อย");

/** The mentions of a text. */
const found = (text: string) =>
  mentions.split(text).flatMap((piece) => (typeof piece === "string" ? [] : [piece.text]));

test("whoever is called by name is mentioned, in any script, by the longest name that fits", () => {
  assert.deepEqual(found("@Ann, @оля: see @Ann Lee and (@🦊 Sally)!"), ["@Ann", "@оля", "@Ann Lee", "@🦊 Sally"]);
  assert.deepEqual(found("שלום @דנה, ask @C++ (bot) or @user_abcdef12."), ["@דנה", "@C++ (bot)", "@user_abcdef12"]);
  assert.deepEqual(found("@Ann's and @Ann."), ["@Ann", "@Ann"]);
});

test("Thai, which writes no spaces, is told apart by its words", () => {
  assert.deepEqual(found("@น้อยครับ สวัสดี@น้อย @Annครับ"), ["@น้อย", "@น้อย", "@Ann"]);
  assert.deepEqual(found("@นาย @นาน"), []);
});

test("where a longer name does not end, a shorter one with which it begins may, and is mentioned", () => {
  const found = (names: readonly string[], text: string) =>
    createMentions(names, undefined)
      .split(text)
      .filter((piece) => typeof piece !== "string")
      .map(({ text }) => text);
  const anns = found(["Ann", "Ann L", "Ann Lo"], "@Ann Lovely, @ANN L! @Ann Lo @Anna");
  assert.deepEqual(anns, ["@Ann", "@ANN L", "@Ann Lo"]);
  assert.deepEqual(found(["Оля", "Оля Ш"], "@Оля шукає, @оля ш."), ["@Оля", "@оля ш"]);
  assert.deepEqual(found(["นา", "นาจ"], "@นาจ๋า"), ["@นา"]);
});

test("who is called Артём or Мар'яна is mentioned, and completed, however their letters are typed", () => {
  const people = ["Артём", "Мар'яна", "Д’Артаньян"];
  for (const [me, text] of [
    ["Артём", "@артем, глянь"],
    ["Семен", "@Семён, глянь"],
    ["Мар'яна", "@Мар’яна @Оля"],
    ["Д’Артаньян", "@д'артаньян"],
  ] as const) {
    assert.ok(createMentions(people, me).isOfMe(text), text);
  }
  const [before, mention] = createMentions(["İpek"], "İpek").split("İİ @İPEK!");
  assert.deepEqual([before, mention], ["İİ ", { text: "@İPEK", isMe: true }]);
  assert.deepEqual(namesFor("арте", people, 6), ["Артём"]);
  assert.deepEqual(namesFor("марʼ", people, 6), ["Мар'яна"]);
});

test("part of a longer word, of an address or of a mail address is no mention", () => {
  assert.deepEqual(found("@Anna @Ann2 @Ann_b @Оляна @דנהה bob@Ann https://x.org/@Ann @@Ann @nobody @"), []);
});

test("only the reader's own name is theirs", () => {
  assert.ok(mentions.isOfMe("ว่าไง @น้อย"));
  assert.ok(!mentions.isOfMe("@Ann @Оля"));
  assert.ok(createMentions([], "BOB").isOfMe("hey @bob"));
  assert.ok(!createMentions([], undefined).isOfMe("hey @bob"));
});

test("no letter of any text is lost, whatever people are called", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 })), fc.string(), (called, text) => {
      const whole = [text, ...called.map((name) => `@${name}`)].join(" ");
      const pieces = createMentions(called, called[0]).split(whole);
      assert.equal(pieces.map((piece) => (typeof piece === "string" ? piece : piece.text)).join(""), whole);
    }),
  );
});

test("a mention is begun by @ at the beginning of a word, and completed from the first word or a later one", () => {
  assert.deepEqual(begunMention("hi @ann l", 9), { from: 3, begun: "ann l" });
  assert.deepEqual(begunMention("สวัสดี@น้", 9), { from: 6, begun: "น้" });
  assert.equal(begunMention("mail@ann", 8), undefined);
  assert.equal(begunMention("@ann\nnext", 9), undefined);
  assert.deepEqual(begunMention("@", 1), { from: 0, begun: "" });
  assert.deepEqual(namesFor("ann", names, 6), ["Ann", "Ann Lee"]);
  assert.deepEqual(namesFor("sal", names, 6), ["🦊 Sally"]);
  assert.deepEqual(namesFor("О", names, 6), ["Оля"]);
  assert.deepEqual(namesFor("", names, 2), ["Ann", "Ann Lee"]);
  assert.deepEqual(namesFor("Ann ", ["Ann"], 6), []);
});
