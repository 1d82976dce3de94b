import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { terminalWords } from "../locales/terminal.ts";
import type { Language } from "../locales/words.ts";
import { printable } from "../protocol/text.ts";
import type { BareAddress } from "./bare-address.ts";
import { type BareLine, dial, Unreachable } from "./bare-line.ts";
import { nothingKnown } from "./completion.ts";
import { hasPrompt, Prompt } from "./prompt.ts";
import { concealed } from "./secrets.ts";
import type { Terminal } from "./session.ts";

/** How long a server is listened to after its last word, once there is no more to send. */
const partingMs = 1_000;

/**
 * `parlance chat --plain` and `--tcp`: bare text with any server. What comes is shown and what is typed is sent, as it
 * is; nobody acknowledges it, so that what a broken line loses is not sent again. Resolves when it is over: whether the
 * person or the end of the input ended it, and not the server.
 */
export async function runBare(address: BareAddress, language: Language, terminal: Terminal): Promise<boolean> {
  const { stdin, stdout, stderr } = terminal;
  const speak = terminalWords[language];
  const left = Promise.withResolvers<"left">();
  const leave = () => left.resolve("left");
  terminal.on("SIGINT", leave);
  // Whoever read the output is gone: there is nobody left to listen for.
  stdout.on("error", leave);
  const over = Promise.withResolvers<{ readonly code: number | undefined }>();
  let heard = 0;
  let line: BareLine | undefined;

  function send(text: string): void {
    if (text.trim().toLowerCase() === "exit") return leave();
    print(speak("prompt") + printable(concealed(text, "").before));
    void line?.send(text);
  }

  const prompt = hasPrompt(terminal)
    ? new Prompt({
        input: stdin,
        output: stdout,
        known: () => nothingKnown,
        onEdit: () => {},
        onLine: send,
        onLeave: leave,
        onEnd: leave,
      })
    : undefined;
  const print = (row: string) => void (prompt ? prompt.print(row) : stdout.write(`${row}\n`));

  /** Sends the lines of a pipe no faster than they are taken. Of a terminal without a cursor, `exit` leaves. */
  async function sendLines(): Promise<"left"> {
    const lines = createInterface({ input: stdin, terminal: false, crlfDelay: Number.POSITIVE_INFINITY });
    for await (const text of lines) {
      if (stdin.isTTY && text.trim().toLowerCase() === "exit") break;
      await line?.send(text);
    }
    // Who closes a WebSocket is not answered any more: it has no end for one side alone. RFC 6455 §5.5.1
    if ("url" in address) await hear();
    return "left";
  }

  /** Resolves when the server has fallen silent, or is gone. */
  async function hear(): Promise<void> {
    for (let before = -1; before !== heard; ) {
      before = heard;
      await Promise.race([over.promise, sleep(partingMs)]);
    }
  }

  /** Ends the line, and hears what the server still says: for a moment only, if somebody wants to leave. */
  async function part(): Promise<void> {
    line?.end();
    await Promise.race([hear(), left.promise.then(() => sleep(partingMs))]);
    line?.cut();
  }

  try {
    print(speak("connecting", { url: "url" in address ? address.url : `${address.host}:${address.port}` }));
    const dialled = await Promise.race([
      left.promise,
      dial(address, {
        opened: () => print(speak("connected")),
        said(text) {
          heard++;
          for (const row of printable(text).split("\n")) print(row);
        },
        ended: (code) => over.resolve({ code }),
      }),
    ]);
    if (dialled !== "left") {
      line = dialled;
      prompt?.start(speak("prompt"));
      const sent = prompt ? left.promise : Promise.race([left.promise, sendLines()]);
      const outcome = await Promise.race([sent, over.promise]);
      if (outcome !== "left") {
        const { code } = outcome;
        const text = code === undefined ? speak("line.closed") : speak("line.ended", { code: `${code}` });
        if (prompt) prompt.print(text);
        else stderr.write(`${text}\n`);
        return false;
      }
      await part();
    }
    if (stdin.isTTY) print(speak("exiting"));
    return true;
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    const { status } = error;
    stderr.write(
      `${status === undefined ? speak("connect.failed") : speak("connect.refused", { code: `${status}` })}\n`,
    );
    return false;
  } finally {
    prompt?.stop();
    terminal.off("SIGINT", leave);
    stdout.off("error", leave);
  }
}
