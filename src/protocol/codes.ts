import type { DisplayName } from "./ids.ts";

/**
 * Everything that can be refused, in one table: the name a program reads, and the HTTP status of
 * the same refusal. The words a person reads stand in the locales under `error.{code}`; the
 * compiler checks that every code has them in every language.
 */
export const errorStatus = {
  bad_json: 400,
  bad_frame: 400,
  unknown_type: 400,
  bad_room: 400,
  bad_name: 400,
  bad_id: 400,
  bad_text: 400,
  bad_emoji: 400,
  empty: 400,
  too_long: 413,
  too_large: 413,
  id_conflict: 409,
  name_taken: 409,
  bad_passphrase: 400,
  wrong_passphrase: 403,
  not_claimed: 409,
  session_ended: 401,
  banned: 403,
  no_such_session: 404,
  key_required: 401,
  token_required: 401,
  not_joined: 409,
  no_such_room: 404,
  no_such_user: 404,
  not_found: 404,
  no_such_message: 404,
  not_the_author: 403,
  too_many_reactions: 409,
  too_many_rooms: 429,
  rate_limited: 429,
  too_many_connections: 429,
  forbidden_host: 403,
  forbidden_origin: 403,
  local_only: 403,
  unavailable: 503,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof errorStatus;

/** A refusal: an expected outcome, handed back as a value and never thrown. */
export interface ChatError {
  readonly code: ErrorCode;
  /** What the localised text mentions: `{field}`, `{max}`, … */
  readonly params?: Readonly<Record<string, string | number>>;
  /** How long a client should wait before it tries again. */
  readonly retryAfterMs?: number;
  /** A free display name, with `name_taken`. */
  readonly suggestion?: DisplayName;
}

export type Refusal = { readonly ok: false; readonly error: ChatError };
/** What somebody asked for, or why they do not get it. */
export type Result<T> = { readonly ok: true; readonly value: T } | Refusal;

export const accepted = <T>(value: T): Result<T> => ({ ok: true, value });
export const refused = (code: ErrorCode, more: Omit<ChatError, "code"> = {}): Refusal => ({
  ok: false,
  error: { code, ...more },
});

/** WebSocket close codes, by reason. RFC 6455 §7.4; 4000–4999 are Parlance's own. */
export const closeCodes = {
  done: 1000,
  going_away: 1001,
  protocol_error: 1002,
  unsupported_data: 1003,
  invalid_text: 1007,
  policy: 1008,
  too_large: 1009,
  internal_error: 1011,
  restarting: 1012,
  overloaded: 1013,
  not_this_protocol: 4000,
  removed: 4003,
  version_not_served: 4004,
  said_nothing: 4100,
  too_many_frames: 4102,
  reads_too_slowly: 4103,
  position_lost: 4104,
  no_sign_of_life: 4105,
} as const;

export type CloseReason = keyof typeof closeCodes;

/** Whether what is refused so was no frame of this protocol: what has a code of its own was one, and is not to be had. */
export const isNoFrame = (code: ErrorCode): boolean => ["bad_json", "bad_frame", "unknown_type"].includes(code);

/**
 * Whether a client should stay away after this close code: 1000, 1002–1010 but 1006 (which only
 * says that the line broke), and 4000–4099. After every other code it reconnects and resumes.
 */
export function closeIsFinal(code: number): boolean {
  if (code === 1006) return false;
  return code === 1000 || (code >= 1002 && code <= 1010) || (code >= 4000 && code < 4100);
}

/** What is left of a union once every member is dealt with: nothing, which the compiler checks. */
export function unreachable(rest: never): never {
  throw new Error(`not dealt with: ${JSON.stringify(rest)}`);
}
