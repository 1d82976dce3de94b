import type { PersonalFrame, RoomFrame } from "../../core/ports.ts";
import { serverWords } from "../../locales/server.ts";
import type { Language } from "../../locales/words.ts";
import { oneLine, printable } from "../../protocol/text.ts";

/** How many messages somebody who comes in by a text gateway is shown. */
export const lineHistory = 10;

/** `name :: text`, and notices from `server`: what a room looks like in lines. */
export function roomLine(frame: RoomFrame, language: Language): string | undefined {
  const words = serverWords[language];
  switch (frame.type) {
    case "message":
      return frame.deleted ? undefined : `${frame.user.name} :: ${oneLine(frame.text)}`;
    case "user_joined":
      return `server :: ${words("joined", { name: frame.user.name })}`;
    case "user_left":
      return `server :: ${words("left", { name: frame.user.name })}`;
    case "user_renamed":
      return `server :: ${words("renamed", { was: frame.was, name: frame.user.name })}`;
    case "notice":
      return `server :: ${oneLine(frame.text)}`;
    default: {
      const line = changeLine(frame, language);
      return line === undefined ? undefined : `server :: ${line}`;
    }
  }
}

/** What was said as a sentence, `Someone says: …` (`other`) or `User: …` (`open`), and what the server says by its sign. */
export function sentence(frame: RoomFrame, language: Language, said: "other" | "open"): string | undefined {
  const words = serverWords[language];
  if (frame.type === "message") return words(said, { text: printable(frame.text) });
  if (frame.type === "notice") return words("broadcast", { text: printable(frame.text) });
  return changeLine(frame, language);
}

/** What of the frames for one client alone is told beside such sentences: why something was refused. */
export function refusalSentence(frame: PersonalFrame, language: Language): readonly string[] {
  if (frame.type !== "error") return [];
  return errorLine(frame, language).map((text) => serverWords[language]("broadcast", { text }));
}

/** What was changed in a room, in words: `ann edited: …`. A reaction that is taken back is passed over in silence. [E4] */
function changeLine(frame: RoomFrame, language: Language): string | undefined {
  const words = serverWords[language];
  switch (frame.type) {
    case "edited":
      // Nothing is left of the text when the message was deleted since.
      return frame.text === "" ? undefined : words("edited", { name: frame.user.name, text: oneLine(frame.text) });
    case "deleted":
      return words("deleted", { name: frame.user.name });
    case "reacted":
      return frame.active ? words("reacted", { name: frame.user.name, emoji: frame.emoji }) : undefined;
    case "topic":
      return frame.text === ""
        ? words("topic_cleared", { name: frame.user.name })
        : words("topic_set", { name: frame.user.name, topic: oneLine(frame.text) });
    default:
      return undefined;
  }
}

/** What is meant for one client alone, in the same lines: history and their own coming in after it, or an error. */
export function personalRoomLines(frame: PersonalFrame, language: Language, ownName: string): readonly string[] {
  if (frame.type === "error") return errorLine(frame, language).map((text) => `server :: ${text}`);
  if (frame.type === "history") {
    const joined = `server :: ${serverWords[language]("joined", { name: ownName })}`;
    return [...frame.messages.flatMap((message) => roomLine(message, language) ?? []), joined];
  }
  const line = roomLine(frame, language);
  return line === undefined ? [] : [line];
}

/** The words of a refusal; none for an empty text, which text gateways pass over in silence. */
function errorLine({ error }: Extract<PersonalFrame, { type: "error" }>, language: Language): readonly string[] {
  return error.code === "empty" ? [] : [serverWords[language](`error.${error.code}`, { ...error.params })];
}
