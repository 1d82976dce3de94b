import type { Hub } from "../core/hub.ts";
import { pickLanguage, serverWords } from "../locales/server.ts";
import type { Language } from "../locales/words.ts";
import type { Gateway } from "./support/websocket.ts";

/** WebSocket echo, `/echo`: `Server answers: text`; binary messages come back unchanged. It is no room. */
export function createWebSocketEcho(hub: Hub, language: Language): Gateway {
  return {
    name: "ws_echo",
    accept({ webSocket }, { query }) {
      const words = serverWords[pickLanguage(query.get("lang"), language)];
      const answer = (data: string | Uint8Array) => {
        // Who does not read what comes back is not read from either: nothing piles up. [B1]
        webSocket.send(data, () => {
          if (webSocket.isPaused && webSocket.bufferedAmount === 0) webSocket.resume();
        });
        if (webSocket.bufferedAmount > hub.limits.maxFrame) webSocket.pause();
      };
      return { text: (text) => answer(words("echo", { text })), binary: answer, end: () => {} };
    },
  };
}
