import * as v from "valibot";
import type { Hint, NodeId } from "../core/hints.ts";
import { knownName, knownRoom, knownUser, knownUserId, wholeNumberField } from "../protocol/fields.ts";

const nodeField = v.custom<NodeId>((value) => typeof value === "string");
const fromNode = { node: nodeField, version: wholeNumberField, lines: wholeNumberField };
const namedUser = { id: knownUserId, name: knownName, renames: v.optional(wholeNumberField) };
const membersField = v.object({ room: knownRoom, members: v.array(v.object(namedUser)) });
const countField = v.object({ room: knownRoom, count: wholeNumberField });
const arrivalField = v.object({ ...namedUser, quiet: v.optional(v.literal(true)) });
const changeField = v.object({ room: knownRoom, in: v.array(arrivalField), out: v.array(knownUserId) });

const hintSchema = v.variant("type", [
  v.object({
    type: v.literal("news"),
    ...fromNode,
    changes: v.array(v.union([changeField, membersField, countField])),
    renamed: v.array(v.object(namedUser)),
  }),
  v.object({
    type: v.literal("roll"),
    ...fromNode,
    part: wholeNumberField,
    parts: wholeNumberField,
    rooms: v.array(v.union([membersField, countField])),
  }),
  v.object({ type: v.literal("alive"), ...fromNode }),
  v.object({ type: v.literal("ask"), node: nodeField, of: v.optional(nodeField) }),
  v.object({ type: v.literal("bye"), node: nodeField }),
  v.object({
    type: v.literal("typing"),
    node: nodeField,
    typists: v.array(v.object({ room: knownRoom, user: knownUser, active: v.boolean() })),
  }),
  v.object({ type: v.literal("look") }),
  v.object({ type: v.literal("accounts") }),
  v.object({ type: v.literal("read"), user: knownUserId, room: knownRoom, seq: wholeNumberField }),
  v.object({ type: v.literal("notice"), node: nodeField, id: v.string(), text: v.string() }),
]);

export const encodeHint = (hint: Hint): Uint8Array => Buffer.from(JSON.stringify(hint));

/** What {@link encodeHint} wrote; `undefined` for anything else, such as what a newer version tells. [B2] */
export function decodeHint(payload: Uint8Array): Hint | undefined {
  try {
    const parsed = v.safeParse(hintSchema, JSON.parse(Buffer.from(payload).toString()));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
