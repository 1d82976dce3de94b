import * as v from "valibot";
import { type ErrorCode, errorStatus, type Result, refused } from "./codes.ts";
import { parseAnyRoomName } from "./direct.ts";
import {
  type DisplayName,
  type Epoch,
  type MessageId,
  type RoomName,
  type SessionId,
  sessionIdForm,
  type UserId,
  userIdForm,
} from "./ids.ts";
import { parseDisplayName } from "./names.ts";
import { oneLine } from "./text.ts";

// A check whose refusal has a code of its own has that code in place of a message.
const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(errorStatus, text);

/** The named error behind a failed parse: the field's own, or `bad_frame` with the name of the field. */
export function refusalOf([issue]: [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]) {
  if (isErrorCode(issue.message)) return refused(issue.message);
  return refused("bad_frame", { params: { field: v.getDotPath(issue) ?? "" } });
}

/** A string that a domain rule turns into its stored form, or refuses by name. */
export const parsedBy = <T extends string>(parse: (text: string) => Result<T>) =>
  v.pipe(
    v.string(),
    v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      const parsed = parse(dataset.value);
      if (parsed.ok) return parsed.value;
      addIssue({ message: parsed.error.code });
      return NEVER;
    }),
  );

export const roomField = parsedBy(parseAnyRoomName);
export const nameField = parsedBy(parseDisplayName);

/** A message's text as it travels: any string that UTF-8 can carry. Its length is the session's to judge. */
export const textField = v.pipe(
  v.string(),
  v.check((text) => text.isWellFormed(), "bad_text" satisfies ErrorCode),
);

/** What a room is about, in one line. Its length is the session's to judge. */
export const topicField = v.pipe(
  textField,
  v.transform((text) => oneLine(text).trim()),
);

/** An id of the form that the type promises; else refused with `code`, or by the name of the field. */
const idField = <T extends string>(form: RegExp, code?: ErrorCode) =>
  v.pipe(
    v.string(),
    v.regex(form, code),
    v.transform((id) => id as T),
  );

export const messageIdField = idField<MessageId>(/^[A-Za-z0-9_-]{16,64}$/, "bad_id");
export const userIdField = idField<UserId>(userIdForm);
export const sessionIdField = idField<SessionId>(sessionIdForm);

export const wholeNumberField = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** A client's own mark on a request, given back with its answer. */
export const refField = v.pipe(v.string(), v.maxLength(64));

/** Where to go on reading: `SEQ`, or `{epoch}-{seq}`, which is also good after a restored backup. [L4] */
export const cursorTextField = v.pipe(v.string(), v.regex(/^(?:[a-z0-9]{16}-)?\d{1,15}$/));
export const cursorField = v.pipe(
  cursorTextField,
  v.transform((text) => {
    const [seq, epoch] = text.split("-").toReversed();
    return { seq: Number(seq), epoch: epoch as Epoch | undefined };
  }),
);

// What the server says of itself is trusted to be in its stored form already. Clients load these too: one kind of check is
// less to load than a kind for each type.
export const knownText = v.custom<string>((value) => typeof value === "string");
/** The same for a text of which more is known. */
export const known = <T extends string>() => knownText as unknown as v.CustomSchema<T, undefined>;
export const knownRoom = known<RoomName>();
export const knownName = known<DisplayName>();
export const knownUserId = known<UserId>();
export const knownMessageId = known<MessageId>();
export const knownSessionId = known<SessionId>();
export const knownEpoch = known<Epoch>();
export const knownFlag = v.custom<boolean>((value) => typeof value === "boolean");
/** From 0 on. */
export const knownNumber = v.custom<number>((value) => typeof value === "number");
export const knownUser = v.object({ id: knownUserId, name: knownName });

/** What a person would leave out may be left out, or be `null`. */
export const optional = <S extends v.GenericSchema>(schema: S) => v.nullish(schema);
