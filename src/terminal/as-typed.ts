import { oneLine } from "../protocol/text.ts";
import type { Draft } from "../sdk/index.ts";

/** What somebody said or changed, in one line as they would type it. */
export function asTyped(draft: Draft): string {
  switch (draft.type) {
    case "message":
      return oneLine(draft.text);
    case "edit":
      return `/edit ${oneLine(draft.text)}`;
    case "delete":
      return "/delete";
    case "react":
      return `/react ${draft.emoji}`;
    case "topic":
      return `/topic ${oneLine(draft.text)}`.trimEnd();
    default:
      return draft satisfies never;
  }
}
