import type { MessageFrame } from "../../protocol/server-frames.ts";
import { oneLine } from "../../protocol/text.ts";
import { transcriptHead } from "../../protocol/transcript.ts";

/** `[2025-11-19 23:46:36] Ann: hi`, in local time; a line break in a text is shown as `⏎`. */
export const transcriptLine = (message: MessageFrame): string => `${transcriptHead(message)}${oneLine(message.text)}`;
