import { commands } from "./commands.ts";

/** What Tab can complete to. */
export interface Known {
  readonly names: readonly string[];
  readonly rooms: readonly string[];
}

export interface Completion {
  /** The text before the cursor, with what could be completed. */
  readonly text: string;
  /** What it could still become, when it could be several things. */
  readonly candidates: readonly string[];
}

const fold = (text: string) => text.normalize("NFC").toLowerCase();

function commonStart(words: readonly string[]): string {
  const [first = "", ...others] = words;
  // By code points, so that no half of a surrogate pair is left.
  let start = "";
  for (const character of first) {
    if (!others.every((word) => fold(word).startsWith(fold(start + character)))) break;
    start += character;
  }
  return start;
}

/** Completes the last word before the cursor: a command, the room after `/join` and `/leave`, or a name. */
export function complete(before: string, known: Known): Completion {
  const word = /\S*$/.exec(before)?.[0] ?? "";
  const ahead = before.slice(0, before.length - word.length);
  const first = ahead.trim() === "";
  const isCommand = first && word.startsWith("/") && !word.startsWith("//");
  const choices = isCommand ? commands : /^\s*\/(join|leave)\s+$/i.test(ahead) ? known.rooms : known.names;
  const candidates = word === "" ? [] : choices.filter((choice) => fold(choice).startsWith(fold(word)));
  const [only] = candidates;
  if (only === undefined) return { text: before, candidates: [] };
  // A name that begins the line addresses its owner.
  const after = first && !isCommand ? ", " : " ";
  if (candidates.length === 1) return { text: ahead + only + after, candidates: [] };
  const start = commonStart(candidates);
  return { text: ahead + (start.length > word.length ? start : word), candidates };
}
