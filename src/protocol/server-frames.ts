import * as v from "valibot";
import type { ErrorCode } from "./codes.ts";
import {
  known,
  knownEpoch,
  knownFlag,
  knownMessageId,
  knownName,
  knownNumber,
  knownRoom,
  knownText,
  knownUser,
  optional,
} from "./fields.ts";
import type { headSchema, sessionSchema } from "./lists.ts";
import { directField, readFields, roomAnswerSchemas } from "./room-answers.ts";

export type User = v.InferOutput<typeof knownUser>;

const reactionSchema = v.object({ emoji: knownText, users: v.array(knownUser) });
/** Everybody who gave one emoji to a message. */
export type Reaction = v.InferOutput<typeof reactionSchema>;

/** One stored message, as everybody in the room reads it; later on, as it is by then. [E2] */
const messageSchema = v.object({
  type: v.literal("message"),
  room: knownRoom,
  seq: knownNumber,
  id: knownMessageId,
  user: knownUser,
  text: knownText,
  /** RFC 3339, milliseconds, UTC. */
  ts: knownText,
  reply_to: optional(knownMessageId),
  /** Where the message that it answers is in the log. */
  reply_to_seq: optional(knownNumber),
  /** The last edit, whose text this is. */
  edited: optional(v.object({ seq: knownNumber, ts: knownText })),
  /** Its text is gone. */
  deleted: optional(knownFlag),
  reactions: optional(v.array(reactionSchema)),
});

/** What every change of a message has: who made it, when, and which message it is about. */
const changeFields = {
  room: knownRoom,
  seq: knownNumber,
  id: knownMessageId,
  user: knownUser,
  ts: knownText,
  target: knownMessageId,
  target_seq: knownNumber,
};

/** By room. No `v.record`: that leaves out keys such as `constructor`, and a room may be called so. */
export const headsField = v.custom<Record<string, v.InferOutput<typeof headSchema>>>(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((head) => typeof head?.epoch === "string" && typeof head.seq === "number"),
);

export type SessionInfo = v.InferOutput<typeof sessionSchema>;
/** Checked by nobody but the documents, like {@link knownRooms}. */
export const knownSessions = v.custom<SessionInfo[]>(Array.isArray);

/** Every frame that the native gateway sends, by its `type`. */
export const serverFrameSchemas = {
  welcome: v.object({
    type: v.literal("welcome"),
    user: knownUser,
    /** Keeps who you are: give it with the next `hello`. Never in a URL or a log. [D7] */
    token: knownText,
    server: v.object({ name: knownText, version: knownText }),
    limits: v.object({
      max_text: knownNumber,
      max_frame: knownNumber,
      max_joins: knownNumber,
      history: knownNumber,
      /** Messages a second, and how many at once before that; 0 for no bound. */
      send_rate: knownNumber,
      send_burst: knownNumber,
    }),
    heartbeat_ms: knownNumber,
    /** The name that is kept for this person, if one is. [I2] */
    claimed: optional(knownName),
    ref: optional(knownText),
  }),
  /** Where this person is signed in, the latest first. [I3] */
  sessions: v.object({
    type: v.literal("sessions"),
    sessions: knownSessions,
    ref: optional(knownText),
  }),
  joined: v.object({
    type: v.literal("joined"),
    room: knownRoom,
    epoch: knownEpoch,
    head: knownNumber,
    recovered: knownFlag,
    /** Why a `since` could not be resumed from: the client starts over from the history that follows. */
    reason: optional(known<"epoch" | "ahead" | "too_far">()),
    topic: optional(knownText),
    count: knownNumber,
    /** Left out in a room of more than {@link presenceListLimit}. */
    members: optional(v.array(knownUser)),
    direct: directField,
    ...readFields,
    ref: optional(knownText),
  }),
  history: v.object({
    type: v.literal("history"),
    room: knownRoom,
    epoch: knownEpoch,
    messages: v.array(messageSchema),
    /** Whether there are more in the direction that was asked for. */
    more: knownFlag,
    ref: optional(knownText),
  }),
  /** What was found, the newest first. */
  results: v.object({
    type: v.literal("results"),
    messages: v.array(messageSchema),
    /** Where to go on from, as `before` of the next search, if there may be more. */
    next: optional(knownText),
    ref: optional(knownText),
  }),
  message: messageSchema,
  edited: v.object({ type: v.literal("edited"), ...changeFields, text: knownText }),
  deleted: v.object({ type: v.literal("deleted"), ...changeFields }),
  reacted: v.object({ type: v.literal("reacted"), ...changeFields, emoji: knownText, active: knownFlag }),
  topic: v.object({
    type: v.literal("topic"),
    room: knownRoom,
    seq: knownNumber,
    id: knownMessageId,
    user: knownUser,
    ts: knownText,
    text: knownText,
  }),
  ack: v.object({
    type: v.literal("ack"),
    id: knownMessageId,
    room: knownRoom,
    seq: knownNumber,
    ts: knownText,
    dup: knownFlag,
  }),
  heads: v.object({ type: v.literal("heads"), rooms: headsField }),
  typing: v.object({ type: v.literal("typing"), room: knownRoom, user: knownUser, active: knownFlag }),
  user_joined: v.object({ type: v.literal("user_joined"), room: knownRoom, user: knownUser, count: knownNumber }),
  user_left: v.object({ type: v.literal("user_left"), room: knownRoom, user: knownUser, count: knownNumber }),
  user_renamed: v.object({ type: v.literal("user_renamed"), room: knownRoom, user: knownUser, was: knownName }),
  members: v.object({
    type: v.literal("members"),
    room: knownRoom,
    members: v.array(knownUser),
    count: knownNumber,
  }),
  presence: v.object({ type: v.literal("presence"), room: knownRoom, count: knownNumber }),
  notice: v.object({
    type: v.literal("notice"),
    text: knownText,
    room: optional(knownRoom),
    from: v.literal("server"),
  }),
  ...roomAnswerSchemas,
  reconnect: v.object({ type: v.literal("reconnect"), delay_ms: knownNumber }),
  pong: v.object({ type: v.literal("pong") }),
  error: v.object({
    type: v.literal("error"),
    code: known<ErrorCode>(),
    message: knownText,
    ref: optional(knownText),
    id: optional(knownText),
    retry_after_ms: optional(knownNumber),
    /** A free display name, with `name_taken`. */
    suggestion: optional(knownName),
  }),
} as const;

type ServerFrameSchemas = typeof serverFrameSchemas;
export type ServerFrameType = keyof ServerFrameSchemas;
export type ServerFrameOf<T extends ServerFrameType> = v.InferOutput<ServerFrameSchemas[T]>;
/** Any frame that the server sends. */
export type ServerFrame = { [T in ServerFrameType]: ServerFrameOf<T> }[ServerFrameType];
export type MessageFrame = ServerFrameOf<"message">;
/** An event of a room's log, as everybody in the room reads it. */
export type EventFrame =
  | MessageFrame
  | ServerFrameOf<"edited">
  | ServerFrameOf<"deleted">
  | ServerFrameOf<"reacted">
  | ServerFrameOf<"topic">;

/** Parses JSON by the schema that its `type` names. `undefined` for what has none, or is not as it says. */
export function parseByType<S extends Readonly<Record<string, v.GenericSchema>>>(
  schemas: S,
  text: string,
): v.InferOutput<S[keyof S]> | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const type = (json as { type?: unknown } | null)?.type;
  const schema = typeof type === "string" && Object.hasOwn(schemas, type) ? schemas[type] : undefined;
  const parsed = schema && v.safeParse(schema, json);
  return parsed?.success ? parsed.output : undefined;
}

/**
 * Parses one text frame of a server. `undefined` for what is not a frame, and for a `type` of a
 * later version, which a client passes over.
 */
export const parseServerFrame = (text: string): ServerFrame | undefined => parseByType(serverFrameSchemas, text);
