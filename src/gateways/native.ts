import type { Hub } from "../core/hub.ts";
import type { Format, PersonalFrame } from "../core/ports.ts";
import { pickLanguage, serverWords } from "../locales/server.ts";
import type { Language } from "../locales/words.ts";
import { parseClientFrame } from "../protocol/client-frames.ts";
import type { ServerFrame } from "../protocol/server-frames.ts";
import { type Line, textFrame, WebSocketConnection } from "./support/websocket.ts";

/** What a server's own terminal may show of its clients. */
export interface Observer {
  connected(): void;
  disconnected(): void;
  received(text: string): void;
}

export interface NativeGatewayOptions {
  readonly hub: Hub;
  /** The language of error texts for a client that names none. */
  readonly language: Language;
  readonly observer: Observer | undefined;
}

const format: Format = { encode: (frame) => textFrame(JSON.stringify(frame)) };

/** The words of an error, as a frame that a person can read too. */
function errorFrame({ error, ref, id }: Extract<PersonalFrame, { type: "error" }>, language: Language): ServerFrame {
  const example = '{"type":"join","name":"Ann"}';
  const message = serverWords[language](`error.${error.code}`, { example, ...error.params });
  return {
    type: "error",
    code: error.code,
    message,
    ...(ref && { ref }),
    ...(id && { id }),
    ...(error.retryAfterMs !== undefined && { retry_after_ms: error.retryAfterMs }),
    ...(error.suggestion && { suggestion: error.suggestion }),
  };
}

/**
 * The native gateway: JSON frames over a WebSocket, for the page, the terminal client, the SDK and
 * anybody who types JSON by hand. Answers with what takes an accepted line.
 */
export function createNativeGateway({ hub, language, observer }: NativeGatewayOptions): (line: Line) => void {
  const encode = (frame: PersonalFrame, wanted: string | undefined) =>
    textFrame(JSON.stringify(frame.type === "error" ? errorFrame(frame, pickLanguage(wanted, language)) : frame));

  return (line) => {
    const { webSocket } = line;
    const connection = new WebSocketConnection(line, { format, encode, maxQueue: hub.limits.maxQueue });
    const session = hub.connect(connection);
    observer?.connected();

    webSocket.on("message", (data, isBinary) => {
      if (isBinary) return connection.close("unsupported_data");
      const parsed = parseClientFrame(data.toString());
      if (!parsed.ok) return session.refuseFrame(parsed.error, parsed);
      if (parsed.value.type === "message") observer?.received(parsed.value.text);
      session.handle(parsed.value);
    });
    // What `ws` finds wrong it answers with the right close code by itself; `close` follows. RFC 6455 §7.4
    webSocket.on("error", () => {});
    webSocket.on("close", (code) => {
      session.end({ left: code === 1000 });
      observer?.disconnected();
    });
  };
}
