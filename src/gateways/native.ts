import type { Hub } from "../core/hub.ts";
import { historyDefault } from "../protocol/limits.ts";
import { jsonFormat, jsonFrame, readNativeFrames } from "./support/json.ts";
import { type Gateway, WebSocketConnection } from "./support/websocket.ts";

/**
 * The native gateway: JSON frames over a WebSocket, for the page, the terminal client, the SDK and
 * anybody who types JSON by hand.
 */
export function createNativeGateway(hub: Hub): Gateway {
  return {
    name: "native",
    keyedBy: () => ["hello", "join"],
    accept(line, visit) {
      const connection = new WebSocketConnection(hub, line, visit, {
        format: jsonFormat,
        encode: jsonFrame,
        speaksFrames: true,
      });
      const session = hub.connect(connection);
      session.expectWord();
      return readNativeFrames(session, historyDefault);
    },
  };
}
