import type { IncomingMessage } from "node:http";
import type { Hub } from "../core/hub.ts";
import { behindKey } from "../gateways/support/behind-key.ts";
import type { Gateway, Visit } from "../gateways/support/websocket.ts";
import { accepted, type Result, refused } from "../protocol/codes.ts";
import type { Access } from "./access.ts";

/** The gateway of a visit as this visitor may have it; `undefined` where there is none. Refused: who may have nothing. */
export type Guard = (
  request: IncomingMessage,
  visit: Visit,
  gateway: Gateway | undefined,
) => Result<Gateway | undefined>;

/** Lets WebSockets in that brought the key in their handshake, and where it can be given in frames, those that brought none. [D6] */
export function createGuard(access: Access, hub: Hub): Guard {
  const { judgeKey } = access;
  return (request, visit, gateway) => {
    const admission = access.judge(request, visit.query);
    if (admission.at === "in") return accepted(gateway);
    if (admission.at === "refused") return { ok: false, error: admission.error };
    const types = gateway?.keyedBy?.(visit) ?? [];
    if (!gateway || types.length === 0) return refused("key_required");
    return accepted(behindKey(gateway, types, { hub, judgeKey }));
  };
}
