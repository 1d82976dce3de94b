import { createHash } from "node:crypto";
import { parseDisplayName } from "../../protocol/names.ts";
import { isBlank } from "../../protocol/text.ts";
import { parseTranscript, type TranscriptFlaw, transcriptHead } from "../../protocol/transcript.ts";
import type { TransferFormat } from "./formats.ts";

/** A message as it is imported. */
export interface ImportRecord {
  readonly id: string;
  readonly user: { readonly id: string; readonly name: string };
  readonly text: string;
  /** RFC 3339. */
  readonly ts: string;
  readonly reply_to?: string;
}

/** Why something in a file is no message: as in a transcript, no JSON, no message's JSON, a bad name, nothing said. */
export type RecordFlaw = TranscriptFlaw | "json" | "fields" | "name" | "empty";

/** `line` counts from 1: lines of the file, in `json` messages. */
export type ReadRecord =
  | { readonly ok: true; readonly line: number; readonly record: ImportRecord }
  | { readonly ok: false; readonly line: number; readonly flaw: RecordFlaw };

const digest = (of: unknown): Buffer => createHash("sha256").update(JSON.stringify(of)).digest();

/** Somebody of whom only the name is known: always the same one for the same name. */
const userNamed = (name: string) => ({ id: `u_${digest(["user", name]).toString("hex").slice(0, 20)}`, name });

/**
 * Ids for messages that have none, by what they say: the same file gives the same ids again, so that importing it twice
 * stores it once. The same words in the same second are told apart by their number. [S1]
 */
function idsByContent(): (head: string, text: string) => string {
  const seen = new Map<string, number>();
  return (head, text) => {
    const content = digest([head, text]).toString("base64url");
    const number = seen.get(content) ?? 0;
    seen.set(content, number + 1);
    return digest(["message", content, number]).toString("base64url").slice(0, 22);
  };
}

/** What a file most likely is, by how it begins: a transcript's `[` is followed by a year. */
export function formatOf(content: Uint8Array): TransferFormat {
  const start = new TextDecoder().decode(content.subarray(0, 1024)).trimStart();
  if (start.startsWith("{")) return "ndjson";
  return /^\[\s*([{\]]|$)/.test(start) ? "json" : "txt";
}

/** Reads the messages of a file, in its order, and says of everything else what is wrong with it. */
export function readRecords(content: Uint8Array, format: TransferFormat): Generator<ReadRecord> {
  if (format === "txt") return transcriptRecords(content);
  return jsonRecords(format === "ndjson" ? ndjsonValues(content) : jsonValues(content));
}

function* transcriptRecords(content: Uint8Array): Generator<ReadRecord> {
  const idFor = idsByContent();
  for (const piece of parseTranscript(linesOf(content))) {
    if (!piece.ok) {
      yield piece;
      continue;
    }
    const { line, at, text } = piece;
    const name = parseDisplayName(piece.name);
    if (!name.ok) yield { ok: false, line, flaw: "name" };
    else if (isBlank(text)) yield { ok: false, line, flaw: "empty" };
    else {
      const user = userNamed(name.value);
      const id = idFor(transcriptHead({ ts: at, user }), text);
      yield { ok: true, line, record: { id, user, text, ts: new Date(at).toISOString() } };
    }
  }
}

function* jsonRecords(values: Iterable<unknown>): Generator<ReadRecord> {
  const idFor = idsByContent();
  let line = 0;
  for (const value of values) {
    line++;
    if (value === nothing) continue;
    if (value === broken) {
      yield { ok: false, line, flaw: "json" };
      continue;
    }
    const record = recordOf(value, idFor);
    yield record ? { ok: true, line, record } : { ok: false, line, flaw: "fields" };
  }
}

const broken = Symbol("broken");
const nothing = Symbol("nothing");

/** Lines without their ends and without a byte order mark; `undefined` for one that is not UTF-8. */
function* linesOf(content: Uint8Array): Generator<string | undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let start = 0; start < content.length; ) {
    const found = content.indexOf(0x0a, start);
    const end = found === -1 ? content.length : found;
    try {
      yield decoder.decode(content.subarray(start, end)).replace(/\r$/, "");
    } catch {
      yield undefined;
    }
    start = end + 1;
  }
}

function* ndjsonValues(content: Uint8Array): Generator<unknown> {
  for (const line of linesOf(content)) yield line?.trim() === "" ? nothing : parseJson(line);
}

function* jsonValues(content: Uint8Array): Generator<unknown> {
  let value: unknown = broken;
  try {
    value = parseJson(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch {
    // What is not UTF-8 is not JSON either. RFC 8259 §8.1
  }
  if (Array.isArray(value)) yield* value;
  else yield value;
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? broken : JSON.parse(text);
  } catch {
    return broken;
  }
}

/** A message's JSON, with an id and an author's id if it has none; whether its fields are good is the server's to judge. */
function recordOf(value: unknown, idFor: (head: string, text: string) => string): ImportRecord | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { type = "message", id, user, text, ts, reply_to } = value as Readonly<Record<string, unknown>>;
  if (type !== "message" || typeof text !== "string" || typeof ts !== "string") return undefined;
  if (typeof user !== "object" || user === null) return undefined;
  const author = user as Readonly<Record<string, unknown>>;
  const { name } = author;
  if (typeof name !== "string") return undefined;
  return {
    id: typeof id === "string" ? id : idFor(`${ts} ${name}`, text),
    user: typeof author["id"] === "string" ? { id: author["id"], name } : userNamed(name),
    text,
    ts,
    ...(typeof reply_to === "string" && { reply_to }),
  };
}
