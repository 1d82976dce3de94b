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
]);

/**
 * Tokens that say who somebody is: the id and the name, signed with the database's own key
 * (HMAC-SHA-256), so that they hold over a restart and on every node without being kept anywhere.
 */
export function createTokens(key: Uint8Array): Tokens {
  const sign = (payload: string) => createHmac("sha256", key).update(payload).digest();
  return {
    issue({ id, name }) {
      const payload = Buffer.from(JSON.stringify([id, name])).toString("base64url");
      return `${payload}.${sign(payload).toString("base64url")}`;
    },
    verify(token) {
      const [payload = "", signature = "", ...rest] = token.split(".");
      const given = Buffer.from(signature, "base64url");
      const expected = sign(payload);
      if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      const parsed = v.safeParse(payloadSchema, JSON.parse(Buffer.from(payload, "base64url").toString()));
      return parsed.success ? { id: parsed.output[0], name: parsed.output[1] } : undefined;
    },
  };
}
