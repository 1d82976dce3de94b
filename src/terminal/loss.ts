import type { TerminalSpeak } from "../locales/terminal.ts";

/** Tells, once each time, that the line is lost, that what is written waits for it, and that it is back. */
export class Loss {
  readonly #speak: TerminalSpeak;
  readonly #print: (line: string) => void;
  #told: "nothing" | "lost" | "that writing waits" = "nothing";

  constructor(speak: TerminalSpeak, print: (line: string) => void) {
    this.#speak = speak;
    this.#print = print;
  }

  begin(): void {
    if (this.#told !== "nothing") return;
    this.#told = "lost";
    this.#print(this.#speak("line.lost"));
  }

  /** Something was written. */
  write(): void {
    if (this.#told !== "lost") return;
    this.#told = "that writing waits";
    this.#print(this.#speak("line.waits"));
  }

  end(): void {
    if (this.#told === "nothing") return;
    this.#told = "nothing";
    this.#print(this.#speak("line.back"));
  }
}
