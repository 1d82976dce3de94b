import type { MessageFrame } from "../../protocol/server-frames.ts";
import { oneLine } from "../../protocol/text.ts";

const two = (number: number): string => String(number).padStart(2, "0");

/** `[2025-11-19 23:46:36] Ann: hi`, in local time; a line break in a text is shown as `⏎`. */
export function transcriptLine({ ts, user, text }: MessageFrame): string {
  const at = new Date(ts);
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `[${date} ${time}] ${user.name}: ${oneLine(text)}`;
}
