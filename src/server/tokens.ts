import { createHmac, timingSafeEqual } from "node:crypto";
import * as v from "valibot";
import type { Clock, Tokens } from "../core/ports.ts";
import { sessionIdField, userIdField } from "../protocol/fields.ts";
import type { DisplayName, SessionId } from "../protocol/ids.ts";
import { parseDisplayName } from "../protocol/names.ts";

const payloadSchema = v.tuple([
  userIdField,
  v.pipe(
    v.string(),
    v.check((name) => parseDisplayName(name).ok),
    v.transform((name) => name as DisplayName),
  ),
  sessionIdField,
  /** When it was issued, in seconds since 1970. */
  v.number(),
  v.optional(v.string()),
]);

/** How long a token is good, in milliseconds: half a year. Each `welcome` brings a new one. [I3] */
export const tokenMs = 180 * 24 * 60 * 60 * 1_000;

/** Tokens that also tell whether their owner gave the present access key. */
export interface MarkedTokens extends Tokens {
  /**
   * Whether a token verifies, has the present mark, and its session goes on. A token without the mark still says who its
   * owner is. [D6]
   */
  isMarked(token: string): boolean;
}

export interface TokenOptions {
  /** The database's own key. */
  readonly key: Uint8Array;
  readonly clock: Pick<Clock, "now">;
  readonly isEnded: (session: SessionId) => boolean;
  /** What goes into every token that is issued. */
  readonly mark?: string | undefined;
}

/**
 * Tokens that say who somebody is: the id, the name, and the session, signed with the database's own key (HMAC-SHA-256),
 * so that they hold over a restart and on every node without being kept anywhere.
 */
export function createTokens({ key, clock, isEnded, mark }: TokenOptions): MarkedTokens {
  const sign = (payload: string) => createHmac("sha256", key).update(payload).digest();
  const read = (token: string) => {
    const [payload = "", signature = "", ...rest] = token.split(".");
    const given = Buffer.from(signature, "base64url");
    const expected = sign(payload);
    if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const parsed = v.safeParse(payloadSchema, JSON.parse(Buffer.from(payload, "base64url").toString()));
    if (!parsed.success) return undefined;
    const [id, name, session, issued, marked] = parsed.output;
    return clock.now() - issued * 1_000 > tokenMs ? undefined : { user: { id, name }, session, marked };
  };
  return {
    issue({ id, name }, session) {
      const issued = Math.floor(clock.now() / 1_000);
      const fields = [id, name, session, issued, ...(mark === undefined ? [] : [mark])];
      const payload = Buffer.from(JSON.stringify(fields)).toString("base64url");
      return `${payload}.${sign(payload).toString("base64url")}`;
    },
    verify(token) {
      const { user, session } = read(token) ?? {};
      return user && session && { user, session };
    },
    isMarked(token) {
      if (mark === undefined) return false;
      const found = read(token);
      return found?.marked === mark && !isEnded(found.session);
    },
  };
}
