import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { Draft, PageRequest } from "../core/ports.ts";
import type { RoomName } from "../protocol/ids.ts";
import { type AccountQuestion, accountWrites, SqliteAccounts } from "./sqlite-accounts.ts";
import { SqliteLog } from "./sqlite-log.ts";
import { isPassing, openDatabase, tokenKey } from "./sqlite-open.ts";

/** What the store asks of its worker; answered in the same order. */
export type WorkerRequest =
  | { readonly do: "openRoom"; readonly room: RoomName }
  | { readonly do: "findRoom"; readonly room: RoomName }
  | { readonly do: "heads"; readonly rooms: readonly RoomName[] }
  | { readonly do: "rooms" }
  | { readonly do: "append"; readonly drafts: readonly Draft[] }
  | { readonly do: "read"; readonly room: RoomName; readonly request: PageRequest }
  | { readonly do: "tokenKey" }
  | { readonly do: "accounts"; readonly question: AccountQuestion }
  | { readonly do: "close" };

export type WorkerAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string; readonly fatal: boolean };

/** The first thing that the worker says: whether the database could be opened. */
export type WorkerGreeting = { readonly ready: true } | { readonly ready: false; readonly message: string };

function serve(port: MessagePort, file: string): void {
  const db = openDatabase(file);
  const log = new SqliteLog(db);
  const accounts = new SqliteAccounts(db);

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
      case "tokenKey":
        return tokenKey(db);
      case "accounts":
        return accounts.answer(request.question);
      case "close":
        return db.close();
    }
  };

  port.on("message", (request: WorkerRequest) => {
    let answer: WorkerAnswer;
    try {
      answer = { ok: true, value: carryOut(request) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      // Whether a commit that failed for another reason reached the disk cannot be known. [L3]
      answer = { ok: false, message, fatal: isWrite(request) && !isPassing(error) };
    }
    port.postMessage(answer);
    if (request.do === "close") port.close();
  });
}

function isWrite(request: WorkerRequest): boolean {
  if (request.do === "accounts") return accountWrites.has(request.question.ask);
  return request.do === "append" || request.do === "openRoom";
}

if (parentPort) {
  try {
    serve(parentPort, (workerData as { file: string }).file);
    parentPort.postMessage({ ready: true } satisfies WorkerGreeting);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    parentPort.postMessage({ ready: false, message } satisfies WorkerGreeting);
    parentPort.close();
  }
}
