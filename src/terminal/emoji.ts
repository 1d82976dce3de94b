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
export function parseEmoji(word: string): string | undefined {
  const name = word.replace(/^:(.+):$/, "$1").toLowerCase();
  if (Object.hasOwn(emojiNames, name)) return emojiNames[name];
  // Some keyboards leave out what makes a sign an emoji.
  return [word, `${word}\ufe0f`].find((text) => /^\p{RGI_Emoji}$/v.test(text));
}
