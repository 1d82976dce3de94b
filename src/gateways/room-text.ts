import type { Hub } from "../core/hub.ts";
import { then } from "../core/soon.ts";
import { pickLanguage } from "../locales/server.ts";
import type { Language } from "../locales/words.ts";
import { accepted, type Result } from "../protocol/codes.ts";
import type { DisplayName, RoomName } from "../protocol/ids.ts";
import { parseDisplayName, parseRoomName } from "../protocol/names.ts";
import { lineHistory, personalRoomLines, roomLine } from "./support/lines.ts";
import { formatsOf, textConnection } from "./support/text.ts";
import { type Gateway, textFrame, type Visit } from "./support/websocket.ts";

/** Where room text is served; the rest of the path is the room's name. */
export const roomTextPath = "/chat/";

/**
 * Room text, WebSocket `/chat/{room}`: every frame out is `name :: text`, the sender's own too; the
 * last ten on entry. `?name=` asks for a name; a bad name, of room or person, is refused in the handshake.
 */
export function createRoomText(hub: Hub, language: Language): Gateway {
  const formats = formatsOf((spoken) => ({ everybody: (frame) => roomLine(frame, spoken) }), textFrame);
  return {
    name: "room_text",
    refuse(visit) {
      const asked = readVisit(visit);
      if (!asked.ok) return asked.error;
      return then(hub.members.names.author({ name: asked.value.name }), (author) =>
        author.ok ? undefined : author.error,
      );
    },
    accept(line, visit) {
      const spoken = pickLanguage(visit.query.get("lang"), language);
      const connection = textConnection(hub, line, visit, formats[spoken], (frame) =>
        personalRoomLines(frame, spoken, session.person?.user.name ?? ""),
      );
      const session = hub.connect(connection);
      const asked = readVisit(visit);
      if (asked.ok) session.handle({ type: "join", ...asked.value, history: lineHistory });
      session.requirePlace();
      return { text: (text) => session.say(text), end: () => session.end({ left: true }) };
    },
  };
}

function readVisit({ path, query }: Visit): Result<{ room: RoomName; name?: DisplayName }> {
  const room = parseRoomName(decode(path.slice(roomTextPath.length)));
  const wanted = query.get("name");
  if (!room.ok || !wanted) return room.ok ? accepted({ room: room.value }) : room;
  const name = parseDisplayName(wanted);
  return name.ok ? accepted({ room: room.value, name: name.value }) : name;
}

/** A path as it was meant; one that is not percent-encoded rightly is nobody's name. */
function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return "";
  }
}
