import type { TerminalSpeak } from "../locales/terminal.ts";
import { oneLine } from "../protocol/text.ts";
import { ChatRefusal } from "../sdk/index.ts";

/** The line for what could not be done: in the server's words, or `otherwise` where it did not answer. */
export function problemLine(
  error: unknown,
  speak: TerminalSpeak,
  otherwise: "account.failed" | "history.failed",
): string {
  const text = error instanceof ChatRefusal ? error.message : speak(otherwise);
  return speak("problem", { text: oneLine(text) });
}
