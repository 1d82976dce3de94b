import type { Hub } from "../../core/hub.ts";
import type { Connection, Format, PersonalFrame, RoomFrame } from "../../core/ports.ts";
import type { Language } from "../../locales/words.ts";
import { languages } from "../../locales/words.ts";
import { type Line, textFrame, type Visit, WebSocketConnection } from "./websocket.ts";

/** What a text gateway puts on the wire, before framing; `undefined` where its clients read nothing. */
export interface TextForm {
  everybody(frame: RoomFrame): string | undefined;
  /** For the author of a message instead; `undefined` for no difference, `null` for nothing. */
  author?(frame: RoomFrame): string | null | undefined;
}

/** One shared {@link Format} for each language, from a gateway's form of it. */
export function formatsOf(
  form: (language: Language) => TextForm,
  frame: (text: string) => Uint8Array,
): Readonly<Record<Language, Format>> {
  const format = (language: Language): Format => {
    const { everybody, author } = form(language);
    const framed = (text: string | null | undefined) => (typeof text === "string" ? frame(text) : text);
    return {
      encode: (out) => framed(everybody(out)) ?? undefined,
      ...(author && { encodeOwn: (out: RoomFrame) => framed(author(out)) }),
    };
  };
  return Object.fromEntries(languages.map((language) => [language, format(language)])) as Record<Language, Format>;
}

/** A WebSocket on which each frame to one client alone becomes any number of text frames. */
export function textConnection(
  hub: Hub,
  line: Line,
  visit: Visit,
  format: Format,
  personal: (frame: PersonalFrame) => readonly string[],
): Connection {
  const encode = (frame: PersonalFrame) => {
    const frames = personal(frame).map(textFrame);
    return frames.length === 0 ? undefined : Buffer.concat(frames);
  };
  return new WebSocketConnection(hub, line, visit, { format, encode, speaksFrames: false });
}
