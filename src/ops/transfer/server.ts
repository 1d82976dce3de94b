import { doctorWords } from "../../locales/doctor.ts";
import { terminalWords } from "../../locales/terminal.ts";
import type { Language } from "../../locales/words.ts";
import type { RoomName } from "../../protocol/ids.ts";
import type { MessageFrame } from "../../protocol/server-frames.ts";
import { oneLine } from "../../protocol/text.ts";
import { keyHeaders } from "../key-headers.ts";
import type { ImportRecord } from "./records.ts";

/** A room on a server that is running. */
export interface RoomThere {
  /** An http or https URL without a slash at its end. */
  readonly server: string;
  readonly room: RoomName;
  /** The server's access key. [D6] */
  readonly key: string | undefined;
  /** In which the server explains a refusal. */
  readonly language: Language;
}

/** The server said no; `message` is why, in its words. */
export class TransferRefused extends Error {
  override readonly name = "TransferRefused";
}

/** Nobody answers at this address. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

async function ask<T>({ language, key }: RoomThere, url: string, request: RequestInit = {}): Promise<T> {
  let answer: Response;
  let body: unknown;
  try {
    answer = await fetch(url, {
      ...request,
      headers: { "accept-language": language, "content-type": "application/json", ...keyHeaders(key) },
    });
    body = await answer.json();
  } catch (error) {
    throw new Unreachable(url, { cause: error });
  }
  if (answer.ok) return body as T;
  const { code, detail } = body as { code?: unknown; detail?: unknown };
  // The server does not know by what its key is given here. [D6]
  if (code === "key_required") throw new TransferRefused(doctorWords[language]("key_required"));
  throw new TransferRefused(typeof detail === "string" ? oneLine(detail) : `${answer.status} ${answer.statusText}`);
}

interface Page {
  readonly messages: readonly MessageFrame[];
  readonly next: string;
  readonly more: boolean;
  readonly reset: boolean;
}

/** Everything that was said in a room, oldest first, a page at a time. */
export async function* readRoom(there: RoomThere, signal: AbortSignal): AsyncGenerator<readonly MessageFrame[]> {
  const messages = `${there.server}/rooms/${encodeURIComponent(there.room)}/messages`;
  let after = "0";
  for (;;) {
    const page: Page = await ask(there, `${messages}?limit=1000&after=${after}`, { signal });
    // Pages of two lives of a log are no history. [L4]
    if (page.reset) throw new TransferRefused(terminalWords[there.language]("export.replaced", { room: there.room }));
    yield page.messages;
    if (!page.more) return;
    after = page.next;
  }
}

/** What became of messages that were sent to be imported; those refused by their index, with the server's reason. */
export interface Imported {
  readonly stored: number;
  readonly known: number;
  readonly refused: readonly { readonly index: number; readonly message: string }[];
}

/** Puts messages into a room as they were. */
export function importInto(there: RoomThere, messages: readonly ImportRecord[]): Promise<Imported> {
  return ask(there, `${there.server}/api/v1/import/${encodeURIComponent(there.room)}`, {
    method: "POST",
    body: JSON.stringify({ messages }),
  });
}
