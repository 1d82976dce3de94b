import { accepted, type Result, refused } from "./codes.ts";
import { codePoints } from "./text.ts";

/** What keeps a name for its owner, as it is compared; made by {@link parsePassphrase}. Never in a log, an error or a URL. */
export type Passphrase = string & { readonly brand: "Passphrase" };

const minPassphrase = 8;
const maxPassphrase = 256;

// Any other space is read as the one that every keyboard has. RFC 8265 §4.2.1
const otherSpaces = /\p{Zs}/gu;
const forbidden = /[\p{Cc}\p{Cs}]/u;

/**
 * A passphrase in the one form in which it is compared, however it was typed (RFC 8265 in short): spaces of any kind
 * alike, NFC, 8–256 code points, no control characters. Otherwise `bad_passphrase`.
 */
export function parsePassphrase(text: string): Result<Passphrase> {
  const passphrase = text.replace(otherSpaces, " ").normalize("NFC");
  const length = codePoints(passphrase);
  const fits = length >= minPassphrase && length <= maxPassphrase;
  return fits && !forbidden.test(passphrase) ? accepted(passphrase as Passphrase) : refused("bad_passphrase");
}
