import type { Format, PersonalFrame } from "../../core/ports.ts";
import type { Session } from "../../core/session.ts";
import { serverWords } from "../../locales/server.ts";
import type { Language } from "../../locales/words.ts";
import { parseClientFrame } from "../../protocol/client-frames.ts";
import type { ServerFrame } from "../../protocol/server-frames.ts";
import { type Reader, textFrame } from "./websocket.ts";

/** The frames of a room as JSON; one format for every gateway that speaks it. */
export const jsonFormat: Format = { encode: (frame) => textFrame(JSON.stringify(frame)) };

/** A frame for one client as JSON, its error explained in their language. */
export function jsonFrame(frame: PersonalFrame, language: Language): Buffer {
  return textFrame(JSON.stringify(frame.type === "error" ? explained(frame, language) : frame));
}

function explained({ error, ref, id }: Extract<PersonalFrame, { type: "error" }>, language: Language): ServerFrame {
  const example = '{"type":"join","name":"Ann"}';
  const message = serverWords[language](`error.${error.code}`, { example, ...error.params });
  return {
    type: "error",
    code: error.code,
    message,
    ...(ref && { ref }),
    ...(id && { id }),
    ...(error.retryAfterMs !== undefined && { retry_after_ms: error.retryAfterMs }),
    ...(error.suggestion && { suggestion: error.suggestion }),
  };
}

/** Reads the frames of a client that speaks JSON; a join that does not say how much history it wants gets `history`. */
export function readNativeFrames(session: Session, history: number): Reader {
  return {
    text(text) {
      const parsed = parseClientFrame(text);
      if (!parsed.ok) return session.refuseFrame(parsed.error, parsed);
      const command = parsed.value;
      session.handle(command.type === "join" ? { ...command, history: command.history ?? history } : command);
    },
    end: (how) => session.end(how),
  };
}
