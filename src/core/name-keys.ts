import { confusables } from "./confusables.ts";

/** What two display names must not share while both are in use; made by {@link nameKeys}. */
export type NameKey = string & { readonly brand: "NameKey" };

// Small capitals, which Unicode's table has apart from capitals: `ʙ` is what Cyrillic `в` looks like.
const smallCapitals = "ᴀʙᴅᴇꜰɢʜᴊĸʟʍɴᴘʀᴛ";
const theirLetters = "abdefghjklmnprt";

// To who reads Thai, `ด` and `ต` are as different as `c` and `e`: แดง and แตง are two people.
const thaiConsonant = /^[\u0e01-\u0e2e]$/;

/** What each character looks like: Unicode's table, small capitals as letters, and Thai consonants as themselves. */
function readLookalikes(): ReadonlyMap<string, string> {
  const characters = (codes: string) =>
    codes.replaceAll(/\+?([0-9a-f]+)/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)));
  const lookalikes = new Map([...smallCapitals].map((letter, index) => [letter, theirLetters[index] ?? letter]));
  for (const group of confusables.trim().split(/;\s*/)) {
    const [prototype = "", alike = ""] = group.split("<").map(characters);
    for (const character of alike.replaceAll(/\s/g, "")) {
      if (!thaiConsonant.test(character) || !thaiConsonant.test(prototype)) lookalikes.set(character, prototype);
    }
  }
  return lookalikes;
}

const lookalikes = readLookalikes();

/** A text as it looks: the skeleton of UTS #39, after compatibility decomposition. */
function skeleton(text: string): string {
  let looks = "";
  for (const character of text.normalize("NFKD").replace(/\p{Default_Ignorable_Code_Point}/gu, "")) {
    looks += lookalikes.get(character) ?? character;
  }
  return looks.normalize("NFKD");
}

const fold = (text: string): string => text.normalize("NFKC").toUpperCase().toLowerCase();

/** The skeleton in lower case, and of that again the skeleton, until nothing changes any more. */
function settled(text: string): string {
  for (let before = skeleton(text); ; ) {
    const after = skeleton(fold(before)).replace(/\s+/gu, " ").trim();
    if (after === before) return after;
    before = after;
  }
}

/**
 * The keys of a display name: two names that share one are not in use at the same time. They are how the name looks
 * as it is written, in lower case and in capitals, by the skeleton of UTS #39, without case: `аdmin` in part Cyrillic
 * has a key of `admin`. More than one, because Greek `ν` looks like v and its capital like N. Often they are the same.
 */
export const nameKeys = (name: string): readonly NameKey[] => {
  const composed = name.normalize("NFKC");
  const forms = new Set([composed, fold(composed), fold(composed).toUpperCase()]);
  return [...new Set([...forms].map((form) => settled(form) as NameKey))];
};

// `m` looks like rn, 1 like l, 0 like o.
const looksOfGenerated = /^user_(?:rn|[a-z]){6}[lo2-9]{2}$/;

/** Whether a name with these keys has the form of the generated ones, or would be taken for one that has. */
export const looksGenerated = (keys: readonly NameKey[]): boolean => keys.some((key) => looksOfGenerated.test(key));
