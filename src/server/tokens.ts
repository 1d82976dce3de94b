import { createHmac, timingSafeEqual } from "node:crypto";
import * as v from "valibot";
import type { Tokens } from "../core/ports.ts";
import type { DisplayName, UserId } from "../protocol/ids.ts";
import { parseDisplayName } from "../protocol/names.ts";

const payloadSchema = v.tuple([
  v.pipe(
    v.string(),
    v.regex(/^u_[a-z0-9]{20}$/),
    v.transform((id) => id as UserId),
  ),
  v.pipe(
    v.string(),
    v.check((name) => parseDisplayName(name).ok),
    v.transform((name) => name as DisplayName),
  ),
  v.optional(v.string()),
]);

/** Tokens that also tell whether their owner gave the present access key. */
export interface MarkedTokens extends Tokens {
  /** Whether a token verifies and has the present mark. A token without it still says who its owner is. [D6] */
  isMarked(token: string): boolean;
}

/**
 * Tokens that say who somebody is: the id and the name, signed with the database's own key
 * (HMAC-SHA-256), so that they hold over a restart and on every node without being kept anywhere.
 * `mark` goes into every token that is issued.
 */
export function createTokens(key: Uint8Array, mark?: string): MarkedTokens {
  const sign = (payload: string) => createHmac("sha256", key).update(payload).digest();
  const read = (token: string) => {
    const [payload = "", signature = "", ...rest] = token.split(".");
    const given = Buffer.from(signature, "base64url");
    const expected = sign(payload);
    if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const parsed = v.safeParse(payloadSchema, JSON.parse(Buffer.from(payload, "base64url").toString()));
    return parsed.success ? parsed.output : undefined;
  };
  return {
    issue({ id, name }) {
      const payload = Buffer.from(JSON.stringify(mark === undefined ? [id, name] : [id, name, mark])).toString(
        "base64url",
      );
      return `${payload}.${sign(payload).toString("base64url")}`;
    },
    verify(token) {
      const [id, name] = read(token) ?? [];
      return id && name && { id, name };
    },
    isMarked: (token) => mark !== undefined && read(token)?.[2] === mark,
  };
}
