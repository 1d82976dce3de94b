import type { Hub } from "../core/hub.ts";
import { pickLanguage } from "../locales/server.ts";
import type { Language } from "../locales/words.ts";
import { defaultRoom } from "../protocol/names.ts";
import { refusalSentence, sentence } from "./support/lines.ts";
import { formatsOf, textConnection } from "./support/text.ts";
import { type Gateway, textFrame } from "./support/websocket.ts";

/** Open text, WebSocket `/ws`: everybody, the sender too, reads `User: text`, whoever said it. */
export function createOpenText(hub: Hub, language: Language): Gateway {
  const formats = formatsOf((spoken) => ({ everybody: (frame) => sentence(frame, spoken, "open") }), textFrame);
  return {
    name: "open_text",
    accept(line, visit) {
      const spoken = pickLanguage(visit.query.get("lang"), language);
      const connection = textConnection(hub, line, visit, formats[spoken], (frame) => refusalSentence(frame, spoken));
      const session = hub.connect(connection);
      session.handle({ type: "join", room: defaultRoom, history: 0 });
      session.requirePlace();
      return { text: (text) => session.say(text), end: () => session.end({ left: true }) };
    },
  };
}
