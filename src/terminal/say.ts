import { createInterface } from "node:readline";
import { terminalWords } from "../locales/terminal.ts";
import { asTyped } from "./as-typed.ts";
import { deliver } from "./delivery.ts";
import { explain, reach } from "./reach.ts";
import type { Talk } from "./talk.ts";

/** How long a broken line is waited for before what is left counts as not sent: a script must end. */
const patienceMs = 30_000;

/**
 * `parlance say`: sends one message, or with `-` each line of standard input. Resolves once all is
 * settled: whether everything was stored. Says nothing but what went wrong, on standard error.
 */
export async function runSay(
  talk: Talk,
  text: string,
  { stdin, stderr }: Pick<NodeJS.Process, "stdin" | "stderr">,
): Promise<boolean> {
  const speak = terminalWords[talk.language];
  const complain = (line: string) => void stderr.write(`${line}\n`);
  const reached = await reach(talk);
  if (!reached.ok) {
    complain(reached.line);
    return false;
  }
  const { client } = reached;
  let patience: NodeJS.Timeout | undefined;
  client.on("state", ({ at }) => {
    if (at === "waiting") patience ??= setTimeout(() => client.close(), patienceMs);
    if (at === "open") {
      clearTimeout(patience);
      patience = undefined;
    }
  });
  const room = client.join(talk.room, { history: 0 });
  let reasonTold = false;
  room.on("refused", (refusal) => {
    reasonTold = true;
    complain(speak("problem", { text: explain(refusal, talk) }));
    client.close();
  });
  room.on("outgoing", ({ message, state }) => {
    if (state.at !== "refused") return;
    complain(speak("message.refused", { text: asTyped(message), reason: explain(state, talk) }));
  });
  const lines = text === "-" ? createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY }) : [text];
  // A client that is closed has nobody to read for.
  client.on("state", ({ at }) => {
    if (at === "closed" && !Array.isArray(lines)) lines.close();
  });
  const unsent = await deliver(room, lines);
  // Those that were refused have been explained; the others are still in the outbox.
  if (!reasonTold) {
    for (const message of room.outgoing) complain(speak("message.unsent", { text: asTyped(message) }));
  }
  clearTimeout(patience);
  client.close();
  return unsent.length === 0;
}
