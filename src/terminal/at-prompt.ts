import { terminalWords } from "../locales/terminal.ts";
import { oneLine } from "../protocol/text.ts";
import { asTyped } from "./as-typed.ts";
import { parseInput } from "./commands.ts";
import type { Conversation } from "./conversation.ts";
import { Prompt } from "./prompt.ts";
import { type ChatSession, ended, part } from "./session.ts";

/** Somebody sits at a terminal: a prompt that nothing garbles, commands, who is typing. */
export async function talkAtPrompt({ client, talk, converse, left, leave, terminal }: ChatSession): Promise<boolean> {
  const speak = terminalWords[talk.language];
  const label = speak("prompt");
  const prompt: Prompt = new Prompt({
    input: terminal.stdin,
    output: terminal.stdout,
    known: () => conversation.known,
    onEdit: (text) => conversation.write(text),
    onLeave: leave,
    onEnd: leave,
    onLine: (line) => {
      const input = parseInput(line);
      if (input.kind === "quit") leave();
      else conversation.do(input);
    },
  });
  const conversation: Conversation = converse({
    print: (line) => prompt.print(line),
    showRoom: (room) => prompt.setLabel(room === undefined ? label : `[${oneLine(room)}] ${label}`),
    showTyping: (text) => prompt.setStatus(text),
  });
  prompt.start(label);
  try {
    conversation.enter(talk.room);
    const code = await Promise.race([left, ended(client)]);
    if (code !== undefined) prompt.print(speak("line.ended", { code: String(code) }));
    else await part(client, conversation.unsent);
    const { unsent } = conversation;
    for (const { message } of unsent) prompt.print(speak("message.unsent", { text: asTyped(message) }));
    if (code === undefined) prompt.print(speak("exiting"));
    return code === undefined && unsent.length === 0;
  } finally {
    conversation.end();
    prompt.stop();
  }
}
