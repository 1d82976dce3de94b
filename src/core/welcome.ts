import { heartbeatMs, historyLimit } from "../protocol/limits.ts";
import type { ServerFrameOf } from "../protocol/server-frames.ts";
import type { Hub } from "./hub.ts";
import type { Person } from "./people.ts";

/** What somebody who was let in is told: who they are here, and what holds for them. */
export function welcomeFrame({ server, limits, people }: Hub, person: Person): ServerFrameOf<"welcome"> {
  return {
    type: "welcome",
    user: person.user,
    token: people.tokenFor(person),
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
  };
}
