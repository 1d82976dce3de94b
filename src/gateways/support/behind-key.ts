import { WebSocket } from "ws";
import type { Hub } from "../../core/hub.ts";
import type { ChatError } from "../../protocol/codes.ts";
import { badFrameLimit } from "../../protocol/limits.ts";
import { jsonFormat, jsonFrame } from "./json.ts";
import { type Gateway, type Reader, WebSocketConnection } from "./websocket.ts";

/** Judges a key that a stranger gives: why they are not let in with it, if they are not. */
export type JudgeKey = (given: string, address: string | undefined) => ChatError | undefined;

interface BehindKeyOptions {
  readonly hub: Hub;
  readonly judgeKey: JudgeKey;
}

/**
 * A gateway whose clients must give the access key first, in a frame of one of these types; that frame
 * is then the first that the gateway reads. Until then nobody else knows of the client, and it is told
 * nothing but `key_required`. It has five frames and 10 s for it. [D6]
 */
export function behindKey(gateway: Gateway, types: readonly string[], options: BehindKeyOptions): Gateway {
  const { hub, judgeKey } = options;
  return {
    name: gateway.name,
    accept(line, visit) {
      const connection = new WebSocketConnection(hub, line, visit, {
        format: jsonFormat,
        encode: jsonFrame,
        speaksFrames: true,
      });
      let reader: Reader | undefined;
      let refusals = 0;
      const stopWaiting = hub.bounds.silence.add(() => reader || connection.close("said_nothing"));
      return {
        text(text) {
          if (reader) return reader.text(text);
          if (line.webSocket.readyState !== WebSocket.OPEN) return;
          const { type, key, ref, lang } = fieldsOf(text);
          const isGiven = key !== undefined && type !== undefined && types.includes(type);
          const error: ChatError | undefined = isGiven ? judgeKey(key, visit.address) : { code: "key_required" };
          if (!error) {
            reader = gateway.accept(line, visit);
            return reader.text(text);
          }
          if (lang !== undefined) connection.setLanguage(lang);
          const answer = connection.encode({ type: "error", error, ...(ref !== undefined && { ref }) });
          if (answer) connection.write(answer);
          hub.metrics.refused(error.code, line.gateway);
          if (++refusals >= badFrameLimit) connection.close("not_this_protocol");
        },
        end(how) {
          stopWaiting();
          reader?.end(how);
        },
      };
    },
  };
}

type Field = "type" | "key" | "ref" | "lang";

/** What of a frame matters before the key; whatever else is wrong with it is for the gateway to say. */
function fieldsOf(text: string): Partial<Record<Field, string>> {
  try {
    const json: unknown = JSON.parse(text);
    const has = ([name, value]: [string, unknown]) =>
      typeof value === "string" &&
      (name !== "ref" || value.length <= 64) &&
      ["type", "key", "ref", "lang"].includes(name);
    return typeof json === "object" && json !== null ? Object.fromEntries(Object.entries(json).filter(has)) : {};
  } catch {
    return {};
  }
}
