import type { Hub } from "../core/hub.ts";
import { pickLanguage, serverWords } from "../locales/server.ts";
import type { Language } from "../locales/words.ts";
import { defaultRoom } from "../protocol/names.ts";
import { printable } from "../protocol/text.ts";
import { changeLine, errorLine } from "./support/lines.ts";
import { formatsOf, textConnection } from "./support/text.ts";
import { type Gateway, textFrame } from "./support/websocket.ts";

/** Open text, WebSocket `/ws`: everybody, the sender too, reads `User: text`, whoever said it. */
export function createOpenText(hub: Hub, language: Language): Gateway {
  const formats = formatsOf((spoken) => {
    const words = serverWords[spoken];
    return {
      everybody(frame) {
        if (frame.type === "message") return words("open", { text: printable(frame.text) });
        if (frame.type === "notice") return words("broadcast", { text: printable(frame.text) });
        return changeLine(frame, spoken);
      },
    };
  }, textFrame);
  return {
    name: "open_text",
    accept(line, visit) {
      const spoken = pickLanguage(visit.query.get("lang") ?? undefined, language);
      const words = serverWords[spoken];
      const connection = textConnection(hub, line, visit, formats[spoken], (frame) =>
        frame.type === "error" ? errorLine(frame, spoken).map((text) => words("broadcast", { text })) : [],
      );
      const session = hub.connect(connection);
      session.handle({ type: "join", room: defaultRoom, history: 0 });
      session.requirePlace();
      return { text: (text) => session.say(text), end: () => session.end({ left: true }) };
    },
  };
}
