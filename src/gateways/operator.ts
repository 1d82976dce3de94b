import type { Hub } from "../core/hub.ts";
import { accepted, type Result, refused } from "../protocol/codes.ts";
import { codePoints, isBlank } from "../protocol/text.ts";

/**
 * What became of a line of the operator's: how many clients it went to, those of other nodes as they were counted last,
 * with none of them `clients: 0`; or why it is no broadcast (`empty`, `too_long`).
 */
export type Broadcast = Result<{ readonly clients: number }>;

/** The operator, at the server's own terminal: a line is a broadcast to every room, and is not stored. */
export function createOperator(hub: Hub): (line: string) => Broadcast {
  const { maxText } = hub.limits;
  return (line) => {
    if (isBlank(line)) return refused("empty");
    if (maxText > 0 && codePoints(line) > maxText) return refused("too_long", { params: { max: maxText } });
    const clients = hub.linesEverywhere;
    hub.notice(line);
    return accepted({ clients });
  };
}
