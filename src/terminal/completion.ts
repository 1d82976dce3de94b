import { fold } from "../protocol/search-text.ts";
import { commands } from "./commands.ts";
import { emojiNames } from "./emoji.ts";

/** What Tab can complete to. */
export interface Known {
  readonly names: readonly string[];
  readonly rooms: readonly string[];
  /** What this person said, the last one first, and the topic: each can be taken up again. */
  readonly own: readonly string[];
  readonly topic: string;
}

/** There is nothing but commands. */
export const nothingKnown: Known = { names: [], rooms: [], own: [], topic: "" };

export interface Completion {
  /** The text before the cursor, with what could be completed. */
  readonly text: string;
  /** What it could still become, when it could be several things. */
  readonly candidates: readonly string[];
}

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

const roomsOrNames = (ahead: string, { rooms, names }: Known): readonly string[] =>
  /^\s*\/(join|leave)\s+$/i.test(ahead) ? rooms : names;

/** What is there already of what is about to be written anew. */
function writtenBefore(before: string, { own, topic }: Known): string | undefined {
  const [, back = "1"] = /^\s*\/edit\s+(?:(\d{1,3})\s+)?$/i.exec(before) ?? ["", "0"];
  return /^\s*\/topic\s+$/i.test(before) ? topic : own[Number(back) - 1];
}

/**
 * Completes the last word before the cursor: a command, the room after `/join` and `/leave`, an emoji's name after
 * `/react`, or a name; after `/edit` and `/topic`, what is to be written anew.
 */
export function complete(before: string, known: Known): Completion {
  const written = writtenBefore(before, known);
  if (written !== undefined) return { text: before + written, candidates: [] };
  const word = /\S*$/.exec(before)?.[0] ?? "";
  const ahead = before.slice(0, before.length - word.length);
  const first = ahead.trim() === "";
  const isCommand = first && word.startsWith("/") && !word.startsWith("//");
  const isReaction = /^\s*\/react\s+$/i.test(ahead);
  const choices = isCommand ? commands : isReaction ? Object.keys(emojiNames) : roomsOrNames(ahead, known);
  const candidates = word === "" && !isReaction ? [] : choices.filter((choice) => fold(choice).startsWith(fold(word)));
  const [only] = candidates;
  if (only === undefined) return { text: before, candidates: [] };
  // A name that begins the line addresses its owner.
  const after = first && !isCommand ? ", " : " ";
  if (candidates.length === 1) return { text: ahead + only + after, candidates: [] };
  const start = commonStart(candidates);
  return { text: ahead + (start.length > word.length ? start : word), candidates };
}
