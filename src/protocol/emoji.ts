/** https://unicode.org/reports/tr51/#def_rgi_set; a browser of some age cannot read it, so that no client loads this. */
const recommended = /^\p{RGI_Emoji}$/v;
/** A sign that is a picture only by the selector after it, unless a skin tone is. */
const plainSign = /(?!\p{Emoji_Presentation})\p{Emoji}(?!\p{Emoji_Modifier})/gu;

/**
 * The one emoji that a text is, as Unicode recommends them for general interchange; `undefined` for anything else.
 * Keyboards leave out the selector U+FE0F, or write one too many: whichever is typed, it is the same emoji.
 */
export function parseEmoji(text: string): string | undefined {
  const qualified = text.replaceAll("\ufe0f", "").replace(plainSign, "$&\ufe0f");
  return recommended.test(qualified) ? qualified : undefined;
}
