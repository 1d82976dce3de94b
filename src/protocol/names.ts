import { accepted, type Result, refused } from "./codes.ts";
import type { DisplayName, RandomBytes, RoomName } from "./ids.ts";
import { codePoints } from "./text.ts";

const maxRoomCodePoints = 64;
const maxRoomBytes = 200;
export const maxNameCodePoints = 32;

/** The room of a client that names none. */
export const defaultRoom = "general" as RoomName;

const roomForm = /^[\p{L}\p{M}\p{N}_-]+$/u;

/** The form in which a room's name is stored, if it is one: NFC, lower-cased. */
export const roomNameForm = (text: string): RoomName =>
  text.normalize("NFC").toLowerCase().normalize("NFC") as RoomName;

/**
 * A room's name in its stored form: NFC, lower-cased; letters, marks (Thai needs them), digits, `-`
 * and `_` of any script; 1–64 code points, at most 200 bytes of UTF-8. Otherwise `bad_room`.
 */
export function parseRoomName(text: string): Result<RoomName> {
  const name = roomNameForm(text);
  const fits = codePoints(name) <= maxRoomCodePoints && new TextEncoder().encode(name).length <= maxRoomBytes;
  return fits && roomForm.test(name) ? accepted(name) : refused("bad_room");
}

// Of what shows nothing, the two variation selectors stay: they choose how an emoji looks.
const forbiddenInNames = /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}:]|(?![\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}/u;
// A blank Braille cell is a symbol that shows nothing.
const visible = /(?!\u2800)[\p{L}\p{N}\p{P}\p{S}]/u;
const digitsOnly = /^\p{Nd}+$/u;

/**
 * A display name: trimmed, NFC, 1–32 code points, with something to see in it; no control,
 * bidi-control or zero-width character, no `:` (line gateways write `name :: text`), not digits
 * alone. Otherwise `bad_name`. NFC and not NFKC, which would spoil the Thai `น้ำ`.
 */
export function parseDisplayName(text: string): Result<DisplayName> {
  const name = text.trim().normalize("NFC");
  const length = codePoints(name);
  const fits = length >= 1 && length <= maxNameCodePoints;
  if (!fits || forbiddenInNames.test(name) || !visible.test(name) || digitsOnly.test(name)) return refused("bad_name");
  return accepted(name as DisplayName);
}

/** The form of the names given to those who bring none; nobody may choose one of it. */
export const generatedNameForm = /^user_[a-z]{6}\d{2}$/;

/** `user_`, six lower-case letters, two digits. Not checked for being free. */
export function generateDisplayName(randomBytes: RandomBytes): DisplayName {
  const bytes = randomBytes(new Uint8Array(8));
  let name = "user_";
  for (const [index, byte] of bytes.entries()) name += index < 6 ? String.fromCharCode(97 + (byte % 26)) : byte % 10;
  return name as DisplayName;
}
