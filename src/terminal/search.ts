import type { TerminalSpeak } from "../locales/terminal.ts";
import { searchWords } from "../protocol/search-text.ts";
import type { Client } from "../sdk/index.ts";
import type { Printer } from "./printer.ts";
import { problemLine } from "./problem.ts";

export interface SearchOptions {
  readonly client: Client;
  readonly printer: Printer;
  readonly speak: TerminalSpeak;
  readonly print: (line: string) => void;
}

/** Prints what was said in any room that has these words, the newest last. */
export async function printFound(text: string, { client, printer, speak, print }: SearchOptions): Promise<void> {
  try {
    const { messages, next } = await client.search(text);
    if (next !== undefined) print(speak("search.more"));
    for (const message of messages.toReversed()) printer.found(message, searchWords(text));
    if (messages.length === 0 && next === undefined) print(speak("search.none"));
  } catch (error) {
    print(problemLine(error, speak, "history.failed"));
  }
}
