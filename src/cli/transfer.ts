import { createWriteStream, existsSync, fstatSync, realpathSync, statSync } from "node:fs";
import { readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { serverWords } from "../locales/server.ts";
import { terminalWords } from "../locales/terminal.ts";
import type { TransferFormat } from "../ops/transfer/formats.ts";
import {
  exportRoom,
  formatOf,
  importFile,
  type RoomThere,
  type Skipped,
  TransferRefused,
  Unreachable,
} from "../ops/transfer/index.ts";
import { parseTalk } from "../terminal/talk.ts";
import { exitCodes, UsageError } from "./exit.ts";
import { onEndSignals } from "./signals.ts";
import { isSystemError, unlessReaderLeft, unlessSystemError } from "./system-errors.ts";
import { keyFrom, parseLanguage } from "./talk.ts";

export interface TransferFlags {
  readonly server?: string;
  readonly key?: string;
  readonly lang?: string;
  readonly format?: TransferFormat;
}

function parseRoom(roomName: string, flags: TransferFlags): RoomThere {
  const talk = parseTalk({
    roomName,
    key: keyFrom(flags.key),
    language: parseLanguage(flags.lang),
    ...(flags.server !== undefined && { server: flags.server }),
  });
  if (!talk.ok) throw new UsageError(talk.message);
  const { server, room, key, language } = talk.value;
  return { server: server.replace(/^ws/i, "http"), room, key, language };
}

/** `parlance export`: the exit status. A file is there whole, or not at all. */
export async function exportTo(roomName: string, flags: TransferFlags & { readonly out?: string }): Promise<number> {
  const there = parseRoom(roomName, flags);
  const ending = new AbortController();
  const pieces = Readable.from(exportRoom(there, flags.format ?? "txt", ending.signal));
  return explaining(there, async () => {
    if (flags.out === undefined) {
      const { fd } = process.stdout;
      // Of a write that finds too little room on the disk, Node's own standard output forgets the rest, and says nothing.
      if (fstatSync(fd).isFile()) await pipeline(pieces, createWriteStream("", { fd, autoClose: false }));
      // What is wrong with it is told at the end, as for every command.
      else await pipeline(pieces, process.stdout, { end: false }).catch(unlessSystemError);
      return exitCodes.done;
    }
    const folder = dirname(flags.out);
    if (!existsSync(folder)) return complain(there, terminalWords[there.language]("folder.missing", { path: folder }));
    // Into a pipe or a device it is written as it comes: a file would take its place. A link goes on leading to its file.
    if (existsSync(flags.out) && !statSync(flags.out).isFile()) {
      await pipeline(pieces, createWriteStream(flags.out)).catch(unlessReaderLeft);
      return exitCodes.done;
    }
    const file = existsSync(flags.out) ? realpathSync(flags.out) : flags.out;
    const unfinished = `${file}.part`;
    // Who may read what was there may read what takes its place, and nobody else.
    const mode = existsSync(file) ? statSync(file).mode & 0o777 : 0o666;
    onEndSignals({ onFirst: () => ending.abort(), onSecond: (exitCode) => process.exit(exitCode) });
    try {
      await pipeline(pieces, createWriteStream(unfinished, { mode, flush: true }));
      await rename(unfinished, file);
    } catch (error) {
      await rm(unfinished, { force: true });
      if (ending.signal.aborted) return exitCodes.interrupted;
      throw error;
    }
    return exitCodes.done;
  });
}

/** `parlance import`: the exit status; a report of what was skipped goes to standard error, a line each. */
export async function importFrom(file: string, flags: TransferFlags & { readonly room: string }): Promise<number> {
  const there = parseRoom(flags.room, flags);
  const speak = terminalWords[there.language];
  return explaining(there, async () => {
    if (!existsSync(file)) return complain(there, speak("file.missing", { path: file }));
    const content = await readFile(file);
    const format = flags.format ?? formatOf(content);
    const place = format === "json" ? "import.skipped.message" : "import.skipped.line";
    const { stored, known, skipped } = await importFile(there, content, format, (what) => {
      process.stderr.write(`${speak(place, { line: what.line, reason: reasonOf(what, there) })}\n`);
    });
    const room = there.room;
    process.stdout.write(`${speak("import.done", { count: stored, room })}\n`);
    if (known > 0) process.stdout.write(`${speak("import.known", { count: known })}\n`);
    if (skipped > 0) process.stdout.write(`${speak("import.skipped", { count: skipped })}\n`);
    return skipped > 0 && stored + known === 0 ? exitCodes.failed : exitCodes.done;
  });
}

function reasonOf(skipped: Skipped, { language }: RoomThere): string {
  if ("refusal" in skipped) return skipped.refusal;
  switch (skipped.flaw) {
    case "name":
      return serverWords[language]("error.bad_name");
    case "empty":
      return serverWords[language]("error.empty");
    default:
      return terminalWords[language](`import.flaw.${skipped.flaw}`);
  }
}

/** Says in one line why something could not be done, where that is not a bug. */
async function explaining(there: RoomThere, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TransferRefused || isSystemError(error)) return complain(there, error.message);
    if (!(error instanceof Unreachable)) throw error;
    process.stderr.write(`${terminalWords[there.language]("connect.failed")}\n`);
    return exitCodes.failed;
  }
}

function complain({ language }: RoomThere, text: string): number {
  process.stderr.write(`${terminalWords[language]("problem", { text })}\n`);
  return exitCodes.failed;
}
