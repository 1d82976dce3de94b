import { statSync } from "node:fs";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { Draft, PageRequest, SearchRequest } from "../core/ports.ts";
import type { RoomName } from "../protocol/ids.ts";
import { Searcher } from "./search/searcher.ts";
import { type AccountQuestion, accountEffects, SqliteAccounts } from "./sqlite-accounts.ts";
import { type DirectoryQuestion, directoryEffects, SqliteDirectory } from "./sqlite-directory.ts";
import { isPassing, messageOf, resultCode, whyRefused } from "./sqlite-errors.ts";
import { SqliteLog } from "./sqlite-log.ts";
import { openDatabase, tokenKey } from "./sqlite-open.ts";
import { SqliteSearchRows } from "./sqlite-search-rows.ts";

/** What the store asks of its worker; done in the same order, but for searches, which may take longer. */
export type WorkerQuestion =
  | { readonly do: "openRoom"; readonly room: RoomName }
  | { readonly do: "findRoom"; readonly room: RoomName }
  | { readonly do: "heads"; readonly rooms: readonly RoomName[] }
  | { readonly do: "rooms" }
  | { readonly do: "append"; readonly drafts: readonly Draft[] }
  | { readonly do: "read"; readonly room: RoomName; readonly request: PageRequest }
  | { readonly do: "search"; readonly request: SearchRequest }
  | { readonly do: "tokenKey" }
  | { readonly do: "accounts"; readonly question: AccountQuestion }
  | { readonly do: "directory"; readonly question: DirectoryQuestion }
  | { readonly do: "close" };

/** A question with its number, which the answer has too. */
export type WorkerRequest = WorkerQuestion & { readonly number: number };

export type WorkerAnswer = { readonly number: number } & (
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string; readonly fatal: boolean }
);

/** The first thing that the worker says: whether the database could be opened. */
export type WorkerGreeting = { readonly ready: true } | { readonly ready: false; readonly message: string };

/**
 * How long after something was asked search is brought up to date, and how long that rests while more is asked. Whoever
 * searches waits for neither: sooner would only be an awakening for every message.
 */
const searchWaitMs = 500;
const searchRestMs = 30;

function serve(port: MessagePort, file: string): void {
  const db = openDatabase(file);
  const log = new SqliteLog(db);
  const accounts = new SqliteAccounts(db);
  const searcher = new Searcher({
    rows: (pause) => new SqliteSearchRows(db, log, pause),
    waitMs: searchWaitMs,
    restMs: searchRestMs,
    isShared: false,
    isRefusal: (error) => resultCode(error) !== undefined,
  });
  const directory = new SqliteDirectory(db);

  const carryOut = (request: WorkerRequest): unknown => {
    switch (request.do) {
      case "openRoom":
        return log.openRoom(request.room);
      case "findRoom":
        return log.findRoom(request.room);
      case "heads":
        return log.heads(request.rooms);
      case "rooms":
        return log.rooms();
      case "append":
        return log.append(request.drafts);
      case "read":
        return log.read(request.room, request.request);
      case "search":
        return searcher.search(request.request);
      case "tokenKey":
        return tokenKey(db);
      case "accounts":
        return accounts.answer(request.question);
      case "directory":
        return directory.answer(request.question);
      case "close":
        return searcher.stop().then(() => db.close());
    }
  };

  const answer = (said: WorkerAnswer) => port.postMessage(said);
  const refuse = (error: unknown, request: WorkerRequest) => {
    const message = whyRefused(error, file);
    // Whether a commit that failed for another reason reached the disk cannot be known. [L3]
    answer({ number: request.number, ok: false, message, fatal: isWrite(request) && !isPassing(error) });
  };

  port.on("message", (request: WorkerRequest) => {
    const { number } = request;
    try {
      const value = carryOut(request);
      // The system lets a file be written that has no name any more, and throws it away at the end of the process. [L2]
      if (isWrite(request) && isGone(file)) throw new Error(`${file} was removed or moved away while the server ran`);
      if (!(value instanceof Promise)) answer({ number, ok: true, value });
      else {
        value
          .then((later) => answer({ number, ok: true, value: later }))
          .catch((error: unknown) => refuse(error, request))
          .finally(() => request.do === "close" && port.close());
        return;
      }
    } catch (error) {
      refuse(error, request);
    }
    searcher.wake();
  });
  // A database that was there before search was, or that was stopped in the middle, is caught up with.
  searcher.wake();
}

/** Whether nothing is under this name any more. What cannot be told is not. */
function isGone(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

function isWrite(request: WorkerRequest): boolean {
  if (request.do === "accounts") return accountEffects[request.question.ask] === "writes";
  if (request.do === "directory") return directoryEffects[request.question.ask] === "writes";
  return request.do === "append" || request.do === "openRoom";
}

if (parentPort) {
  try {
    serve(parentPort, (workerData as { file: string }).file);
    parentPort.postMessage({ ready: true } satisfies WorkerGreeting);
  } catch (error) {
    parentPort.postMessage({ ready: false, message: messageOf(error) } satisfies WorkerGreeting);
    parentPort.close();
  }
}
