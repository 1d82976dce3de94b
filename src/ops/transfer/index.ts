import { serverWords } from "../../locales/server.ts";
import { importBytes, importLimit } from "../../protocol/limits.ts";
import type { MessageFrame } from "../../protocol/server-frames.ts";
import { oneLine } from "../../protocol/text.ts";
import { transcriptEntry } from "../../protocol/transcript.ts";
import type { TransferFormat } from "./formats.ts";
import { type ImportRecord, type RecordFlaw, readRecords } from "./records.ts";
import { importInto, type RoomThere, readRoom } from "./server.ts";

export { formatOf } from "./records.ts";
export { type RoomThere, TransferRefused, Unreachable } from "./server.ts";

/**
 * A room as text in a format, piece by piece. Rejects with `TransferRefused` or `Unreachable`; with that too once `signal`
 * has ended it. [T4]
 */
export async function* exportRoom(
  there: RoomThere,
  format: TransferFormat,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const { before, each, after } = forms[format];
  let isFirst = true;
  // Nothing is written before the server has answered.
  let opening = before;
  for await (const messages of readRoom(there, signal)) {
    let text = opening;
    for (const message of messages) {
      // Of what was deleted there is nothing to bring along.
      if (message.deleted) continue;
      text += each(message, isFirst);
      isFirst = false;
    }
    opening = "";
    yield text;
  }
  yield after;
}

interface Form {
  readonly before: string;
  each(message: MessageFrame, isFirst: boolean): string;
  readonly after: string;
}

const forms: Readonly<Record<TransferFormat, Form>> = {
  txt: { before: "", each: transcriptEntry, after: "" },
  ndjson: { before: "", each: (message) => `${JSON.stringify(message)}\n`, after: "" },
  json: {
    before: "[",
    each: (message, isFirst) => `${isFirst ? "" : ","}\n${JSON.stringify(message)}`,
    after: "\n]\n",
  },
};

/** Why something in the file was not imported: no message at all, or the reason for which the server refused it. */
export type Skipped = { readonly line: number } & ({ readonly flaw: RecordFlaw } | { readonly refusal: string });

export interface ImportReport {
  readonly stored: number;
  /** Those that were there already. */
  readonly known: number;
  readonly skipped: number;
}

/** A request has more than one message up to so many bytes. */
const requestBytes = 512 * 1024;
/** The request's own, beside its messages. */
const envelopeBytes = JSON.stringify({ messages: [] }).length;

/** Imports a file into a room, telling of everything that is skipped. Rejects with `TransferRefused` or `Unreachable`. */
export async function importFile(
  there: RoomThere,
  content: Uint8Array,
  format: TransferFormat,
  onSkipped: (skipped: Skipped) => void,
): Promise<ImportReport> {
  const report = { stored: 0, known: 0, skipped: 0 };
  const skip = (skipped: Skipped) => {
    report.skipped++;
    onSkipped(skipped);
  };
  let waiting: { readonly line: number; readonly record: ImportRecord }[] = [];
  let bytes = 0;
  const send = async () => {
    if (waiting.length === 0) return;
    const { stored, known, refused } = await importInto(
      there,
      waiting.map(({ record }) => record),
    );
    report.stored += stored;
    report.known += known;
    for (const { index, message } of refused) skip({ line: waiting[index]?.line ?? 0, refusal: oneLine(message) });
    waiting = [];
    bytes = 0;
  };
  for (const read of readRecords(content, format)) {
    if (!read.ok) {
      skip(read);
      continue;
    }
    const size = Buffer.byteLength(JSON.stringify(read.record)) + 1;
    // In a request it would be refused with all others that it has.
    if (envelopeBytes + size > importBytes) {
      skip({ line: read.line, refusal: serverWords[there.language]("error.too_large", { max: importBytes }) });
      continue;
    }
    if (waiting.length === importLimit || bytes + size > requestBytes) await send();
    waiting.push(read);
    bytes += size;
  }
  await send();
  return report;
}
