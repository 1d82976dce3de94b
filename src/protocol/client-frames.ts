import * as v from "valibot";
import { accountFrameSchemas } from "./account-frames.ts";
import { accepted, type ErrorCode, type Refusal, refused } from "./codes.ts";
import { parseEmoji } from "./emoji.ts";
import {
  cursorTextField,
  knownEpoch,
  messageIdField,
  nameField,
  optional,
  refField,
  refusalOf,
  roomField,
  textField,
  topicField,
  wholeNumberField,
} from "./fields.ts";
import { historyLimit, searchLimit } from "./limits.ts";
import { roomFrameSchemas } from "./room-frames.ts";

/** A place in a room's log: the last event that a client has. `id` catches a log that was swapped. [L4] */
const positionSchema = v.object({ epoch: knownEpoch, seq: wholeNumberField, id: optional(messageIdField) });
export type Position = v.InferOutput<typeof positionSchema>;

/** One emoji, as {@link parseEmoji} has it. Not among the fields that clients load too. */
export const emojiField = v.pipe(v.string(), v.transform(parseEmoji), v.string("bad_emoji" satisfies ErrorCode));

/** A change of the message `target`; `id` makes a resend harmless. [S1] */
const changeFields = { room: optional(roomField), target: messageIdField, id: optional(messageIdField) };

const pageSize = v.pipe(wholeNumberField, v.maxValue(historyLimit));

/** Every frame that a native client may send, by its `type`. */
export const clientFrameSchemas = {
  hello: v.object({
    type: v.literal("hello"),
    name: optional(nameField),
    token: optional(v.string()),
    key: optional(v.string()),
    lang: optional(v.string()),
    v: optional(v.number()),
  }),
  join: v.object({
    type: v.literal("join"),
    room: optional(roomField),
    name: optional(nameField),
    token: optional(v.string()),
    key: optional(v.string()),
    since: optional(positionSchema),
    history: optional(pageSize),
    ref: optional(refField),
  }),
  message: v.object({
    type: v.literal("message"),
    room: optional(roomField),
    text: textField,
    id: optional(messageIdField),
    reply_to: optional(messageIdField),
  }),
  edit: v.object({ type: v.literal("edit"), ...changeFields, text: textField }),
  delete: v.object({ type: v.literal("delete"), ...changeFields }),
  react: v.object({
    type: v.literal("react"),
    ...changeFields,
    emoji: emojiField,
    /** `false` takes it back. */
    active: optional(v.boolean()),
  }),
  topic: v.object({
    type: v.literal("topic"),
    room: optional(roomField),
    /** Nothing: the room has no topic any more. */
    text: topicField,
    id: optional(messageIdField),
  }),
  typing: v.object({ type: v.literal("typing"), room: optional(roomField), active: optional(v.boolean()) }),
  rename: v.object({ type: v.literal("rename"), name: nameField, ref: optional(refField) }),
  history: v.object({
    type: v.literal("history"),
    room: optional(roomField),
    before: optional(wholeNumberField),
    after: optional(wholeNumberField),
    limit: optional(pageSize),
    ref: optional(refField),
  }),
  search: v.object({
    type: v.literal("search"),
    text: textField,
    /** All that one may read, if it is left out. */
    room: optional(roomField),
    before: optional(cursorTextField),
    limit: optional(v.pipe(wholeNumberField, v.minValue(1), v.maxValue(searchLimit))),
    ref: optional(refField),
  }),
  leave: v.object({ type: v.literal("leave"), room: optional(roomField) }),
  ping: v.object({ type: v.literal("ping") }),
  ...accountFrameSchemas,
  ...roomFrameSchemas,
} as const;

type ClientFrameSchemas = typeof clientFrameSchemas;
type FrameType = keyof ClientFrameSchemas;
/** A client's frame after parsing: names in their stored form, ids checked. */
export type ClientFrame = v.InferOutput<ClientFrameSchemas[FrameType]>;
/** A client's frame as it is written, before parsing. */
export type ClientFrameInput = v.InferInput<ClientFrameSchemas[FrameType]>;

/** A refused frame, with what ties the refusal to it. */
export interface RefusedFrame extends Refusal {
  readonly ref?: string;
  readonly id?: string;
}

const ownString = (object: object, key: "ref" | "id") => {
  const value: unknown = Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
  return typeof value === "string" && value.length <= 64 ? { [key]: value } : {};
};

/** Parses one text frame of a native client. Never throws; unknown fields are left out. */
export function parseClientFrame(text: string): { readonly ok: true; readonly value: ClientFrame } | RefusedFrame {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refused("bad_json");
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) return refused("bad_json");
  const type: unknown = Object.hasOwn(json, "type") ? (json as { type: unknown }).type : undefined;
  const marks = { ...ownString(json, "ref"), ...ownString(json, "id") };
  if (typeof type !== "string") return { ...refused("bad_frame", { params: { field: "type" } }), ...marks };
  if (!Object.hasOwn(clientFrameSchemas, type)) {
    return { ...refused("unknown_type", { params: { type: type.slice(0, 64) } }), ...marks };
  }
  const parsed = v.safeParse(clientFrameSchemas[type as FrameType], json, { abortEarly: true });
  if (parsed.success) return accepted(parsed.output);
  return { ...refusalOf(parsed.issues), ...marks };
}
