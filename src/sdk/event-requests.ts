import type { ClientFrameInput } from "../protocol/client-frames.ts";
import type { Request } from "./http-requests.ts";

/** A frame that becomes an event of the log. */
export type LoggedFrame = Extract<ClientFrameInput, { type: "message" | "edit" | "delete" | "react" | "topic" }>;

/** The request within a room that does the same as a frame. [E1] */
export function requestOf(frame: LoggedFrame): Pick<Request, "method" | "body"> & { readonly path: string } {
  switch (frame.type) {
    case "message":
      return { path: "/messages", body: { text: frame.text, reply_to: frame.reply_to } };
    case "edit":
      return { method: "PATCH", path: `/messages/${frame.target}`, body: { text: frame.text } };
    case "delete":
      return { method: "DELETE", path: `/messages/${frame.target}` };
    case "react": {
      // Half a character has no place in an address: the server is to refuse it, or it would be tried for ever.
      const path = `/messages/${frame.target}/reactions/${encodeURIComponent(frame.emoji.toWellFormed())}`;
      return { method: frame.active === false ? "DELETE" : "PUT", path };
    }
    case "topic":
      return { method: "PUT", path: "/topic", body: { text: frame.text } };
    default:
      return frame satisfies never;
  }
}
