import { parseEmoji } from "../protocol/emoji.ts";

/** Names for what many keyboards cannot type, as GitHub and others have them. */
export const emojiNames: Readonly<Record<string, string>> = {
  "+1": "👍",
  "-1": "👎",
  heart: "❤️",
  joy: "😂",
  tada: "🎉",
  open_mouth: "😮",
  cry: "😢",
  eyes: "👀",
};

/** The one emoji that a word is or names; `undefined` for anything else. */
export function emojiOf(word: string): string | undefined {
  const name = word.replace(/^:(.+):$/, "$1").toLowerCase();
  return Object.hasOwn(emojiNames, name) ? emojiNames[name] : parseEmoji(word);
}
