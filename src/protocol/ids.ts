/** A room's name in its one stored form: NFC, lower-cased, checked by {@link parseRoomName}. */
export type RoomName = string & { readonly brand: "RoomName" };
/** A display name: trimmed, NFC, checked by {@link parseDisplayName}. */
export type DisplayName = string & { readonly brand: "DisplayName" };
/** Names a person (or device) across its lines, tabs and returns: `u_` and 20 of `[a-z0-9]`. */
export type UserId = string & { readonly brand: "UserId" };
export const userIdForm = /^u_[a-z0-9]{20}$/;
/** Names a message within its room: 16–64 URL-safe characters, chosen by its sender. [S1] */
export type MessageId = string & { readonly brand: "MessageId" };
/** Names one way in which a person is signed in, a device or a program: `s_` and 20 of `[a-z0-9]`. [I3] */
export type SessionId = string & { readonly brand: "SessionId" };
export const sessionIdForm = /^s_[a-z0-9]{20}$/;
/** Names one life of a room's log: `[a-z0-9]{16}`; a restored backup gets a new one. [L1] [L4] */
export type Epoch = string & { readonly brand: "Epoch" };

const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

/** Fills an array with random bytes; `crypto.getRandomValues` is one. */
export type RandomBytes = (into: Uint8Array) => Uint8Array;

/** `length` characters of `[a-z0-9]`, each equally likely, from `randomBytes`. */
function randomText(length: number, randomBytes: RandomBytes): string {
  let text = "";
  while (text.length < length) {
    for (const byte of randomBytes(new Uint8Array(length))) {
      // 252 is the largest multiple of 36 in a byte: the rest would favour the first letters.
      if (byte < 252 && text.length < length) text += alphabet[byte % 36];
    }
  }
  return text;
}

export const newUserId = (randomBytes: RandomBytes) => `u_${randomText(20, randomBytes)}` as UserId;
export const newSessionId = (randomBytes: RandomBytes) => `s_${randomText(20, randomBytes)}` as SessionId;
export const newMessageId = (randomBytes: RandomBytes) => randomText(22, randomBytes) as MessageId;
export const newEpoch = (randomBytes: RandomBytes) => randomText(16, randomBytes) as Epoch;
