import type { SessionId } from "../protocol/ids.ts";
import { heartbeatMs, historyLimit } from "../protocol/limits.ts";
import type { ServerFrameOf } from "../protocol/server-frames.ts";
import type { Hub } from "./hub.ts";
import type { Person } from "./people.ts";

/** What somebody who was let in is told: who they are here, and what holds for them. `ref` ties it to what they asked. */
export function welcomeFrame(
  { server, limits, people, identity }: Hub,
  person: Person,
  session: SessionId,
  ref?: string | null,
): ServerFrameOf<"welcome"> {
  const claimed = identity.accounts.nameOf(person.user.id);
  return {
    type: "welcome",
    user: person.user,
    token: people.tokenFor(person, session),
    server,
    limits: {
      max_text: limits.maxText,
      max_frame: limits.maxFrame,
      max_joins: limits.maxJoins,
      history: historyLimit,
      send_rate: limits.sendRate,
      send_burst: limits.sendBurst,
    },
    heartbeat_ms: heartbeatMs,
    ...(claimed !== undefined && { claimed }),
    ...(ref && { ref }),
  };
}
