import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { Passphrases } from "../core/identity.ts";
import { accepted, type Result, refused } from "../protocol/codes.ts";

/** Argon2id as RFC 9106 §4 recommends it where memory is dear: 3 passes over 64 MiB in 4 lanes, 128 bits of salt. */
const recommended = { memory: 64 * 1024, passes: 3, parallelism: 4 } as const;
const saltBytes = 16;
const tagBytes = 32;

/** Each takes 64 MiB and a core, and one of the four threads that files and names are looked up by, too. */
const atOnce = 1;
/** Those that wait for their turn. Past it: `unavailable`. */
const mostWaiting = 32;
const retryAfterMs = 2_000;

const derive = promisify(argon2);

/** `$argon2id$v=19$m=…,t=…,p=…$salt$tag`, base64 without padding: the form of the reference implementation. */
const form = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64").replace(/=+$/, "");

/** Checks passphrases by Argon2id, in Node's own threads: the event loop waits for none of it. [I4] */
export function createPassphrases(): Passphrases {
  const inTurn = limited();
  return {
    proofOf: (passphrase) =>
      inTurn(async () => {
        const salt = randomBytes(saltBytes);
        const { memory, passes, parallelism } = recommended;
        const tag = await derive("argon2id", {
          message: passphrase,
          nonce: salt,
          tagLength: tagBytes,
          memory,
          passes,
          parallelism,
        });
        return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`;
      }),
    matches: (passphrase, proof) =>
      inTurn(async () => {
        const [, memory, passes, parallelism, salt = "", tag = ""] = form.exec(proof) ?? [];
        const expected = Buffer.from(tag, "base64");
        if (expected.length === 0) throw new Error("a passphrase is kept in a form that is not known");
        const given = await derive("argon2id", {
          message: passphrase,
          nonce: Buffer.from(salt, "base64"),
          tagLength: expected.length,
          memory: Number(memory),
          passes: Number(passes),
          parallelism: Number(parallelism),
        });
        return timingSafeEqual(given, expected);
      }),
  };
}

/** Does so many things at once, and others in their turn; refused where too many wait. */
function limited() {
  const waiting: (() => void)[] = [];
  let underWay = 0;
  return async <T>(work: () => Promise<T>): Promise<Result<T>> => {
    if (underWay >= atOnce) {
      if (waiting.length >= mostWaiting) return refused("unavailable", { retryAfterMs });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else underWay++;
    try {
      return accepted(await work());
    } finally {
      const next = waiting.shift();
      // The turn is handed on, so that nobody comes between.
      if (next) next();
      else underWay--;
    }
  };
}
