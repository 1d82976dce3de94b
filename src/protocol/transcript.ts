import { printable } from "./text.ts";

const two = (number: number): string => String(number).padStart(2, "0");

/** What a transcript keeps of a message: by whom, when to the second, and its text. */
interface Said {
  readonly user: { readonly name: string };
  readonly text: string;
  /** RFC 3339, or milliseconds since 1970. */
  readonly ts: string | number;
}

/** `[2025-11-19 23:46:36] Ann: `, in local time. */
export function transcriptHead({ ts, user }: Omit<Said, "text">): string {
  const at = new Date(ts);
  const date = `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `[${date} ${time}] ${user.name}: `;
}

/**
 * A message in a transcript, with the line break that ends it: `[2025-11-19 23:46:36] Ann: hi`. A line break within
 * the text, of whatever kind, is followed by a tab, so that no text can forge a line of somebody else's. [T1] [D4]
 */
export const transcriptEntry = (message: Said): string =>
  `${transcriptHead(message)}${printable(message.text).replaceAll("\n", "\n\t")}\n`;

/** Why a line of a transcript is none: not of the form, no such time, a tab after nothing, not UTF-8. */
export type TranscriptFlaw = "form" | "time" | "continuation" | "encoding";

export type TranscriptPiece =
  | { readonly ok: true; readonly line: number; readonly name: string; readonly at: number; readonly text: string }
  | { readonly ok: false; readonly line: number; readonly flaw: TranscriptFlaw };

const form = /^\[(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\] ([^:]+): ?(.*)$/su;

/** Milliseconds since 1970 of a local time; `undefined` for one that no calendar has. */
function localTime(fields: readonly string[]): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = fields.map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (year < 1970 || !exists || hour > 23 || minute > 59 || second > 59) return undefined;
  return new Date(year, month - 1, day, hour, minute, second).getTime();
}

/**
 * Reads the lines of a transcript, without their ends; `undefined` is a line that is not UTF-8. Every line is part of
 * one piece: a message, or what is wrong with it. Lines count from 1. [T1]
 */
export function* parseTranscript(lines: Iterable<string | undefined>): Generator<TranscriptPiece> {
  let open: Extract<TranscriptPiece, { ok: true }> | undefined;
  let line = 0;
  for (const content of lines) {
    line++;
    if (open && content?.startsWith("\t")) {
      open = { ...open, text: `${open.text}\n${content.slice(1)}` };
      continue;
    }
    if (open) yield open;
    const read = readLine(content, line);
    open = read.ok ? read : undefined;
    if (!read.ok) yield read;
  }
  if (open) yield open;
}

function readLine(content: string | undefined, line: number): TranscriptPiece {
  if (content === undefined) return { ok: false, line, flaw: "encoding" };
  if (content.startsWith("\t")) return { ok: false, line, flaw: "continuation" };
  const [, ...fields] = form.exec(content) ?? [];
  if (fields.length === 0) return { ok: false, line, flaw: "form" };
  const [name = "", text = ""] = fields.splice(6);
  const at = localTime(fields);
  return at === undefined ? { ok: false, line, flaw: "time" } : { ok: true, line, name, at, text };
}
