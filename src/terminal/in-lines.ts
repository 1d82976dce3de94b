import { createInterface } from "node:readline";
import { terminalWords } from "../locales/terminal.ts";
import { asTyped } from "./as-typed.ts";
import { parseInput } from "./commands.ts";
import type { Conversation } from "./conversation.ts";
import { deliver } from "./delivery.ts";
import { type ChatSession, ended, part } from "./session.ts";

/**
 * In a pipe: each line that comes in is a message, whatever it says, and it is over when the input is
 * and everything is acknowledged. On a terminal without a cursor, lines that are typed are commands too.
 */
export async function talkInLines(session: ChatSession): Promise<boolean> {
  const { client, talk, converse, left, print, terminal } = session;
  const speak = terminalWords[talk.language];
  const complain = (line: string) => void terminal.stderr.write(`${line}\n`);
  const conversation = converse({ print, showRoom: () => {}, showTyping: () => {} });
  const { room } = conversation.enter(talk.room);
  const input = createInterface({ input: terminal.stdin, terminal: false, crlfDelay: Number.POSITIVE_INFINITY });
  const over = ended(client);
  const typed = terminal.stdin.isTTY;
  const refused = new Promise<false>((resolve) => {
    if (!typed) room.on("refused", () => resolve(false));
  });
  try {
    const sent = typed ? obey(input, conversation) : deliver(room, input).then((unsent) => unsent.length === 0);
    const outcome = await Promise.race([sent, refused, left.then(() => "left" as const), over]);
    if (typed && typeof outcome !== "number") await part(client, conversation.unsent);
    for (const { message } of conversation.unsent) complain(speak("message.unsent", { text: asTyped(message) }));
    if (typeof outcome === "number") complain(speak("line.ended", { code: String(outcome) }));
    if (outcome === "left" || (typed && outcome === true)) print(speak("exiting"));
    return outcome === true || (outcome === "left" && conversation.unsent.length === 0);
  } finally {
    conversation.end();
    input.close();
  }
}

/** Does what is typed, until it is to leave. */
async function obey(lines: AsyncIterable<string>, conversation: Conversation): Promise<boolean> {
  for await (const line of lines) {
    const input = parseInput(line);
    if (input.kind === "quit") break;
    conversation.do(input);
  }
  return true;
}
