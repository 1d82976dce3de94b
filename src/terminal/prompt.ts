import { emitKeypressEvents } from "node:readline";
import type { ReadStream, WriteStream } from "node:tty";
import { oneLine } from "../protocol/text.ts";
import type { Known } from "./completion.ts";
import { type Key, LineEditor } from "./editor.ts";
import { isInForeground } from "./foreground.ts";
import { concealed } from "./secrets.ts";
import { fitting, fittingEnd, textWidth } from "./width.ts";

const esc = "\u001b";
const up = (rows: number) => (rows > 0 ? `${esc}[${rows}A` : "");
const clearDown = `\r${esc}[J`;
const clearScreen = `${esc}[2J${esc}[H`;
// Without wrapping, a row stays one row even where the terminal counts columns otherwise than we do.
const noWrap = `${esc}[?7l`;
const wrap = `${esc}[?7h`;
const saveCursor = `${esc}7`;
const restoreCursor = `${esc}8`;
const bracketedPaste = { on: `${esc}[?2004h`, off: `${esc}[?2004l` };
/** So many columns are kept for what is typed. */
const typingColumns = 20;
/** Whoever still runs so long after asking to be stopped is not stopped. */
const stoppingMs = 100;

/** What is drawn in the prompt area. */
export interface Area {
  /** Shown above the prompt; `""` for nothing. */
  readonly status: string;
  readonly label: string;
  readonly before: string;
  readonly after: string;
}

/** How many rows an area takes. */
const rowsOf = (area: Area): number => (area.status === "" ? 1 : 2);

/** What of a label is shown: a room's name may be longer than the window is wide, and what is typed must be seen. */
const fittingLabel = (label: string, columns: number): string =>
  fitting(label, Math.max(columns - typingColumns, Math.floor(columns / 4)));

/**
 * The prompt area for a window of so many columns: the status in a row of its own, then label and
 * line in one row, scrolled sideways so that the cursor is seen. The cursor is put where the
 * terminal itself finds the end of what stands before it.
 */
export function renderArea({ status, label, before, after }: Area, columns: number): string {
  const shownLabel = fittingLabel(label, columns);
  const room = Math.max(1, columns - textWidth(shownLabel) - 1);
  const shownBefore = fittingEnd(oneLine(before), room);
  const shownAfter = fitting(oneLine(after), Math.max(0, room - textWidth(shownBefore)));
  const statusRow = status === "" ? "" : `${fitting(oneLine(status), columns - 1)}\n`;
  return `${noWrap}${statusRow}${shownLabel}${shownBefore}${saveCursor}${shownAfter}${restoreCursor}${wrap}`;
}

/** Whether somebody sits at a terminal; one that cannot move its cursor has no place for a prompt. */
export const hasPrompt = ({ stdin, stdout, env }: Pick<NodeJS.Process, "stdin" | "stdout" | "env">): boolean =>
  stdin.isTTY && stdout.isTTY && env["TERM"] !== "dumb";

export interface PromptOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly known: () => Known;
  readonly onLine: (line: string) => void;
  /** Somebody typed, or took back what was typed. */
  readonly onEdit: (text: string) => void;
  /** Ctrl+C. */
  readonly onLeave: () => void;
  /** Ctrl+D where nothing is typed: the end of what will be typed. */
  readonly onEnd: () => void;
}

/**
 * The area at the bottom of a terminal where a line is typed. What is printed goes above it, and
 * the half-typed line stays as it is.
 */
export class Prompt {
  readonly #options: PromptOptions;
  readonly #editor: LineEditor;
  #label = "";
  #status = "";
  #drawn: { readonly area: Area; readonly columns: number } | undefined;
  #waiting: string[] = [];
  #refreshing = false;
  #open = false;
  #unstopped: NodeJS.Timeout | undefined;

  constructor(options: PromptOptions) {
    this.#options = options;
    this.#editor = new LineEditor(options.known);
  }

  /** Takes the keyboard and shows itself, once this process has its terminal. */
  start(label: string): void {
    this.#label = label;
    this.#takeInFront();
  }

  /** Prints a line above the prompt; just so where there is no prompt now. */
  print(line: string): void {
    if (!this.#open) return void this.#options.output.write(`${line}\n`);
    this.#waiting.push(line);
    this.#refresh();
  }

  setLabel(label: string): void {
    this.#label = label;
    this.#refresh();
  }

  setStatus(status: string): void {
    if (status === this.#status) return;
    this.#status = status;
    this.#refresh();
  }

  /** Prints what still waits, takes the prompt away and gives the keyboard back. */
  stop(): void {
    this.#waitNoMore();
    if (this.#open) this.#release();
  }

  readonly #takeInFront = (): void => {
    this.#waitNoMore();
    if (isInForeground()) this.#take();
    else process.once("SIGCONT", this.#takeInFront);
  };

  #waitNoMore(): void {
    process.off("SIGCONT", this.#takeInFront);
    clearTimeout(this.#unstopped);
  }

  #take(): void {
    const { input, output } = this.#options;
    this.#open = true;
    // Whoever listens for keys reads: in the background that would stop this process at the next key for the shell.
    emitKeypressEvents(input);
    input.on("keypress", this.#press);
    output.on("resize", this.#refresh);
    // The window may have another size by now, which only who was in front was told.
    process.emit("SIGWINCH", "SIGWINCH");
    input.setRawMode(true);
    input.resume();
    output.write(bracketedPaste.on);
    this.#refresh();
  }

  #release(): void {
    const { input, output } = this.#options;
    output.write(this.#erased() + this.#taken() + bracketedPaste.off);
    this.#open = false;
    input.off("keypress", this.#press);
    output.off("resize", this.#refresh);
    input.setRawMode(false);
    input.pause();
  }

  readonly #press = (typed: string | undefined, key: Key): void => {
    const effect = this.#editor.press(typed, key);
    switch (effect.kind) {
      case "none":
        return;
      case "edited":
        this.#refresh();
        return this.#options.onEdit(this.#editor.text);
      case "entered":
        this.#refresh();
        return this.#options.onLine(effect.line);
      case "candidates":
        return this.print(effect.candidates.map(oneLine).join("  "));
      case "leave":
        return this.#options.onLeave();
      case "end":
        return this.#options.onEnd();
      case "clear":
        this.#drawn = undefined;
        this.#options.output.write(clearScreen);
        return this.#refresh();
      case "suspend":
        return this.#suspend();
      default:
        return effect satisfies never;
    }
  };

  // As every program that takes the whole keyboard must: the shell gets its terminal back meanwhile.
  #suspend(): void {
    this.#release();
    process.once("SIGCONT", this.#takeInFront);
    // The whole job, as the terminal itself would: a shell that started `npm` knows nothing of this process.
    process.kill(0, "SIGTSTP");
    // Where no shell could continue it (the only program of a window, of ssh), the system stops nothing.
    this.#unstopped = setTimeout(this.#takeInFront, stoppingMs);
  }

  /** Draws again once what is going on now is done: a paste, a page of history are drawn once. */
  readonly #refresh = (): void => {
    if (this.#refreshing || !this.#open) return;
    this.#refreshing = true;
    queueMicrotask(() => {
      this.#refreshing = false;
      if (this.#open) this.#draw();
    });
  };

  #draw(): void {
    const { output } = this.#options;
    const { before, after } = concealed(this.#editor.before, this.#editor.after);
    const area: Area = { status: this.#status, label: this.#label, before, after };
    const columns = output.columns || 80;
    output.write(this.#erased() + this.#taken() + renderArea(area, columns));
    this.#drawn = { area, columns };
  }

  #taken(): string {
    const lines = this.#waiting.map((line) => `${line}\n`).join("");
    this.#waiting = [];
    return lines;
  }

  /** Takes away what was drawn last. */
  #erased(): string {
    if (!this.#drawn) return clearDown;
    const { area, columns } = this.#drawn;
    this.#drawn = undefined;
    const now = this.#options.output.columns || 80;
    // A window made narrower has folded the rows that no longer fit.
    const folds = (width: number) => (now < columns ? Math.floor(Math.max(0, width - 1) / now) : 0);
    const label = textWidth(fittingLabel(area.label, columns));
    const cursor = Math.min(columns, label + textWidth(oneLine(area.before)) + 1);
    const above = rowsOf(area) - 1;
    return up(above + folds(cursor) + (above > 0 ? folds(Math.min(columns, textWidth(area.status))) : 0)) + clearDown;
  }
}
