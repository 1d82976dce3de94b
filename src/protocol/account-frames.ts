import * as v from "valibot";
import { nameField, optional, parsedBy, refField, sessionIdField } from "./fields.ts";
import { parsePassphrase } from "./passphrase.ts";

const passphraseField = parsedBy(parsePassphrase);

/** What a client asks about its name and its sessions, by its `type`. Over HTTP each is `POST /api/v1/{type}`. [I2] */
export const accountFrameSchemas = {
  /** Keeps the present name, or this one, for the person who asks. */
  claim: v.object({
    type: v.literal("claim"),
    name: optional(nameField),
    passphrase: passphraseField,
    ref: optional(refField),
  }),
  /** Goes on as who has this name. */
  login: v.object({
    type: v.literal("login"),
    name: nameField,
    passphrase: passphraseField,
    ref: optional(refField),
  }),
  change_passphrase: v.object({
    type: v.literal("change_passphrase"),
    passphrase: passphraseField,
    new_passphrase: passphraseField,
    ref: optional(refField),
  }),
  /** Gives the name up: anybody may have it once it is not in use. */
  unclaim: v.object({ type: v.literal("unclaim"), passphrase: passphraseField, ref: optional(refField) }),
  /** Asks where this person is signed in. */
  sessions: v.object({ type: v.literal("sessions"), ref: optional(refField) }),
  /** Ends one session of this person's, or all but the one that asks. */
  end_session: v.object({
    type: v.literal("end_session"),
    session: v.union([v.literal("others"), sessionIdField]),
    ref: optional(refField),
  }),
} as const;

type AccountFrameSchemas = typeof accountFrameSchemas;
export type AccountFrameType = keyof AccountFrameSchemas;
/** One of these frames as it is written, before parsing. */
export type AccountFrameInput = v.InferInput<AccountFrameSchemas[AccountFrameType]>;
/** One of these frames after parsing. */
export type AccountFrame = v.InferOutput<AccountFrameSchemas[AccountFrameType]>;
