import type { Epoch } from "../protocol/ids.ts";
import type { Format } from "./ports.ts";
import type { Session } from "./session.ts";

/** A notice to everybody belongs to no room. */
const noEpoch = "" as Epoch;

/** The operator speaks to everybody who is more than a stranger. */
export function showNotice(sessions: Iterable<Session>, text: string): void {
  const notice = { type: "notice", text, from: "server" } as const;
  const encoded = new Map<Format, Uint8Array | undefined>();
  for (const { connection, isStranger } of sessions) {
    if (isStranger) continue;
    const { format } = connection;
    if (!encoded.has(format)) encoded.set(format, format.encode(notice, noEpoch));
    const bytes = encoded.get(format);
    if (bytes) connection.write(bytes);
  }
}
