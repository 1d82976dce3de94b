import type { Hub } from "../core/hub.ts";
import { createJsonByHand, isJsonJoin } from "../gateways/json-by-hand.ts";
import { createNativeGateway } from "../gateways/native.ts";
import { createOpenText } from "../gateways/open-text.ts";
import { createPlainText } from "../gateways/plain-text.ts";
import { createRoomText, roomTextPath } from "../gateways/room-text.ts";
import type { Gateway } from "../gateways/support/websocket.ts";
import { createWebSocketEcho } from "../gateways/ws-echo.ts";
import type { Language } from "../locales/words.ts";
import { isBlank } from "../protocol/text.ts";

/** Which gateway is at which path of a WebSocket. */
export function createRoutes({ hub, language }: { hub: Hub; language: Language }) {
  const gateways = new Map<string, Gateway>([
    ["/api/v1/ws", createNativeGateway(hub)],
    ["/", byFirstText(createPlainText(hub, language), createJsonByHand(hub))],
    ["/ws", createOpenText(hub, language)],
    ["/echo", createWebSocketEcho(hub, language)],
  ]);
  const roomText = createRoomText(hub, language);
  return (path: string): Gateway | undefined =>
    gateways.get(path) ?? (path.startsWith(roomTextPath) ? roomText : undefined);
}

/** Plain text, until and unless the first text is a join in JSON. */
function byFirstText(plain: Gateway, json: Gateway): Gateway {
  return {
    name: plain.name,
    // A page may speak JSON from its first frame on; a program that does not would never learn that it is not heard.
    keyedBy: ({ origin }) => (origin === undefined ? [] : ["join"]),
    accept(line, visit) {
      let reader = plain.accept(line, visit);
      let isFirst = true;
      return {
        text(text) {
          if (isFirst && isJsonJoin(text)) {
            reader.end({ left: true });
            line.gateway = json.name;
            reader = json.accept(line, visit);
          }
          isFirst &&= isBlank(text);
          reader.text(text);
        },
        end: (how) => reader.end(how),
      };
    },
  };
}
