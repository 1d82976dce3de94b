import * as v from "valibot";
import type { Epoch } from "../../protocol/ids.ts";

/** A cursor of plain HTTP: `SEQ`, or `{epoch}-{seq}`, which is also good after a restored backup. [L4] */
export const cursorField = v.pipe(
  v.string(),
  v.regex(/^(?:[a-z0-9]{16}-)?\d{1,15}$/),
  v.transform((text) => {
    const [seq, epoch] = text.split("-").toReversed();
    return { seq: Number(seq), epoch: epoch as Epoch | undefined };
  }),
);
