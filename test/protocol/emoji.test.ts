import assert from "node:assert/strict";
import { test } from "node:test";
import { parseClientFrame } from "../../src/protocol/client-frames.ts";
import { parseEmoji } from "../../src/protocol/emoji.ts";

const selector = "\ufe0f";

test("Every recommended emoji of one sign is itself, however it is typed, with a skin tone and as a keycap too.", () => {
  let count = 0;
  for (let point = 0; point <= 0x1ffff; point++) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const sign = String.fromCodePoint(point);
    for (const emoji of [
      sign,
      sign + selector,
      `${sign}🏽`,
      `${sign}${selector}\u20e3`,
      `${sign}${selector}\u200d♂${selector}`,
    ]) {
      if (!/^\p{RGI_Emoji}$/v.test(emoji)) continue;
      count++;
      assert.equal(parseEmoji(emoji), emoji);
      assert.equal(parseEmoji(emoji.replaceAll(selector, "")), emoji);
      if ([...emoji].length === 1) assert.equal(parseEmoji(emoji + selector), emoji);
    }
  }
  assert.ok(count > 1_400);
});

test("An emoji of several parts is the same with and without its selectors; what is no emoji, or more than one, is none.", () => {
  for (const emoji of ["👩‍❤️‍💋‍👨", "🏳️‍🌈", "🏴‍☠️", "👁️‍🗨️", "🇺🇦", "🇹🇭", "⛹🏽‍♀️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👨‍👩‍👧‍👦", "#️⃣"]) {
    assert.equal(parseEmoji(emoji), emoji);
    assert.equal(parseEmoji(emoji.replaceAll(selector, "")), emoji);
  }
  for (const text of ["", "a", "1", "#", "👍👍", "👍 ", "ก", "ї", "\u200d", selector, "🇺", "🏽🏽", "❤️".repeat(1_000)]) {
    assert.equal(parseEmoji(text), undefined, text);
  }
});

test("[E1] a reaction counts as what it looks like: ☕️ and ☕, ❤ and ❤️ are one", () => {
  const emojiOf = (emoji: string) => {
    const parsed = parseClientFrame(JSON.stringify({ type: "react", target: "0123456789abcdef", emoji }));
    return parsed.ok ? "emoji" in parsed.value && parsed.value.emoji : parsed.error.code;
  };
  assert.deepEqual(["☕️", "☕", "❤", "❤️", "чай"].map(emojiOf), ["☕", "☕", "❤️", "❤️", "bad_emoji"]);
});
