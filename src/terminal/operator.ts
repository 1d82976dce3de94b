import { createInterface } from "node:readline";
import { terminalWords } from "../locales/terminal.ts";
import type { Language } from "../locales/words.ts";
import { nothingKnown } from "./completion.ts";
import { hasPrompt, Prompt } from "./prompt.ts";

/** What of the process the server's terminal uses. */
type ServerTerminal = Pick<NodeJS.Process, "stdin" | "stdout" | "env">;

/** Where the operator reads what happens, and types. */
export interface OperatorScreen {
  /** Prints a line, above the prompt where there is one. */
  print(line: string): void;
  /** From now on lines can be typed. */
  open(onLine: (line: string) => void): void;
  /** Takes the prompt away and gives the keyboard back. What is printed after that is printed all the same. */
  close(): void;
}

export interface OperatorScreenOptions {
  readonly terminal: ServerTerminal;
  readonly language: Language;
  /** Whether to read lines where nobody sits: from a pipe or a file. */
  readonly console: boolean;
  /** Ctrl+C was pressed at the prompt. */
  readonly onLeave: () => void;
}

/** A prompt at a terminal; where there is none, lines of standard input if that was asked for, else nothing. */
export function createOperatorScreen({ terminal, language, console, onLeave }: OperatorScreenOptions): OperatorScreen {
  const { stdin, stdout } = terminal;
  const print = (line: string) => void stdout.write(`${line}\n`);
  if (hasPrompt(terminal)) {
    let take = (_line: string) => {};
    const prompt = new Prompt({
      input: stdin,
      output: stdout,
      known: () => nothingKnown,
      onLine: (line) => take(line),
      onEdit: () => {},
      onLeave,
      // A key too easily pressed to end everybody's chat.
      onEnd: () => {},
    });
    return {
      print: (line) => prompt.print(line),
      open(onLine) {
        take = onLine;
        prompt.start(terminalWords[language]("server.prompt"));
      },
      close: () => prompt.stop(),
    };
  }
  const isSeated = stdin.isTTY && stdout.isTTY;
  if (!isSeated && !console) return { print, open: () => {}, close: () => {} };
  let close = () => {};
  return {
    print,
    open(onLine) {
      const lines = createInterface({ input: stdin, terminal: false, crlfDelay: Number.POSITIVE_INFINITY });
      lines.on("line", onLine);
      close = () => lines.close();
    },
    close: () => close(),
  };
}
