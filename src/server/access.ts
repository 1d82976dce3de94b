import { createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Clock, Log } from "../core/ports.ts";
import { Rate } from "../core/rate.ts";
import type { ChatError } from "../protocol/codes.ts";
import { equals } from "./secret.ts";
import type { MarkedTokens } from "./tokens.ts";
import type { Visitors } from "./visitors.ts";

/** Wrong keys of one address: so many at once, and then one every 10 s. */
const guesses = { burst: 10, perSecond: 0.1 };
const yearSeconds = 365 * 24 * 60 * 60;

/** How a request stands to the access key. */
type Admission =
  | { readonly at: "in" }
  /** They gave no key: they may be asked for it. */
  | { readonly at: "stranger" }
  | { readonly at: "refused"; readonly error: ChatError };

/** Lets in who gives the access key, or gave it before. [D6] */
export interface Access {
  /** Judges what a request brings: the cookie, a marked token, or the key, in `Authorization` or as `?key=` of a query. */
  judge(request: IncomingMessage, query?: URLSearchParams): Admission;
  /**
   * Judges a key that was given some other way. Refused: `key_required` for a wrong one, `rate_limited`
   * for any after too many wrong ones of an address (`undefined` for a program on this machine).
   */
  judgeKey(given: string, address: string | undefined): ChatError | undefined;
  /** The `Set-Cookie` by which a browser is not asked again until the key changes. */
  cookieFor(request: IncomingMessage): string;
}

/** What shows that the key was given, without being it. It ends with the key. */
export interface Proofs {
  readonly cookie: string;
  /** What tokens bear. */
  readonly mark: string;
}

/** A key is the same key however its letters are composed, and whatever white space was pasted around it. */
const plain = (key: string): string => key.trim().normalize("NFC");

/** `secret`: the database's own key. */
export function proofsOf(key: string, secret: Uint8Array): Proofs {
  const derived = createHmac("sha256", secret).update("access key").digest();
  const prove = (use: string) =>
    createHmac("sha256", derived)
      .update(`${use}\0${plain(key)}`)
      .digest();
  return { cookie: prove("cookie").toString("base64url"), mark: prove("token").subarray(0, 9).toString("base64url") };
}

export interface AccessOptions {
  readonly key: string;
  readonly proofs: Proofs;
  readonly tokens: MarkedTokens;
  readonly visitors: Visitors;
  readonly clock: Clock;
  readonly log: Log;
}

export function createAccess({ key, proofs, tokens, visitors, clock, log }: AccessOptions): Access {
  const isKey = equals(plain(key));
  const isProof = equals(proofs.cookie);
  const wrong = new Rate({ ...guesses, clock });

  const judgeKey: Access["judgeKey"] = (given, address) => {
    const place = address ?? "this machine";
    const wait = wrong.wait(place);
    // The right one, too: otherwise guessing could go on.
    if (wait > 0) return { code: "rate_limited", retryAfterMs: wait };
    if (isKey(plain(given))) return undefined;
    wrong.take(place);
    log.warn({ code: "key_required", address: place }, "a wrong access key");
    return { code: "key_required" };
  };

  return {
    judge(request, query) {
      const { cookie = "", authorization = "" } = request.headers;
      if ([...cookie.matchAll(/(?:^|;\s*)parlance_key=([\w-]+)/g)].some(([, proof = ""]) => isProof(proof))) {
        return { at: "in" };
      }
      const { bearer, password } = credentialsOf(authorization);
      if (bearer !== undefined && tokens.isMarked(bearer)) return { at: "in" };
      // A token of before the key changed is nobody's guess.
      const isOldToken = bearer !== undefined && tokens.verify(bearer) !== undefined;
      const given = query?.get("key") ?? password ?? (isOldToken ? undefined : bearer);
      if (given === undefined) return { at: "stranger" };
      const error = judgeKey(given, visitors.addressOf(request));
      return error ? { at: "refused", error } : { at: "in" };
    },
    judgeKey,
    cookieFor(request) {
      const secure = visitors.cameByTls(request) ? "; Secure" : "";
      // Lax, not Strict: who follows a link to a room would be asked again. All but page navigation is judged by its origin. [D1]
      return `parlance_key=${proofs.cookie}; Path=/; Max-Age=${yearSeconds}; HttpOnly; SameSite=Lax${secure}`;
    },
  };
}

/**
 * What `Authorization` brings: a bearer's token or key (RFC 6750 §2.1), or the password of nobody by
 * name (RFC 7617 §2): one with a name is meant for a proxy in front.
 */
function credentialsOf(header: string): { readonly bearer?: string; readonly password?: string } {
  const [, scheme = "", value = ""] = /^(bearer|basic) +(.+)$/i.exec(header) ?? [];
  if (scheme.toLowerCase() === "basic") {
    const [, password] = /^:(.*)$/s.exec(Buffer.from(value, "base64").toString()) ?? [];
    return password === undefined ? {} : { password };
  }
  // Header bytes are read as Latin-1; a key may have any letters.
  return value === "" ? {} : { bearer: Buffer.from(value, "latin1").toString() };
}
