import { terminalWords } from "../locales/terminal.ts";
import { oneLine } from "../protocol/text.ts";
import { talkAtPrompt } from "./at-prompt.ts";
import { paintFor } from "./colour.ts";
import { Conversation } from "./conversation.ts";
import { talkInLines } from "./in-lines.ts";
import { Lines } from "./lines.ts";
import { hasPrompt } from "./prompt.ts";
import { explain, reach } from "./reach.ts";
import type { ChatSession, Terminal } from "./session.ts";
import type { Talk } from "./talk.ts";

/**
 * `parlance chat`: at a terminal a prompt and commands; in a pipe each line of standard input is a
 * message and each message a line of standard output. Resolves when it is over: whether it ended
 * well, with everything sent.
 */
export async function runChat(talk: Talk, terminal: Terminal): Promise<boolean> {
  const { stdin, stdout, stderr, env } = terminal;
  const speak = terminalWords[talk.language];
  const print = (line: string) => void stdout.write(`${line}\n`);
  const left = Promise.withResolvers<void>();
  const leave = () => left.resolve();
  terminal.on("SIGINT", leave);
  // Whoever read the output is gone (`parlance chat | head`): there is nobody left to chat for.
  stdout.on("error", leave);
  try {
    print(speak("connecting", { url: talk.server }));
    const reached = await Promise.race([
      left.promise,
      reach(talk, (refusal) => {
        print(speak("problem", { text: explain(refusal, talk) }));
        print(speak("name.other", { name: oneLine(refusal.suggestion ?? "") }));
      }),
    ]);
    if (!reached) {
      print(speak("exiting"));
      return true;
    }
    if (!reached.ok) {
      stderr.write(`${reached.line}\n`);
      return false;
    }
    print(speak("connected"));
    const { client } = reached;
    const lines = new Lines({
      language: talk.language,
      speak,
      paint: paintFor(stdout.isTTY, env),
      lineBreaks: stdout.isTTY ? "set in" : "shown",
    });
    const converse: ChatSession["converse"] = (screen) =>
      new Conversation({ client, talk, lines, screen, typed: stdin.isTTY, now: Date.now });
    const session: ChatSession = { client, talk, converse, left: left.promise, leave, print, terminal };
    try {
      return await (hasPrompt(terminal) ? talkAtPrompt(session) : talkInLines(session));
    } finally {
      client.close();
    }
  } finally {
    terminal.off("SIGINT", leave);
    stdout.off("error", leave);
  }
}
