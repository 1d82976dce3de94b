import type { Hub } from "../core/hub.ts";
import { pickLanguage, serverWords } from "../locales/server.ts";
import type { Language } from "../locales/words.ts";
import { defaultRoom } from "../protocol/names.ts";
import { isBlank, printable } from "../protocol/text.ts";
import { refusalSentence, sentence } from "./support/lines.ts";
import { formatsOf, textConnection } from "./support/text.ts";
import { type Gateway, textFrame } from "./support/websocket.ts";

/**
 * Plain text, WebSocket `/`: one frame is one message. Its sender reads `You said: …`, everybody else
 * `Someone says: …`. A program listens at once; a page, which sends an `Origin`, is nobody and reads
 * nothing until its first frame, for it may be one that speaks JSON.
 */
export function createPlainText(hub: Hub, language: Language): Gateway {
  const formats = formatsOf(
    (spoken) => ({
      everybody: (frame) => sentence(frame, spoken, "other"),
      author: (frame) =>
        frame.type === "message" ? serverWords[spoken]("own", { text: printable(frame.text) }) : undefined,
    }),
    textFrame,
  );
  return {
    name: "plain_text",
    accept(line, visit) {
      const { query, origin } = visit;
      const spoken = pickLanguage(query.get("lang"), language);
      const connection = textConnection(hub, line, visit, formats[spoken], (frame) => refusalSentence(frame, spoken));
      let session = origin === undefined ? hub.connect(connection) : undefined;
      session?.listen(defaultRoom, { history: 0 });
      session?.requirePlace();
      return {
        text(text) {
          // Who has said nothing yet is still nobody.
          if (!session?.person && isBlank(text)) return;
          session ??= hub.connect(connection);
          // Speaking makes a listener a member.
          if (!session.person) {
            session.handle({ type: "join", room: defaultRoom, history: 0 });
            session.requirePlace();
          }
          session.say(text);
        },
        end: () => session?.end({ left: true }),
      };
    },
  };
}
