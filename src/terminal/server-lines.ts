import { serverWords } from "../locales/server.ts";
import { terminalWords } from "../locales/terminal.ts";
import type { Language } from "../locales/words.ts";
import type { ChatError } from "../protocol/codes.ts";
import { oneLine } from "../protocol/text.ts";

/** What the server's own terminal shows to people. */
export interface ServerLines {
  /** The server is up at these http addresses. */
  running(urls: readonly string[]): void;
  /** It is open to whoever reaches this machine. [D6] */
  unguarded(): void;
  connected(): void;
  disconnected(): void;
  received(text: string): void;
  /** What became of a line of the operator's. */
  broadcast(text: string, clients: number): void;
  refused(error: ChatError): void;
  stopping(): void;
}

/** Writes a line for each thing that happens, in a language; nothing a client sends can steer the terminal. [D4] */
export function createServerLines(language: Language, write: (line: string) => void): ServerLines {
  const speak = terminalWords[language];
  return {
    running(urls) {
      for (const url of urls) write(speak("server.running", { url: url.replace(/^http/, "ws") }));
      for (const url of urls) write(speak("server.page", { url }));
    },
    unguarded: () => write(speak("server.unguarded")),
    connected: () => write(speak("server.connected")),
    disconnected: () => write(speak("server.disconnected")),
    received: (text) => write(speak("server.received", { text: oneLine(text) })),
    broadcast: (text, clients) =>
      write(clients > 0 ? speak("server.broadcast", { text: oneLine(text) }) : speak("server.nobody")),
    refused({ code, params }) {
      if (code !== "empty") write(speak("problem", { text: serverWords[language](`error.${code}`, params) }));
    },
    stopping: () => write(speak("server.stopping")),
  };
}
