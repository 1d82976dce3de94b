import type { Hub } from "../core/hub.ts";
import type { PersonalFrame } from "../core/ports.ts";
import type { Language } from "../locales/words.ts";
import { jsonFormat, jsonFrame, readNativeFrames } from "./support/json.ts";
import { lineHistory } from "./support/lines.ts";
import { transcriptLine } from "./support/transcript-line.ts";
import { type Gateway, textFrame, WebSocketConnection } from "./support/websocket.ts";

/** Whether a text is a JSON object with `"type": "join"`: how somebody who types JSON by hand begins. */
export function isJsonJoin(text: string): boolean {
  if (!text.trimStart().startsWith("{")) return false;
  try {
    return (JSON.parse(text) as { type?: unknown }).type === "join";
  } catch {
    return false;
  }
}

/** JSON by hand, WebSocket `/` after a first `join`: the native frames, with history as lines that a person can read. */
export function createJsonByHand(hub: Hub): Gateway {
  const encode = (frame: PersonalFrame, language: Language) => {
    if (frame.type !== "history") return jsonFrame(frame, language);
    return textFrame(
      JSON.stringify({ ...frame, messages: frame.messages.filter(({ deleted }) => !deleted).map(transcriptLine) }),
    );
  };
  return {
    name: "json_by_hand",
    accept(line, visit) {
      const connection = new WebSocketConnection(hub, line, visit, { format: jsonFormat, encode, speaksFrames: true });
      return readNativeFrames(hub.connect(connection), lineHistory);
    },
  };
}
