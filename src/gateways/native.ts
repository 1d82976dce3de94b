import type { Hub } from "../core/hub.ts";
import type { PersonalFrame } from "../core/ports.ts";
import { pickLanguage } from "../locales/server.ts";
import type { Language } from "../locales/words.ts";
import { historyDefault } from "../protocol/limits.ts";
import { jsonFormat, jsonFrame, readNativeFrames } from "./support/json.ts";
import { type Gateway, WebSocketConnection } from "./support/websocket.ts";

export interface NativeGatewayOptions {
  readonly hub: Hub;
  /** The language of error texts for a client that names none. */
  readonly language: Language;
}

/**
 * The native gateway: JSON frames over a WebSocket, for the page, the terminal client, the SDK and
 * anybody who types JSON by hand.
 */
export function createNativeGateway({ hub, language }: NativeGatewayOptions): Gateway {
  const encode = (frame: PersonalFrame, wanted: string | undefined) => jsonFrame(frame, pickLanguage(wanted, language));
  return {
    name: "native",
    keyedBy: () => ["hello", "join"],
    accept(line, { address, agent }) {
      const connection = new WebSocketConnection(hub, line, {
        format: jsonFormat,
        encode,
        address,
        agent,
        speaksFrames: true,
      });
      const session = hub.connect(connection);
      session.expectWord();
      return readNativeFrames(session, historyDefault);
    },
  };
}
